"""An integration as a block type: a dropdown of operations and the fields of the one that was chosen."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Annotated, Any, Literal, Union, cast

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from sim_core.spec.blocks import BlockType
from sim_core.spec.fields import Input
from sim_core.spec.forms import FormField, Option, OutputField, Shown, form, label, outputs
from sim_core.spec.kinds import json_type, peel
from sim_core.spec.steps import Step
from sim_core.spec.tools import Integration, Tool

OWN = ("operation", "credential")


def integration_block(integration: Integration) -> BlockType:
    """The block type of an integration; its values are `operation`, `credential` and the tool's fields."""
    tools = {operation(tool): tool for tool in integration.tools.values()}
    _check(integration, tools)

    @cache
    def narrowed(name: str) -> type[Struct] | None:
        return _narrow(integration, name, tools[name]) if name in tools else None

    async def run(inputs: Any, step: Step) -> Any:
        """Use the chosen operation."""
        tool = tools[inputs.operation]
        given = msgspec.to_builtins(inputs)
        fields = {info.encode_name for info in msgspec.structs.fields(tool.input)}
        chosen = {name: value for name, value in given.items() if name in fields}
        return as_output(await step.call(tool.id, chosen, credential=inputs.credential))

    return BlockType(
        id=integration.id,
        title=integration.title,
        doc=integration.doc or f"Work with {integration.title}.",
        input=_general(integration, tools),
        run=run,
        category="integration",
        color=integration.color,
        icon=integration.id,
        aliases=integration.aliases,
        renames=integration.renames,
        adopt=lambda values: _adopt(tools, values),
        version=integration.version,
        migrations=integration.migrations,
        fields=lambda: _form(tools),
        promises=lambda: operation_outputs(integration),
        narrow=lambda values: narrowed(str(values.get("operation", ""))),
    )


def operation(tool: Tool) -> str:
    """The tool's name without the service: what `operation` holds."""
    return tool.id.split(".", 1)[1]


def as_output(value: Any) -> Any:
    """What a block of an integration gives: an object as it is, anything else under `result`."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {"result": value}


def operation_outputs(integration: Integration) -> tuple[OutputField, ...]:
    """What references to the block can go on with, each shown for the operations that give it."""
    found: dict[OutputField, list[str]] = {}
    for tool in integration.tools.values():
        for field in _outputs(tool):
            found.setdefault(field, []).append(operation(tool))
    everywhere = len(integration.tools)
    return tuple(
        field
        if len(names) == everywhere
        else msgspec.structs.replace(field, shown_if=(Shown("operation", tuple(names)),))
        for field, names in found.items()
    )


def _outputs(tool: Tool) -> tuple[OutputField, ...]:
    if tool.output is None:
        return ()
    if fields := outputs(tool.output):
        return fields
    return outputs(msgspec.defstruct("Result", [("result", tool.output)])) if _is_wrapped(tool.output) else ()


def _is_wrapped(kind: Any) -> bool:
    return json_type(peel(kind).type) not in ("object", "any")


def _adopt(tools: Mapping[str, Tool], values: dict[str, Any]) -> dict[str, Any]:
    """An import's values, with the operation under our name for it."""
    ours = {alias: name for name, tool in tools.items() for alias in tool.aliases}
    chosen = values.get("operation")
    return {**values, "operation": ours[chosen]} if isinstance(chosen, str) and chosen in ours else values


def _check(integration: Integration, tools: Mapping[str, Tool]) -> None:
    if not tools:
        raise TypeError(f"integration {integration.id!r} has no tools")
    for tool in tools.values():
        taken = [info.name for info in msgspec.structs.fields(tool.input) if info.name in OWN]
        if taken:
            raise TypeError(f"{tool.id} calls a field {taken[0]!r}, a name that its block needs; rename the field")


def _own_fields(names: Iterable[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Annotations and defaults of what every integration's block has."""
    kinds = {
        "operation": Annotated[Literal[tuple(names)], Meta(description="What to do.")],
        "credential": Annotated[str, Meta(description="Which account to use; empty is the workspace's.")],
    }
    return kinds, {"credential": ""}


def _general(integration: Integration, tools: Mapping[str, Tool]) -> type[Struct]:
    """A struct with the fields of every operation, none of them required."""
    kinds: dict[str, list[Any]] = {}
    for tool in tools.values():
        for info in msgspec.structs.fields(tool.input):
            if info.type not in kinds.setdefault(info.name, []):
                kinds[info.name].append(info.type)
    annotations, defaults = _own_fields(tools)
    annotations |= {name: _either(found) for name, found in kinds.items()}
    defaults |= dict.fromkeys(kinds, UNSET)
    return _make(_name(integration.id), Input, annotations, defaults)


def _either(kinds: list[Any]) -> Any:
    # Two operations may mean different things by one name; the chosen operation's struct decides then.
    return Union[kinds[0], UnsetType] if len(kinds) == 1 else Any  # noqa: UP007 - made at run time


def _narrow(integration: Integration, name: str, tool: Tool) -> type[Struct]:
    """The struct of one operation; it passes over the values that other operations left behind."""
    name_of_struct = _name(integration.id) + _name(name)
    return _make(name_of_struct, tool.input, *_own_fields((name,)), forbid_unknown_fields=False)


def _make(name: str, base: type[Struct], kinds: dict[str, Any], defaults: dict[str, Any], **facts: Any) -> type[Struct]:
    namespace = {"__module__": __name__, "__annotations__": kinds, **defaults}
    make: Any = type(base)  # a struct's own metaclass: `Keywords` for ours
    return make(name, (base,), namespace, frozen=True, kw_only=True, **facts)


def _form(tools: Mapping[str, Tool]) -> tuple[FormField, ...]:
    own = (
        FormField(
            name="operation", title="Operation", kind="dropdown", type="string", doc="What to do.", required=True,
            options=tuple(Option(name, tool.title) for name, tool in tools.items()),
            default=next(iter(tools)),
        ),
        FormField(
            name="credential", title="Account", kind="credential", type="string", default="", only_user=True,
            doc="Which account to use; empty is the workspace's.",
        ),
    )  # fmt: skip
    found: dict[str, list[tuple[FormField, list[str]]]] = {}
    for name, tool in tools.items():
        for field in form(tool.input):
            _gather(found.setdefault(field.name, []), field, name)
    shown = (pair for alike in found.values() for pair in alike if not pair[0].only_model)
    return (*own, *(_shown(field, names, len(tools)) for field, names in shown))


def _gather(alike: list[tuple[FormField, list[str]]], field: FormField, name: str) -> None:
    """Put a field beside those of its name: the same field of two operations is one."""
    for known, names in alike:
        if known == field:
            names.append(name)
            return
    alike.append((field, [name]))


def _shown(field: FormField, names: list[str], everywhere: int) -> FormField:
    if len(names) == everywhere:
        return field
    return msgspec.structs.replace(field, shown_if=(Shown("operation", tuple(names)), *field.shown_if))


def _name(id: str) -> str:
    return "".join(part.capitalize() for part in id.split("_")) or label(id)
