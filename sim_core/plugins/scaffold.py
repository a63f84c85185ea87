"""A new plugin that already works: it passes the questions that every plugin is asked."""

import re
from pathlib import Path
from string import Template
from typing import Literal, TypeAlias

from sim_core.errors import Conflict, Invalid

Kind: TypeAlias = Literal["tools", "blocks", "providers"]
KINDS: tuple[Kind, ...] = ("tools", "blocks", "providers")
TEMPLATES = Path(__file__).parent / "templates"
WORDS = {
    "tools": "{title}: what it can do for a workflow.",
    "blocks": "{title}: a step of a workflow.",
    "providers": "{title}: models of a vendor.",
}


def new(what: str, *, into: Path) -> Path:
    """Write the project `tools/NAME`, `blocks/NAME` or `providers/NAME` below a folder; its folder."""
    kind, _, name = what.partition("/")
    if kind not in KINDS or not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name):
        words = "it would be tools/NAME, blocks/NAME or providers/NAME, with a name in lower_snake_case"
        raise Invalid(f"{what!r} is no plugin to begin: {words}", code="plugin_new")
    project = into / name
    if project.exists() and any(project.iterdir()):
        raise Conflict(f"{str(project)!r} is not empty", code="plugin_new")
    words = _words(kind, name)
    module = project / words["module"]
    _write(module / "__init__.py", f"{kind}/init.py.txt", words)
    (module / "py.typed").touch()
    _write(project / "pyproject.toml", "common/pyproject.toml.txt", words)
    _write(project / "README.md", f"{kind}/README.md.txt", words)
    (module / "ids.txt").write_text(words["ids"])
    if kind == "tools":
        _write(module / "cassettes" / "read_item.json", "tools/cassette.json.txt", words)
    return project


def _words(kind: str, name: str) -> dict[str, str]:
    title = name.replace("_", " ").title()
    return {
        "kind": kind.removesuffix("s"),
        "name": name,
        "dashed": name.replace("_", "-"),
        "upper": name.upper(),
        "module": f"sim_{kind.removesuffix('s')}_{name}",
        "title": title,
        "class_name": title.replace(" ", ""),
        "sentence": WORDS[kind].format(title=title),
        "ids": {
            "tools": f"block {name}\ntool {name}.read_item\n",
            "blocks": f"block {name}\n",
            "providers": f"provider {name}\n",
        }[kind],
    }


def _write(file: Path, template: str, words: dict[str, str]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(Template((TEMPLATES / template).read_text()).substitute(words))
