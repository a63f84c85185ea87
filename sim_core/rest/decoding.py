"""Bodies and queries: bytes to structs, with errors that say where; and bodies that are read as they come."""

import re
from collections.abc import AsyncGenerator, Mapping
from typing import Any, TypeVar

import msgspec
from litestar.types import Receive

from sim_core.errors import Cancelled, Invalid, Problem

T = TypeVar("T")

MOST_NESTING = 100
_BYTE = re.compile(r"\(byte (\d+)\)")
_PLACE = re.compile(r" - at `(key in )?\$([^`]*)`")
_PIECE = re.compile(r"\.([^.\[]+)|\[(\d+|\.\.\.)\]")
_DEEPER = re.compile(rb'[\[{]|[\]}]|"(?:[^"\\]|\\.)*"', re.DOTALL)


class BadJson(Invalid):
    """The body is not JSON."""

    code = "bad_json"
    status = 400


def decode(raw: bytes, kind: type[T]) -> T:
    """A JSON body as that type; raises `BadJson` with line and column, or `Invalid` with a pointer."""
    if not raw.strip():
        raise BadJson(
            "The body is empty; send JSON.", problems=[Problem(code="bad_json", message="The body is empty.")]
        )
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.ValidationError as error:
        raise _invalid(error) from None
    except msgspec.DecodeError as error:
        raise _malformed(raw, error) from None
    except UnicodeDecodeError:
        raise _not_utf8(raw) from None
    except RecursionError:
        raise BadJson(f"The body is nested deeper than {MOST_NESTING} levels.", code="too_deep") from None


async def pieces(receive: Receive) -> AsyncGenerator[bytes]:
    """A body as it comes; raises `Cancelled` when whoever sends it goes away in the middle."""
    goes_on = True
    while goes_on:
        message = await receive()
        if message["type"] != "http.request":
            raise Cancelled("Whoever sent this went away in the middle.", code="cut_off")
        goes_on = message["more_body"]
        yield message["body"]


def check_nesting(raw: bytes) -> None:
    """Raises `BadJson` when JSON is nested deeper than anything of ours may be."""
    if raw.count(b"[") + raw.count(b"{") <= MOST_NESTING:
        return
    depth = 0
    for match in _DEEPER.finditer(raw):
        piece = match[0]
        if piece in b"[{":
            depth += 1
            if depth > MOST_NESTING:
                raise BadJson(f"The body is nested deeper than {MOST_NESTING} levels.", code="too_deep")
        elif piece in b"]}":
            depth -= 1


def convert_query(given: Mapping[str, Any], kind: type[T]) -> T:
    """A query string as that type; raises `Invalid` with the parameter's name."""
    try:
        return msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError as error:
        raise _invalid(error, "the query") from None


def convert(given: Any, kind: type[T]) -> T:
    """Plain data as that type; raises `Invalid` with a pointer."""
    try:
        return msgspec.convert(given, kind)
    except msgspec.ValidationError as error:
        raise _invalid(error) from None


def pointer_of(message: str) -> tuple[str, str]:
    """The message of a msgspec error without its place, and the place as a JSON pointer."""
    place = _PLACE.search(message)
    if place is None:
        return message, ""
    pieces = [name or ("*" if index == "..." else index) for name, index in _PIECE.findall(place[2])]
    pointer = "".join("/" + piece.replace("~", "~0").replace("/", "~1") for piece in pieces)
    return message[: place.start()], pointer


def _invalid(error: msgspec.ValidationError, where: str = "the body") -> Invalid:
    message, pointer = pointer_of(str(error))
    words = message.replace("Object contains", "There is an").replace("Object missing", "It lacks the")
    words = words.rstrip(".") + "."
    if unknown := re.search(r"unknown field `([^`]+)`", words):
        pointer += "/" + unknown[1].replace("~", "~0").replace("/", "~1")
    problem = Problem(code="invalid", message=words, pointer=pointer, expected=_expected(message))
    return Invalid(f"In {where}, at {pointer or 'its root'}: {words}", problems=[problem])


def _expected(message: str) -> str | None:
    found = re.match(r"Expected `([^`]+)`", message)
    return found[1] if found else None


def _malformed(raw: bytes, error: msgspec.DecodeError) -> BadJson:
    text = str(error)
    found = _BYTE.search(text)
    at = int(found[1]) if found else len(raw)
    if not found and _surrogate(raw):
        words = "half of a surrogate pair stands alone"
    else:
        words = text.removeprefix("JSON is malformed: ").split(" (byte")[0].rstrip(".").lower()
    return _located(raw, at, words)


def _surrogate(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return bool(re.search(rb"\\u[dD][89abAB]", raw)) and raw.rstrip()[-1:] in b']}"0123456789el'


def _not_utf8(raw: bytes) -> BadJson:
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        return _located(raw, error.start, f"byte 0x{raw[error.start]:02x} is not UTF-8")
    return _located(raw, 0, "the body is not UTF-8")


def _located(raw: bytes, at: int, words: str) -> BadJson:
    before = raw[:at]
    line = before.count(b"\n") + 1
    column = at - (before.rfind(b"\n") + 1) + 1
    message = f"Line {line}, column {column}: {words}."
    return BadJson(message, problems=[Problem(code="bad_json", message=message)])
