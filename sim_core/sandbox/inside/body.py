"""The user's text as the body of a Python function, with every line where the user wrote it."""

import ast
import keyword
import types
from typing import Any

FILE = "<function>"


def compiled(code: str, names: list[str]) -> tuple[types.CodeType, bool]:
    """Code that defines `function(names…)`, and whether it is async; raises `SyntaxError` in the user's lines."""
    tree = ast.parse(code, FILE)
    futures = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
    rest: list[ast.stmt] = [node for node in tree.body if node not in futures]
    _Spelled({name for name in (*names, "__sim_text") if spelled(name) != name}).visit(tree)
    waits = _Waits()
    for node in rest:
        waits.visit(node)
    kind = ast.AsyncFunctionDef if waits.found else ast.FunctionDef
    function = kind(
        name="function",
        args=ast.arguments(
            posonlyargs=[],
            args=[ast.arg(arg=spelled(name)) for name in names],
            kwonlyargs=[],
            kw_defaults=[],
            defaults=[],
        ),
        body=rest or [ast.Pass()],
        decorator_list=[],
    )
    if hasattr(function, "type_params"):
        function.type_params = []  # pyright: ignore[reportAttributeAccessIssue] -- Python 3.12 and later
    module = ast.Module(body=[*futures, function], type_ignores=[])
    return compile(ast.fix_missing_locations(module), FILE, "exec", dont_inherit=True), waits.found


def usable(name: str) -> bool:
    """Whether a value can be bound under this name."""
    return name.isidentifier() and not keyword.iskeyword(name)


def spelled(name: str) -> str:
    """A name that a class body does not mangle (`__x` in a class means `_Class__x`)."""
    return f"_sim{name}" if name.startswith("__") and not name.endswith("__") else name


class _Waits(ast.NodeVisitor):
    """Whether the body itself awaits something."""

    found = False

    def visit(self, node: ast.AST) -> Any:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                return
            case ast.Await() | ast.AsyncFor() | ast.AsyncWith():
                self.found = True
            case ast.comprehension() if node.is_async:
                self.found = True
            case ast.Yield() | ast.YieldFrom():
                at = (FILE, node.lineno, node.col_offset + 1, None)
                raise SyntaxError("'yield' has no meaning here; return a list", at)
            case _:
                pass
        self.generic_visit(node)


class _Spelled(ast.NodeTransformer):
    """Spells bound names so that they mean the same inside a class."""

    def __init__(self, names: set[str]) -> None:
        self._names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        if node.id in self._names:
            node.id = spelled(node.id)
        return node
