import ast

from tests.house.layers import sources

MODULE, FUNCTION = 400, 40

EXCEPTIONS: dict[str, str] = {}
"""Places that may be larger, and why."""


def test_modules_stay_readable() -> None:
    long = {module: len(text.splitlines()) for module, text, _ in sources() if len(text.splitlines()) > MODULE}
    assert {module: size for module, size in long.items() if module not in EXCEPTIONS} == {}


def test_functions_stay_readable() -> None:
    long: dict[str, int] = {}
    for module, text, _ in sources():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                size = (node.end_lineno or 0) - node.lineno + 1
                if size > FUNCTION and f"{module}.{node.name}" not in EXCEPTIONS:
                    long[f"{module}.{node.name}"] = size
    assert long == {}


def test_no_exception_outlives_its_reason() -> None:
    names = {module for module, _, _ in sources()}
    names |= {
        f"{module}.{node.name}"
        for module, text, _ in sources()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert set(EXCEPTIONS) <= names
