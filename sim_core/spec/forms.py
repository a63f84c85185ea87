"""What the canvas shows of a struct's fields, and what models and programs are told about them."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar, cast

import msgspec
from msgspec import NODEFAULT, UNSET, Struct
from msgspec.structs import FieldInfo

from sim_core.spec.fields import (
    Advanced,
    Assisted,
    Choice,
    Code,
    DependsOn,
    Expression,
    FileRef,
    LongText,
    Mark,
    OnlyModel,
    OnlyUser,
    Options,
    Placeholder,
    Prompted,
    Secret,
    ShownIf,
    Slider,
    Table,
    Title,
    Verbatim,
    Widget,
)
from sim_core.spec.kinds import Peeled, choices, is_struct, item_type, json_type, peel, plain
from sim_core.spec.schemas import schema

M = TypeVar("M", bound=Mark)


class Option(Struct, frozen=True):
    """One entry of a list to choose from."""

    value: Any
    label: str


class Shown(Struct, frozen=True):
    """A field is shown only while another holds one of these values."""

    field: str
    values: tuple[Any, ...]


class FormField(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One field as the canvas shows it."""

    name: str
    title: str
    kind: str
    """short_text, long_text, code, expression, dropdown, combobox, slider, switch, number, table, list,
    checkbox_list, file, json, or the kind of a `Widget`."""
    type: str = "any"
    """What JSON calls its value: string, integer, number, boolean, object, array or any."""
    doc: str = ""
    required: bool = False
    default: Any = None
    language: str = ""
    """Of code: python, javascript, json, sql, or `$` and the name of the field that says."""
    options: tuple[Option, ...] = ()
    options_tool: str = ""
    """Id of the tool that brings the options, with the paths of value and label in what it returns."""
    options_value: str = ""
    options_label: str = ""
    placeholder: str = ""
    least: float | None = None
    most: float | None = None
    step: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str = ""
    rows: int = 0
    columns: tuple[str, ...] = ()
    column_types: tuple[str, ...] = ()
    """Of each column: string, number, boolean, date or json; empty where all are texts."""
    accept: str = ""
    fields: tuple["FormField", ...] = ()
    """The parts of a nested struct, or of each item of a list of structs."""
    shown_if: tuple[Shown, ...] = ()
    """All of them must hold."""
    depends_on: tuple[str, ...] = ()
    advanced: bool = False
    secret: bool = False
    only_user: bool = False
    only_model: bool = False
    prompted: bool = False
    verbatim: bool = False
    assisted: bool = False
    """Whether a model may write it from a person's words."""


