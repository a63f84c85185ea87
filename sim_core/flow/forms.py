"""What a block type's struct wants of each field, and how values that nearly fit are made to fit."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any, cast, get_args, get_origin, get_type_hints

import msgspec
from msgspec import NODEFAULT, UNSET, Struct
from msgspec.inspect import (
    CustomType,
    DataclassType,
    DictType,
    EnumType,
    LiteralType,
    Metadata,
    StructType,
    TypedDictType,
    UnionType,
    type_info,
)

from sim_core.errors import Invalid, Problem
from sim_core.spec.fields import Code, Expression, Mark, Prompted, Verbatim

ARRAYS = ("ListType", "TupleType", "VarTupleType", "SetType", "FrozenSetType", "CollectionType")
SCALARS = {"IntType": "int", "FloatType": "float", "BoolType": "bool", "NoneType": "null", "AnyType": "any"}
_EXPECTED = re.compile(r"Expected `([^`]+)`")
_FIELD = re.compile(r"(?:at `\$\.?|field `)([A-Za-z_]\w*)")


class Field(Struct, frozen=True, kw_only=True):
    """One field of a struct, as the flow sees it."""

    name: str
    kinds: frozenset[str]
    """What JSON it takes: any, str, int, float, bool, null, array, object."""
    required: bool
    verbatim: bool = False
    prompted: bool = False
    """Whether it reaches a model."""
    language: str | None = None
    """Of the code it holds: python, javascript, json, …, or `$field`; `None` when it holds no code."""

    @property
    def wants_text(self) -> bool:
        """Whether it takes nothing but text."""
        return self.kinds <= {"str", "null"} and "str" in self.kinds

    @property
    def wants_json(self) -> bool:
        """Whether it takes objects or lists and no text."""
        return bool(self.kinds & {"array", "object"}) and not self.kinds & {"str", "any"}


@lru_cache(maxsize=4096)
def form(struct: type[Struct]) -> dict[str, Field]:
    """The fields of a struct, by name."""
    hints = get_type_hints(struct, include_extras=True)
    info = cast("StructType", type_info(struct))
    return {field.name: _field(field, hints[field.name]) for field in info.fields}


def _field(field: msgspec.inspect.Field, hint: Any) -> Field:
    marks = [mark for mark in get_args(hint)[1:] if isinstance(mark, Mark)] if get_origin(hint) is Annotated else []
    language = next((mark.language for mark in marks if isinstance(mark, Code | Expression)), None)
    return Field(
        name=field.encode_name,
        kinds=frozenset(kinds(field.type)),
        required=field.required,
        verbatim=any(isinstance(mark, Verbatim) for mark in marks),
        prompted=any(isinstance(mark, Prompted) for mark in marks),
        language=language,
    )


def kinds(info: msgspec.inspect.Type) -> set[str]:
    """The kinds of JSON that a type takes."""
    name = type(info).__name__
    if name in SCALARS:
        return {SCALARS[name]}
    if name in ARRAYS:
        return {"array"}
    match info:
        case Metadata():
            return kinds(info.type)
        case UnionType():
            return {kind for member in info.types for kind in kinds(member)}
        case DictType() | StructType() | TypedDictType() | DataclassType():
            return {"object"}
        case LiteralType():
            return {
                "str" if isinstance(value, str) else "int" if value is not None else "null" for value in info.values
            }
        case EnumType():
            return {"str"}
        case CustomType():
            return {"any"}
        case _:
            return {"str"}


def text(value: Any) -> str:
    """A value inside longer text: strings as they are, nothing for what is missing, anything else as JSON."""
    if isinstance(value, str):
        return value
    if value is UNSET:
        return ""
    return msgspec.json.encode(value).decode()


def convert(values: dict[str, Any], struct: type[Struct], *, block: str, name: str) -> Any:
    """The struct that the values make; raises `Invalid` that names the block, the field and what is expected."""
    try:
        return msgspec.convert(values, struct, strict=False)
    except (msgspec.ValidationError, TypeError, OverflowError):
        pass
    try:
        return msgspec.convert(_fit(values, type_info(struct)), struct, strict=False)
    except (msgspec.ValidationError, TypeError, OverflowError) as error:
        raise _invalid(str(error), block, name) from None


def _invalid(message: str, block: str, name: str) -> Invalid:
    found = _FIELD.search(message)
    expected = _EXPECTED.search(message)
    field = found.group(1) if found else None
    said = message.replace("`", "'")
    problem = Problem(
        code="invalid_input",
        message=f"{name}: {said}",
        pointer=f"/blocks/{block}/values" + (f"/{field}" if field else ""),
        block=block,
        field=field,
        expected=expected.group(1) if expected else None,
    )
    return Invalid(f"{field}: {said}" if field else said, code="invalid_input", problems=[problem])


def _fit(value: Any, info: msgspec.inspect.Type) -> Any:
    """A value brought nearer to its type: text read as JSON, anything rendered as text, empty fields left out."""
    if isinstance(info, Metadata):
        return _fit(value, info.type)
    wanted = kinds(info)
    if "any" in wanted:
        return value
    if isinstance(value, str) and "str" not in wanted:
        value = _read(value, wanted)
    if isinstance(value, list):
        return _fit_list(cast("list[Any]", value), info, wanted)
    if isinstance(value, Mapping):
        return _fit_object(cast("Mapping[str, Any]", value), info, wanted)
    if not isinstance(value, str) and "str" in wanted and not wanted & _kinds_of(value):
        return "" if value is None else text(value)
    return value


def _kinds_of(value: Any) -> set[str]:
    if value is None:
        return {"null"}
    if isinstance(value, bool):
        return {"bool"}
    return {"int", "float"} if isinstance(value, int) else {"float"}


def _read(value: str, wanted: set[str]) -> Any:
    if not value.strip():
        return None if "null" in wanted else value
    if not wanted & {"array", "object"}:
        return value
    try:
        return msgspec.json.decode(value)
    except msgspec.DecodeError:
        return value


def _fit_list(items: list[Any], info: msgspec.inspect.Type, wanted: set[str]) -> Any:
    if "array" not in wanted:
        return text(items) if "str" in wanted else items
    inner = next((member for member in _members(info) if type(member).__name__ in ARRAYS), None)
    item = getattr(inner, "item_type", None)
    return [_fit(value, item) for value in items] if item is not None else items


def _fit_object(values: Mapping[str, Any], info: msgspec.inspect.Type, wanted: set[str]) -> Any:
    if "object" not in wanted:
        return text(values) if "str" in wanted else values
    for member in _members(info):
        if isinstance(member, DictType):
            return {key: _fit(value, member.value_type) for key, value in values.items()}
        if isinstance(member, StructType | TypedDictType | DataclassType):
            known = {field.encode_name: field for field in member.fields}
            fitted = {key: _fit(value, known[key].type) if key in known else value for key, value in values.items()}
            return {key: value for key, value in fitted.items() if key not in known or not _left_out(value, known[key])}
    return values


def _left_out(value: Any, field: msgspec.inspect.Field) -> bool:
    """Whether a field was left empty that has a default to fall back on."""
    if field.required and field.default is NODEFAULT:
        return False
    wanted = kinds(field.type)
    return (value is None and not wanted & {"null", "any"}) or (value == "" and not wanted & {"str", "any"})


def _members(info: msgspec.inspect.Type) -> tuple[msgspec.inspect.Type, ...]:
    if isinstance(info, Metadata):
        return _members(info.type)
    return (
        tuple(found for member in info.types for found in _members(member)) if isinstance(info, UnionType) else (info,)
    )
