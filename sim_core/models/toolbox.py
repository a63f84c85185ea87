"""Tools as a person chose them, turned into what a model is offered, and back."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeAlias

from msgspec import Struct

from sim_core.errors import Missing
from sim_core.spec.prompts import Offer
from sim_core.spec.steps import ToolChoice


class Described(Struct, frozen=True, kw_only=True):
    """What a tool says of itself: its name for models, its sentence, and the schema of what a model may fill in."""

    name: str = ""
    doc: str = ""
    schema: dict[str, Any]


Describe: TypeAlias = Callable[[ToolChoice], Awaitable[Described]]
Use: TypeAlias = Callable[[ToolChoice, Mapping[str, Any]], Awaitable[Any]]

EMPTY: dict[str, Any] = {"type": "object", "properties": {}}


class Toolbox:
    """The tools of one question."""

    def __init__(self) -> None:
        self._chosen: dict[str, ToolChoice] = {}
        self.offers: list[Offer] = []
        self.forced: list[str] = []

    def add(self, choice: ToolChoice, described: Described) -> None:
        """Offer a tool; what the person filled in is no longer asked of the model."""
        name = self._fresh(legal(described.name or choice.name or choice.tool))
        schema = narrowed(described.schema, preset(choice))
        self._chosen[name] = choice
        self.offers.append(Offer(name, choice.doc or described.doc, schema))
        if choice.use == "force":
            self.forced.append(name)

    def choice(self, name: str, arguments: Mapping[str, Any]) -> tuple[ToolChoice, dict[str, Any]]:
        """The chosen tool behind a name, and its inputs: what the person filled in stands above what the model says."""
        found = self._chosen.get(name)
        if found is None:
            raise Missing(f"there is no tool {name!r}")
        return found, {**arguments, **preset(found)}

    def _fresh(self, name: str) -> str:
        count, made = 1, name
        while made in self._chosen:
            count += 1
            made = f"{name[:60]}_{count}"
        return made


async def fill(choices: Sequence[ToolChoice], describe: Describe) -> Toolbox:
    """A toolbox with everything that was chosen and not switched off."""
    box = Toolbox()
    for choice in choices:
        if choice.use == "none":
            continue
        if choice.tool.startswith("function:"):
            box.add(choice, Described(doc=choice.doc, schema=choice.schema or EMPTY))
        else:
            box.add(choice, await describe(choice))
    return box


def legal(name: str) -> str:
    """A name that every vendor takes: `github.create_issue` as `github__create_issue`."""
    plain = name.removeprefix("function:").replace(".", "__").replace(":", "_")
    return re.sub(r"[^A-Za-z0-9_-]+", "_", plain).strip("_")[:64] or "tool"


def preset(choice: ToolChoice) -> dict[str, Any]:
    """What the person filled in; what was left empty is for the model."""
    return {name: value for name, value in choice.inputs.items() if value is not None and value != ""}


def narrowed(schema: Mapping[str, Any], filled: Mapping[str, Any]) -> dict[str, Any]:
    """A schema without the fields that are filled in already."""
    made: dict[str, Any] = {"type": "object", **schema}
    fields: Mapping[str, Any] = made.get("properties") or {}
    made["properties"] = {name: field for name, field in fields.items() if name not in filled}
    if required := [name for name in made.get("required") or () if name not in filled]:
        made["required"] = required
    else:
        made.pop("required", None)
    return made
