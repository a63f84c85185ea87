"""Options that a tool brings for a field: what it is asked, and what of its answer a person can choose."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import msgspec
from msgspec import Struct
from msgspec.structs import FieldInfo

from sim_core.spec.fields import Options, Title
from sim_core.spec.forms import label, mark
from sim_core.spec.kinds import is_struct, item_type, json_type, peel
from sim_core.spec.tools import Tool


class Offered(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing to choose."""

    value: Any
    label: str
    detail: str = ""


class Page(Struct, frozen=True, kw_only=True):
    """What one answer of a tool offers, and the cursor of the next; empty after the last."""

    items: tuple[Offered, ...]
    next: str = ""


def options_of(struct: type[Struct], field: str) -> Options | None:
    """How the options of a field are brought; `None` where nothing brings any."""
    info = field_of(struct, field)
    return None if info is None else mark(peel(info.type).marks, Options)


def field_of(struct: type[Struct], name: str) -> FieldInfo | None:
    """A field by the name that forms know it by."""
    return next((info for info in msgspec.structs.fields(struct) if info.encode_name == name), None)


def tool_of(options: Options, service: str) -> str:
    """The whole id of the tool that brings the options of a field of a service."""
    return options.tool if "." in options.tool else f"{service}.{options.tool}"


def lacking(struct: type[Struct], options: Options, values: Mapping[str, Any]) -> tuple[str, ...]:
    """Fields that have to be filled in first, by name: those the form needs itself."""
    needed = (field_of(struct, name) for name in options.fields)
    return tuple(
        one.encode_name for one in needed if one is not None and one.required and is_empty(values.get(one.encode_name))
    )


def is_empty(value: Any) -> bool:
    """Whether nothing was filled in."""
    return value is None or value in ("", [], {})


def holds_text(struct: type[Struct], name: str) -> bool:
    """Whether a field, or each entry of a list in it, is text."""
    info = field_of(struct, name)
    kind = peel(info.type).type if info else str
    return json_type(peel(item_type(kind)).type if json_type(kind) == "array" else kind) not in ("integer", "number")


def title_of(struct: type[Struct], name: str) -> str:
    """What the form calls a field."""
    info = field_of(struct, name)
    titled = mark(peel(info.type).marks, Title) if info else None
    return titled.text if titled else label(name)


def asked(options: Options, values: Mapping[str, Any], *, search: str = "", cursor: str = "") -> dict[str, Any]:
    """What the tool is given for one page."""
    given: dict[str, Any] = {}
    for name, said in options.inputs.items():
        value = values.get(said[1:]) if isinstance(said, str) and said.startswith("$") else said
        if not is_empty(value):
            given[name] = value
    if options.search and search:
        given[options.search] = search
    if options.cursor and cursor:
        given[options.cursor] = cursor if options.next else int(cursor)
    return given


def read(options: Options, answer: Any, values: Mapping[str, Any], *, cursor: str = "", text: bool = True) -> Page:
    """What a tool's answer offers, as text where the field holds text; items without a value are left out."""
    found = _at(answer, options.items)
    rows = cast("Sequence[Any]", found) if isinstance(found, list | tuple) else ()
    wanted = {path: values.get(name[1:]) for path, name in options.only.items()}
    fitting = (row for row in rows if all(is_empty(value) or _at(row, path) == value for path, value in wanted.items()))
    return Page(items=tuple(_offered(options, fitting, text=text)), next=_next(options, answer, bool(rows), cursor))


def narrowed(items: Iterable[Offered], search: str) -> tuple[Offered, ...]:
    """The items that hold every word of a text, whatever its case; those that begin with it first."""
    words = search.casefold().split()
    text = search.strip().casefold()
    held = [one for one in items if all(word in _words(one) for word in words)]
    return tuple(sorted(held, key=lambda one: not one.label.casefold().startswith(text))) if words else tuple(held)


def misfits(struct: type[Struct], name: str, options: Options, tool: Tool | None) -> Iterable[str]:
    """What is wrong with how a field declares its options, in words."""
    if tool is None:
        yield f"{name} takes its options from {options.tool!r}, which is no tool"
        return
    inputs = {info.encode_name for info in msgspec.structs.fields(tool.input)}
    given = {*options.inputs, *filter(None, (options.search, options.cursor))}
    yield from (f"{tool.id} takes no {one!r}, which the options of {name} give it" for one in sorted(given - inputs))
    yield from (
        f"the options of {name} need a field {one!r}" for one in options.fields if field_of(struct, one) is None
    )
    listed = _kind_at(tool.output, options.items)
    if listed is None or json_type(listed) != "array":
        yield f"{tool.id} gives no list at {options.items!r} for {name}"
        return
    item = peel(item_type(listed)).type
    for path in (options.value, options.label, options.detail, *options.only):
        if path and _kind_at(item, path) is None:
            yield f"the items of {tool.id} have no {path!r}, which the options of {name} show"
    if options.next and _kind_at(tool.output, options.next) is None:
        yield f"{tool.id} gives nothing at {options.next!r}, where {name} looks for the next page"


def _offered(options: Options, rows: Iterable[Any], *, text: bool) -> Iterable[Offered]:
    seen: set[str] = set()
    for row in rows:
        value = _at(row, options.value)
        if is_empty(value) or str(value) in seen:
            continue
        seen.add(str(value))
        shown, more = _at(row, options.label), _at(row, options.detail) if options.detail else ""
        yield Offered(
            value=str(value) if text else value,
            label=str(value if is_empty(shown) else shown),
            detail="" if more is None else str(more),
        )


def _next(options: Options, answer: Any, holds: bool, cursor: str) -> str:
    if not options.cursor:
        return ""
    if options.next:
        return str(_at(answer, options.next) or "")
    return str(int(cursor or "1") + 1) if holds else ""


def _words(one: Offered) -> str:
    return f"{one.label} {one.value} {one.detail}".casefold()


def _at(value: Any, path: str) -> Any:
    for name in path.split(".") if path else ():
        value = cast("dict[str, Any]", value).get(name) if isinstance(value, dict) else None
    return value


def _kind_at(kind: Any, path: str) -> Any:
    """The type at a path; `None` where there is none."""
    kind = peel(kind).type
    for name in path.split(".") if path else ():
        if json_type(kind) in ("any", "object") and not is_struct(kind):
            return Any
        info = field_of(kind, name) if is_struct(kind) else None
        if info is None:
            return None
        kind = peel(info.type).type
    return kind
