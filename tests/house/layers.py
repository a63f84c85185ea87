"""Who may import whom, as data, and how it is asked."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
OPEN = {"sim_core.errors", "sim_core.settings", "sim_core.ids"}

OURS: dict[str, set[str]] = {
    "sim_core.settings": {"sim_core.errors"},
    "sim_core.errors": set(),
    "sim_core.ids": set(),
    "sim_core.spec": set(),
    "sim_core.hookspecs": {"sim_core.spec"},
    "sim_core.plugin": {"sim_core.spec", "sim_core.models.dialects"},
    "sim_core.document": {"sim_core.spec"},
    "sim_core.registry": {"sim_core.spec", "sim_core.hookspecs"},
    "sim_core.models": {"sim_core.spec"},
    "sim_core.net": {"sim_core.spec"},
    "sim_core.sandbox": {"sim_core.spec"},
    "sim_core.flow": {"sim_core.document", "sim_core.spec"},
    "sim_core.store": {"sim_core.document", "sim_core.flow.events", "sim_core.spec"},
    "sim_core.accounts": {"sim_core.store", "sim_core.net", "sim_core.spec"},
    "sim_core.jobs": {
        "sim_core.accounts", "sim_core.store", "sim_core.flow", "sim_core.document", "sim_core.registry",
        "sim_core.spec",
    },
    "sim_core.plugins": {"sim_core.registry", "sim_core.spec", "sim_core.plugin", "sim_core.hookspecs"},
    "sim_core.rest": {
        "sim_core.accounts", "sim_core.jobs", "sim_core.store", "sim_core.flow", "sim_core.document", "sim_core.models",
        "sim_core.net", "sim_core.registry", "sim_core.plugins", "sim_core.spec",
    },
    "sim_core.testing": {
        "sim_core.registry", "sim_core.net", "sim_core.spec", "sim_core.hookspecs", "sim_core.plugin",
        "sim_core.plugins",
    },
    "sim_realtime": {"sim_core.document", "sim_core.store", "sim_core.accounts", "sim_core.registry", "sim_core.spec"},
    "sim_web": {"sim_core.plugin"},
}  # fmt: skip
TOP = {"sim_core.app", "sim_core.cli", "sim_core.commands"}
"""Put the parts together: import everything, are imported by nobody but each other."""

HOMES: dict[str, set[str]] = {
    "litestar": {"sim_core.rest"},
    "uvicorn": {"sim_core.app", "sim_core.cli", "sim_core.commands"},
    "piccolo": {"sim_core.store"},
    "asyncpg": {"sim_core.store", "plugins"},
    "pgvector": {"sim_core.store"},
    "argon2": {"sim_core.accounts"},
    "cryptography": {"sim_core.accounts", "sim_core.store"},
    "authlib": {"sim_core.accounts"},
    "joserfc": {"sim_core.accounts"},
    "pyotp": {"sim_core.accounts"},
    "fido2": {"sim_core.accounts"},
    "openai": {"sim_core.models", "plugins"},
    "anthropic": {"sim_core.models", "plugins"},
    "httpx2": {"sim_core.net", "sim_core.models"},
    "httpcore2": {"sim_core.net"},
    "pydantic_monty": {"sim_core.sandbox"},
    "quickjs": {"sim_core.sandbox"},
    "pgqueuer": {"sim_core.jobs"},
    "pluggy": {"sim_core.registry", "sim_core.hookspecs", "sim_core.plugin"},
    "stevedore": {"sim_core.registry"},
    "importlib_metadata": {"sim_core.registry", "sim_core.plugins"},
    "cyclopts": {"sim_core.cli", "sim_core.commands"},
    "socketify": {"sim_realtime"},
    "websockets": {"sim_realtime"},
    "pycrdt": {"sim_realtime"},
}


def module_of(path: Path, root: Path = ROOT) -> str:
    """The dotted name of a file."""
    return ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")


def layer_of(module: str) -> str | None:
    """The row of the table that a module belongs to."""
    if module.startswith("plugins."):
        return "plugins"
    rows = [row for row in (*OURS, *TOP) if within(module, row)]
    return max(rows, key=len, default=None)


def within(module: str, place: str) -> bool:
    """Whether a module is that place or inside it."""
    return module == place or module.startswith(f"{place}.")


def imports(tree: ast.AST, module: str, is_package: bool) -> Iterator[str]:
    """Every module that is imported, wherever the import stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = module.split(".")[: None if is_package and node.level == 1 else -(node.level - is_package)]
                base = ".".join([*parts, *([base] if base else [])])
            yield base
            yield from (
                f"{base}.{alias.name}" for alias in node.names if base in ("sim_core", "sim_realtime", "sim_web")
            )


def violations(sources: Iterable[tuple[str, str, bool]]) -> list[str]:
    """What breaks the table, in words; a source is its module, its text, and whether it is a package."""
    found: list[str] = []
    for module, text, is_package in sources:
        layer = layer_of(module)
        for name in {*imports(ast.parse(text), module, is_package)}:
            if name.startswith("sim_"):
                if not _may(module, layer, name):
                    found.append(f"{module} imports {name}")
            elif (home := HOMES.get(name.split(".")[0])) and not any(within(module, place) for place in home):
                found.append(f"{module} imports {name}, whose home is {sorted(home)}")
    return sorted(found)


def _may(module: str, layer: str | None, name: str) -> bool:
    if layer == "plugins":
        own = module.split(".")[3]
        return within(name, own) or within(name, "sim_core.plugin")
    if layer is None or layer in TOP or name in ("sim_core", "sim_realtime", "sim_web"):
        return True
    if any(within(name, place) for place in TOP):
        return False
    return any(within(name, place) for place in (layer, *OURS[layer], *OPEN))


def sources() -> Iterator[tuple[str, str, bool]]:
    """Every file of ours."""
    for top in ("sim_core", "sim_realtime", "sim_web", "plugins"):
        for path in sorted((ROOT / top).rglob("*.py")):
            parts = path.relative_to(ROOT).parts
            if {"node_modules", "dist", "app", "tests", "migrations"} & set(parts[1:-1]):
                continue
            yield module_of(path), path.read_text(), path.name == "__init__.py"
