"""What a tool was given, as the struct that it declared."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from sim_core.errors import Invalid, Problem
from sim_core.spec.tools import Tool

_PLACE = re.compile(r" - at `\$\.?(?:\.\.\.|([A-Za-z_]\w*))?(.*)`$")
_UNKNOWN = re.compile(r"unknown field `(.+)`")
_ABSENT = re.compile(r"missing required field `(.+)`")
_EXPECTED = re.compile(r"Expected `([^`]+)`")


def as_input(tool: Tool, inputs: Mapping[str, Any]) -> Any:
    """The tool's own struct; raises `Invalid` that names the field and what it expects.

    Templates give text where a number or a list is meant, and the canvas gives empty text for what nobody filled in:
    both are read as what the field wants, when they can be.
    """
    given = dict(inputs)
    fields = {field.name: field for field in msgspec.structs.fields(tool.input)}
    mended: set[str] = set()
    while True:
        try:
            return msgspec.convert(given, tool.input, strict=False)
        except msgspec.ValidationError as error:
            name = _field(error)
            if name not in given or name not in fields or name in mended:
                raise _invalid(tool, error) from None
            mended.add(name)
            if not _mend(given, name, fields[name].required, str(error)):
                raise _invalid(tool, error) from None


def _mend(given: dict[str, Any], name: str, required: bool, words: str) -> bool:
    value = given[name]
    if not required and value in ("", None):
        del given[name]
        return True
    if isinstance(value, str):
        try:
            given[name] = msgspec.json.decode(value)
        except msgspec.DecodeError:
            if "Expected `array" not in words:
                return False
            # A list that a person typed: `bug, ui`.
            given[name] = [part.strip() for part in value.split(",") if part.strip()]
        return True
    if isinstance(value, bool | int | float | dict | list):
        given[name] = msgspec.json.encode(value).decode()
        return True
    return False


def _field(error: msgspec.ValidationError) -> str:
    found = _PLACE.search(str(error))
    return (found[1] or "") if found else ""


def _invalid(tool: Tool, error: msgspec.ValidationError) -> Invalid:
    text = str(error)
    place = _PLACE.search(text)
    named = _UNKNOWN.search(text) or _ABSENT.search(text)
    field = (place[1] if place else "") or (named[1] if named else "")
    words = _PLACE.sub("", text)
    expected = _EXPECTED.search(words)
    message = f"{tool.title}: {f'field {field!r}: ' if field and not named else ''}{_lower(words)}"
    problem = Problem(
        code="invalid_input",
        message=message,
        field=field or None,
        pointer=f"/{field}" if field else "",
        expected=expected[1] if expected else None,
    )
    return Invalid(message, code="invalid_input", problems=(problem,))


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]


def plain(value: Struct | Any) -> Any:
    """What a tool gave back as plain data: names and values that JSON knows."""
    return msgspec.to_builtins(value, str_keys=True)
