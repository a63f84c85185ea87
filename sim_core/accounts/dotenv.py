"""Pasted `.env` files: names and values, with the quotes and comments that people write.

What is wrong is told by line and reason; nothing of a line is repeated, since it may be a secret.
"""

import re
from typing import Literal, TypeAlias

from msgspec import Struct

from sim_core.errors import Invalid, Problem
from sim_core.store.secrets import LARGEST

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
EXPORT = re.compile(r"export[ \t]+")
GAP = re.compile(r"[ \t]*")
COMMENT = re.compile(r"\s+#|^#")
ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", '"': '"', "$": "$"}
QUOTES = ("'", '"', "`")
MOST = 500

Outcome: TypeAlias = Literal["new", "changed", "empty", "overridden"]


class Pair(Struct, frozen=True, kw_only=True):
    """A name, its value, and the line it stands on, counted from 1."""

    name: str
    value: str
    line: int


class PastedLine(Struct, frozen=True, kw_only=True):
    """What came of one line."""

    line: int
    name: str
    status: Outcome
    """`empty` values are not set; what is `overridden` has another value further down."""


class Wrong(Exception):
    """What is wrong at a place, without a word of what stands there."""

    def __init__(self, at: int, code: str, message: str) -> None:
        super().__init__(message)
        self.at, self.code, self.message = at, code, message


def read(text: str) -> tuple[Pair, ...]:
    """The pairs in order; raises `Invalid` with every line that makes no sense."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    pairs: list[Pair] = []
    problems: list[Problem] = []
    at = 0
    while at < len(text):
        end = _end(text, at)
        line = text[at:end].strip()
        if not line or line.startswith("#"):
            at = end + 1
            continue
        try:
            pair, at = _pair(text, at)
            pairs.append(pair)
        except Wrong as wrong:
            number = _line(text, wrong.at)
            message = f"Line {number}: {wrong.message}"
            problems.append(Problem(code=wrong.code, message=message, pointer="/text", line=number))
            at = end + 1
    if not problems and len(pairs) > MOST:
        problems.append(Problem(code="too_many", message=f"At most {MOST} secrets at once", pointer="/text"))
    if problems:
        raise Invalid(problems[0].message, code="bad_env", problems=problems)
    return tuple(pairs)


def chosen(pairs: tuple[Pair, ...]) -> dict[str, str]:
    """The values to set: the last of each name, and none that is empty."""
    return {name: value for name, value in {pair.name: pair.value for pair in pairs}.items() if value}


def outcomes(pairs: tuple[Pair, ...], fresh: frozenset[str]) -> tuple[PastedLine, ...]:
    """What came of each line, when these names were not there before."""
    last = {pair.name: pair.line for pair in pairs}

    def status(pair: Pair) -> Outcome:
        if last[pair.name] != pair.line:
            return "overridden"
        if not pair.value:
            return "empty"
        return "new" if pair.name in fresh else "changed"

    return tuple(PastedLine(line=pair.line, name=pair.name, status=status(pair)) for pair in pairs)


def _pair(text: str, start: int) -> tuple[Pair, int]:
    """The pair that begins on this line, and where the next line does."""
    at = _past(GAP, text, start)
    at = _past(EXPORT, text, at)
    name = NAME.match(text, at)
    if name is None:
        raise Wrong(at, "bad_name", "a name begins with a letter or '_', and has letters, digits and '_'")
    sign = _past(GAP, text, name.end())
    if text[sign : sign + 1] != "=":
        words = "'=' is missing after the name; a name has letters, digits and '_', at most 128"
        raise Wrong(at, "no_value", words)
    value, after = _value(text, _past(GAP, text, sign + 1))
    if len(value.encode("utf-8", "surrogatepass")) > LARGEST:
        raise Wrong(at, "too_large", f"a secret has at most {LARGEST // 1024} KB")
    return Pair(name=name[0], value=value, line=_line(text, at)), after


def _value(text: str, at: int) -> tuple[str, int]:
    if text[at : at + 1] in QUOTES:
        return _quoted(text, at)
    end = _end(text, at)
    return COMMENT.split(text[at:end], maxsplit=1)[0].strip(), end + 1


def _quoted(text: str, at: int) -> tuple[str, int]:
    quote, close = text[at], at + 1
    while close < len(text) and text[close] != quote:
        close += 2 if quote == '"' and text[close] == "\\" else 1
    if close >= len(text):
        raise Wrong(at, "open_quote", "the quote that opens here is never closed")
    end = _end(text, close)
    rest = text[close + 1 : end].strip()
    if rest and not rest.startswith("#"):
        raise Wrong(close, "after_quote", "only a comment may follow the closing quote")
    inside = text[at + 1 : close]
    return (re.sub(r"\\(.)", _unescaped, inside) if quote == '"' else inside), end + 1


def _unescaped(found: re.Match[str]) -> str:
    return ESCAPES.get(found[1], found[0])


def _past(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at


def _end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1
