"""Whether what blocks hold in their forms fits, as far as that is known before a run."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Literal, get_args, get_origin

import msgspec
from msgspec import Struct

from sim_core.document.check_references import check_places
from sim_core.document.graph import container_kind, is_note
from sim_core.document.references import LANGUAGES, Language, Place, holds_places, parse, pointer, spots, walk
from sim_core.document.survey import Survey
from sim_core.document.workflow import Block, Loop
from sim_core.errors import SimError
from sim_core.spec.blocks import BlockType
from sim_core.spec.fields import Code, Expression, Mark, Prompted, Verbatim
from sim_core.spec.kinds import is_struct, item_type, json_type, peel
from sim_core.spec.migrations import bring

_PATH = re.compile(r" - at `\$(.*)`$")
_EXPECTED = re.compile(r"Expected (.+?)(?:, got|$)")


class Field(Struct, frozen=True):
    """What a check needs to know of one field."""

    kind: Any
    required: bool
    language: str
    """Of the code in it; empty when it holds none."""
    default: Any
    verbatim: bool
    prompted: bool
    takes_text: bool
    shapes: frozenset[str]
    inner_prompted: frozenset[str]
    """Names of nested fields that reach a model."""


@lru_cache(maxsize=4096)
def fields(struct: type[Struct]) -> Mapping[str, Field]:
    """The fields of a struct, by name."""
    return {info.encode_name: _field(info) for info in msgspec.structs.fields(struct)}


def _field(info: msgspec.structs.FieldInfo) -> Field:
    kind = peel(info.type)
    marks: tuple[Mark, ...] = kind.marks
    code = next((mark.language for mark in marks if isinstance(mark, Code | Expression)), "")
    shapes = frozenset(json_type(one) for one in kind.types)
    return Field(
        kind=info.type,
        required=info.required,
        language=code,
        default=info.default,
        verbatim=any(isinstance(mark, Verbatim) for mark in marks),
        prompted=any(isinstance(mark, Prompted) for mark in marks),
        takes_text="string" in shapes and not any(get_origin(one) is Literal for one in kind.types),
        shapes=shapes,
        inner_prompted=frozenset(_inner_prompted(info.type, 0)),
    )


def _inner_prompted(kind: Any, depth: int) -> Iterator[str]:
    for one in peel(kind).types:
        inner = one if is_struct(one) else item_type(one) if get_args(one) else None
        for struct in peel(inner).types if inner is not None and depth < 4 else ():
            if is_struct(struct):
                for info in msgspec.structs.fields(struct):
                    if any(isinstance(mark, Prompted) for mark in peel(info.type).marks):
                        yield info.encode_name
                    yield from _inner_prompted(info.type, depth + 1)


def check_fields(survey: Survey) -> None:
    """Everything that blocks hold."""
    for block in survey.blocks.values():
        type = survey.types[block.id]
        if is_note(block):
            continue
        if container_kind(block.type) is not None:
            _container(survey, block)
        elif type is None:
            _free(survey, block)
        else:
            _form(survey, block, type)


def _form(survey: Survey, block: Block, type: BlockType) -> None:
    values = _brought(survey, block, type)
    known = fields(type.input_for(values))
    general = fields(type.input)
    for name, value in values.items():
        field = known.get(name) or general.get(name)
        at = f"/values/{pointer(name)}"
        if field is None:
            words = f"{block.name!r} has no field {name!r}; it is passed over"
            survey.say("unknown_field", words, block=block.id, at=at, field=name, warning=True)
        elif name in known:
            _value(survey, block, name, value, field, values, known)
    if block.trigger:
        return
    for name, field in known.items():
        if field.required and values.get(name) is None:
            words = f"{block.name!r} lacks {name!r}"
            survey.say("missing_field", words, block=block.id, at="/values", field=name)
        elif field.required and values[name] == "":
            words = f"{block.name!r}: {name!r} is empty"
            survey.say("empty_field", words, block=block.id, at=f"/values/{pointer(name)}", field=name, warning=True)


def _brought(survey: Survey, block: Block, type: BlockType) -> Mapping[str, Any]:
    """The values as the installed version of the type reads them."""
    if "@" not in block.type and type.version == 1:
        return block.values
    try:
        found = bring(type, block.type, block.values, block=block.id)
    except SimError as error:
        survey.say("bad_version", f"{block.name!r}: {error.message}", block=block.id, at="/type")
        return block.values
    if found.note is not None:
        survey.say(found.note.code, found.note.message, block=block.id, at="/type", warning=True)
    return found.values


def _value(
    survey: Survey,
    block: Block,
    name: str,
    value: Any,
    field: Field,
    values: Mapping[str, Any],
    known: Mapping[str, Field],
) -> None:
    at = f"/values/{pointer(name)}"
    if field.verbatim or not holds_places(value):
        _type(survey, block, name, value, field, at)
        return
    if not isinstance(value, str):
        _shape(survey, block, name, value, field, at)
    language = _language(field, values, known)
    for here, text in walk(value, f"/blocks/{pointer(block.id)}{at}"):
        if "<" not in text and "{{" not in text:
            continue
        places: tuple[Place, ...] = spots(text, language=language) if language in LANGUAGES else _places(text)
        prompted = field.prompted or here.rpartition("/")[2] in field.inner_prompted
        check_places(survey, block, name, here, places, in_code=language in LANGUAGES, prompted=prompted)


def _places(text: str) -> tuple[Place, ...]:
    return tuple(part for part in parse(text).parts if not isinstance(part, str))


def _language(field: Field, values: Mapping[str, Any], known: Mapping[str, Field]) -> Any:
    if not field.language.startswith("$"):
        return field.language
    sibling = field.language[1:]
    default = known[sibling].default if sibling in known else ""
    return values.get(sibling, default)


def _type(survey: Survey, block: Block, name: str, value: Any, field: Field, at: str) -> None:
    try:
        msgspec.convert(value, field.kind, strict=False)
    except (msgspec.ValidationError, OverflowError) as error:
        if _nearly_fits(value, field):
            return
        words = str(error)
        path = _PATH.search(words)
        plain = _PATH.sub("", words)
        found = _EXPECTED.search(plain)
        expected = found.group(1).replace("`", "") if found else None
        inside = re.sub(r"\[(\d+)\]", r"/\1", path.group(1)).replace(".", "/") if path else ""
        says = f"{block.name!r}: {name!r} does not fit: {plain.replace('`', '')}"
        survey.say("wrong_type", says, block=block.id, at=f"{at}{inside}", field=name, expected=expected)


def _nearly_fits(value: Any, field: Field) -> bool:
    """Whether a run makes it fit: plain values become text, JSON in a text becomes data, an empty text is nothing."""
    if isinstance(value, str):
        if not value.strip():
            return not field.required
        if value.lstrip()[:1] not in ("[", "{"):
            return False
        try:
            msgspec.convert(json.loads(value), field.kind, strict=False)
        except (ValueError, RecursionError):
            return False
        return True
    return field.takes_text and isinstance(value, bool | int | float)


def _shape(survey: Survey, block: Block, name: str, value: Any, field: Field, at: str) -> None:
    """Of a value with references in it only lists and objects are told apart."""
    shape = "object" if isinstance(value, dict) else "array"
    if shape in field.shapes or "any" in field.shapes:
        return
    expected = " or ".join(sorted(field.shapes))
    words = f"{block.name!r}: {name!r} does not fit: expected {expected}, got {shape}"
    survey.say("wrong_type", words, block=block.id, at=at, field=name, expected=expected)


def _free(survey: Survey, block: Block) -> None:
    """References of a block whose type nobody knows."""
    for name, value in block.values.items():
        for here, text in walk(value, f"/blocks/{pointer(block.id)}/values/{pointer(name)}"):
            check_places(survey, block, name, here, _places(text), in_code=False, prompted=False)


def _container(survey: Survey, block: Block) -> None:
    subflow = survey.workflow.subflows.get(block.id)
    if subflow is None:
        return
    language: Language = subflow.language if isinstance(subflow, Loop) else "python"
    for name in ("iterations", "count", "collection", "condition"):
        for _, text in walk(getattr(subflow, name, None)):
            in_code = name == "condition"
            places = spots(text, language=language) if in_code else _places(text)
            at = f"/subflows/{pointer(block.id)}/{name}"
            check_places(survey, block, name, at, places, in_code=in_code, prompted=False)
