"""usage: scripts/bench [NAME …] [--json] [--full]: prints figures beside their goals; without a name it lists them."""

import ast
import importlib
import importlib.util
import inspect
import json
import os
import pkgutil
import sys
from collections.abc import Generator, Iterable, Sequence
from contextlib import closing
from pathlib import Path
from types import ModuleType

import tests.bench
from tests.bench.figures import Figure

OPTIONS = {
    "--json": "print an array of figures and nothing else",
    "--full": "hold the load for as long as a release asks for",
}


def names() -> dict[str, str]:
    """Every bench and the sentence that says what it measures."""
    found: dict[str, str] = {}
    for module in pkgutil.iter_modules(tests.bench.__path__):
        if module.name not in ("__main__", "bare", "figures"):
            found[module.name] = _doc(module.name).splitlines()[0]
    return found


def main(words: Sequence[str]) -> int:
    """Run the named benches; exit code 2 for a name or an option that there is not."""
    wanted = [word for word in words if not word.startswith("-")]
    asked = set(words) - set(wanted)
    known = names()
    if wrong := [*(set(wanted) - set(known)), *(asked - set(OPTIONS) - {"--help", "-h"})]:
        print(f"there is no {wrong[0]!r}\n{_help(known, [])}", file=sys.stderr)
        return 2
    if not wanted or asked & {"--help", "-h"}:
        print(_help(known, wanted))
        return 0
    figures = _measured(wanted, full="--full" in asked)
    with closing(figures):
        _print(figures, as_json="--json" in asked)
    return 0


def _measured(wanted: Sequence[str], *, full: bool) -> Generator[Figure]:
    for name in wanted:
        bench = _bench(name)
        yield from bench.run(full=full) if _has_full(bench) else bench.run()


def _print(figures: Iterable[Figure], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps([figure.plain() for figure in figures], indent=1))
        return
    for figure in figures:
        print(figure.line(), flush=True)
    print(f"load {os.getloadavg()[0]:.2f}, {os.cpu_count()} cores")


def _help(known: dict[str, str], wanted: Sequence[str]) -> str:
    lines = [__doc__ or "", ""]
    if wanted:
        lines += [line for name in wanted for line in (f"{name}: {_doc(name)}", "")]
    else:
        lines += [*(f"{name:12} {doc}" for name, doc in known.items()), ""]
    takes = [*OPTIONS] if not wanted or any(_has_full(_bench(name)) for name in wanted) else ["--json"]
    return "\n".join([*lines, *(f"{option:12} {OPTIONS[option]}" for option in takes)])


def _bench(name: str) -> ModuleType:
    return importlib.import_module(f"tests.bench.{name}")


def _has_full(bench: ModuleType) -> bool:
    return "full" in inspect.signature(bench.run).parameters


def _doc(name: str) -> str:
    """What a bench says of itself, without importing all that it measures."""
    spec = importlib.util.find_spec(f"tests.bench.{name}")
    assert spec
    assert spec.origin
    return ast.get_docstring(ast.parse(Path(spec.origin).read_text())) or name


if __name__ == "__main__":
    try:
        code = main(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read has what they wanted
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    sys.exit(code)