class OutputField(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One name that a reference can go on with; of a list, `fields` are those of its items."""

    name: str
    type: str = "any"
    doc: str = ""
    items: str = ""
    """Of a list: what JSON calls its items."""
    fields: tuple["OutputField", ...] = ()
    shown_if: tuple[Shown, ...] = ()


def form(struct: type[Struct]) -> tuple[FormField, ...]:
    """The form of a struct, field by field in the order they were declared."""
    return _form(struct, ())


def outputs(kind: Any) -> tuple[OutputField, ...]:
    """What references to a value of that type can go on with; a list or a plain value offers nothing by name."""
    return _outputs(kind, ())


def mark(marks: Iterable[Mark], kind: type[M]) -> M | None:
    """The first mark of a kind, if there is one."""
    return next((found for found in marks if isinstance(found, kind)), None)


def json_schema(struct: type[Struct], *, for_model: bool = False) -> dict[str, Any]:
    """The JSON Schema of a struct, whole and without `$ref` save where a type holds itself.

    `for_model` leaves out what only a person fills in.
    """
    return schema(struct, for_model=for_model)


def _form(struct: type[Struct], above: tuple[type[Struct], ...]) -> tuple[FormField, ...]:
    if struct in above:
        return ()
    return tuple(_field(info, (*above, struct)) for info in msgspec.structs.fields(struct))


def _field(info: FieldInfo, above: tuple[type[Struct], ...]) -> FormField:
    kind = peel(info.type)
    title = mark(kind.marks, Title)
    facts: dict[str, Any] = {
        "name": info.encode_name,
        "title": title.text if title else label(info.name),
        "type": json_type(kind.type),
        "doc": described(kind),
        "required": info.required,
        "default": _default(info),
    }
    facts |= _limits(kind) | _asked_by(kind, above) | _when(kind)
    return FormField(**facts)


def label(name: str) -> str:
    """The name of a field as a title."""
    return name.replace("_", " ").strip().capitalize()


def described(kind: Peeled) -> str:
    """The sentence that says what a field is."""
    return next((meta.description for meta in kind.metas if meta.description), "")


def _default(info: FieldInfo) -> Any:
    if info.default is not NODEFAULT:
        return None if info.default is UNSET else plain(info.default)
    return None if info.default_factory is NODEFAULT else plain(info.default_factory())


def _limits(kind: Peeled) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for meta in reversed(kind.metas):
        bounds = {
            "least": meta.ge if meta.ge is not None else meta.gt,
            "most": meta.le if meta.le is not None else meta.lt,
            "step": meta.multiple_of,
            "min_length": meta.min_length,
            "max_length": meta.max_length,
            "pattern": meta.pattern,
        }
        found |= {name: value for name, value in bounds.items() if value is not None}
    return found


def _asked_by(kind: Peeled, above: tuple[type[Struct], ...]) -> dict[str, Any]:
    """Kind of field: what a mark says, else what the type says."""
    for found in kind.marks:
        match found:
            case Widget():
                # A data table of the workspace is picked; `table` alone is rows typed into the form.
                parts = _parts(kind.type, above)
                return {"kind": "table_picker" if found.kind == "table" else found.kind, "fields": parts}
            case Choice():
                return {"kind": "combobox" if found.free else "dropdown", "options": _labelled(found.options)}
            case Options():
                return {"kind": "combobox", "options_tool": found.tool, "options_value": found.value,
                        "options_label": found.label}  # fmt: skip
            case Code():
                return {"kind": "code", "language": found.language}
            case Expression():
                return {"kind": "expression", "language": found.language}
            case LongText():
                return {"kind": "long_text", "rows": found.rows}
            case Slider():
                return {"kind": "slider", "least": found.least, "most": found.most, "step": found.step}
            case Table():
                return _columns(found)
            case FileRef():
                return {"kind": "file", "accept": found.accept}
            case _:
                continue
    return _asked_by_type(kind, above)


def _columns(table: Table) -> dict[str, Any]:
    pairs = [(one, "string") if isinstance(one, str) else one for one in table.columns]
    types = tuple(type for _, type in pairs)
    typed = any(type != "string" for type in types)
    return {"kind": "table", "columns": tuple(name for name, _ in pairs), "column_types": types if typed else ()}


def _asked_by_type(kind: Peeled, above: tuple[type[Struct], ...]) -> dict[str, Any]:
    if values := choices(kind.type):
        return {"kind": "dropdown", "options": _labelled(values)}
    if kind.type is bytes:
        return {"kind": "file", "accept": "*/*"}
    if len(kind.types) > 1:
        named = {json_type(part) for part in kind.types}
        return {"kind": "number" if named <= {"integer", "number"} else _text_unless_data(named)}
    match json_type(kind.type):
        case "boolean":
            return {"kind": "switch"}
        case "integer" | "number":
            return {"kind": "number"}
        case "string":
            return {"kind": "short_text"}
        case "array":
            return _list(kind.type, above)
        case _:
            return {"kind": "json", "fields": _parts(kind.type, above)}


def _text_unless_data(named: set[str]) -> str:
    return "json" if named & {"object", "array", "any"} else "short_text"


def _list(kind: Any, above: tuple[type[Struct], ...]) -> dict[str, Any]:
    item = peel(item_type(kind))
    if values := choices(item.type):
        return {"kind": "checkbox_list", "options": _labelled(values)}
    if json_type(item.type) in ("string", "integer", "number"):
        return {"kind": "list"}
    return {"kind": "json", "fields": _parts(item.type, above)}


def _parts(kind: Any, above: tuple[type[Struct], ...]) -> tuple[FormField, ...]:
    """The fields of a struct, or of the items of a list of structs."""
    if not is_struct(kind) and json_type(kind) == "array":
        kind = peel(item_type(kind)).type
    return _form(kind, above) if is_struct(kind) else ()


def _labelled(options: Sequence[Any]) -> tuple[Option, ...]:
    return tuple(
        Option(*cast("tuple[Any, str]", option)) if isinstance(option, tuple) else Option(option, str(option))
        for option in options
    )


def _when(kind: Peeled) -> dict[str, Any]:
    """Where and when a field is shown, and who fills it in."""
    facts: dict[str, Any] = {
        "shown_if": tuple(Shown(m.field, tuple(m.values)) for m in kind.marks if isinstance(m, ShownIf)),
        "depends_on": tuple(dict.fromkeys(name for mark in kind.marks for name in _leans_on(mark))),
    }
    if placeholder := mark(kind.marks, Placeholder):
        facts["placeholder"] = placeholder.text
    flags: dict[str, type[Mark]] = {
        "advanced": Advanced, "secret": Secret, "only_user": OnlyUser, "only_model": OnlyModel,
        "prompted": Prompted, "verbatim": Verbatim, "assisted": Assisted,
    }  # fmt: skip
    return facts | {name: True for name, flag in flags.items() if mark(kind.marks, flag)}


def _leans_on(mark: Mark) -> tuple[str, ...]:
    match mark:
        case DependsOn():
            return (mark.field,)
        case Options():
            return mark.fields
        case _:
            return ()


def _outputs(kind: Any, above: tuple[type[Struct], ...]) -> tuple[OutputField, ...]:
    found: dict[str, OutputField] = {}
    for struct in peel(kind).types:
        if is_struct(struct) and struct not in above:
            for info in msgspec.structs.fields(struct):
                found.setdefault(info.encode_name, _output(info, (*above, struct)))
    return tuple(found.values())


def _output(info: FieldInfo, above: tuple[type[Struct], ...]) -> OutputField:
    kind = peel(info.type)
    named = json_type(kind.type)
    inside: Any = item_type(kind.type) if named == "array" and not is_struct(kind.type) else info.type
    return OutputField(
        name=info.encode_name,
        type=named,
        doc=described(kind),
        items=json_type(peel(inside).type) if named == "array" else "",
        fields=_outputs(inside, above),
    )
