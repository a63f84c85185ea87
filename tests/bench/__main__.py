"""usage: scripts/bench [NAME …] [--json]: prints figures beside their goals."""

import importlib
import json
import os
import pkgutil
import sys

import tests.bench
from tests.bench.figures import Figure


def names() -> dict[str, str]:
    """Every bench and the sentence that says what it measures."""
    found: dict[str, str] = {}
    for module in pkgutil.iter_modules(tests.bench.__path__):
        if module.name not in ("__main__", "bare", "figures"):
            doc = importlib.import_module(f"tests.bench.{module.name}").__doc__ or ""
            found[module.name] = doc.strip().splitlines()[0]
    return found


def main() -> int:
    """Run the named benches; exit code 2 for an unknown name."""
    wanted = [word for word in sys.argv[1:] if not word.startswith("-")]
    known = names()
    if not wanted or set(wanted) - set(known):
        for name, doc in known.items():
            print(f"{name:12} {doc}", file=sys.stderr)
        return 0 if not wanted else 2
    figures: list[Figure] = []
    for name in wanted:
        for figure in importlib.import_module(f"tests.bench.{name}").run():
            figures.append(figure)
            if "--json" not in sys.argv:
                print(figure.line(), flush=True)
    if "--json" in sys.argv:
        print(json.dumps([figure.plain() for figure in figures], indent=1))
    else:
        print(f"load {os.getloadavg()[0]:.2f}, {os.cpu_count()} cores")
    return 0


if __name__ == "__main__":
    sys.exit(main())
