import re
from pathlib import Path
from typing import Any

from sim_core.document.text import load
from sim_core.document.validate import check
from sim_core.spec.blocks import BlockType
from sim_core.spec.fields import Input

PAGE = (Path(__file__).parents[3] / "docs" / "concepts" / "document.md").read_text()


class Names(Input):
    names: tuple[str, ...] = ()


class Program(Input):
    code: str = ""
    language: str = ""


TYPES = {
    "start": BlockType(id="start", title="Start", doc="D.", input=Names, category="trigger"),
    "function": BlockType(id="function", title="Function", doc="D.", input=Program),
}


def examples(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_the_examples_in_the_documentation_hold() -> None:
    [python], [yaml] = examples("python"), examples("yaml")
    names: dict[str, Any] = {}
    exec(python, names)
    assert names["undone"].workflow == names["workflow"]
    assert check(load(yaml), TYPES.get) == ()
