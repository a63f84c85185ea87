"""JSON as data: no doubled keys, no endless numbers, bounded in depth; every fault with its line."""

import json
import re
from collections.abc import Iterable
from typing import Any, cast

from sim_core.document.references import pointer
from sim_core.errors import Invalid, Problem

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_LARGEST = 2**63


class _Twice(Exception):
    """A key stands twice in an object."""


def read_json(text: str, max_depth: int) -> Any:
    """The data in a JSON text; whole numbers past 64 bits become broken ones, as in a browser."""
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise _fault(error.msg, "", (error.lineno, error.colno)) from error
    except _Twice as error:
        at, place = _find_twice(text)
        raise _fault(f"the key {error.args[0]!r} stands here twice", at, place, "duplicate_key") from error
    except RecursionError as error:
        raise _fault(f"nested more than {max_depth} deep", "", None, "too_deep") from error
    except ValueError as error:
        raise _fault(str(error), "", None) from error
    return _checked(value, max_depth)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        seen: set[str] = set()
        raise _Twice(next(key for key, _ in pairs if key in seen or seen.add(key)))
    return value


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _fault(words: str, at: str, place: tuple[int, int] | None, code: str = "bad_json") -> Invalid:
    line, column = place or (None, None)
    where = f"line {line}: " if line else ""
    problem = Problem(code=code, message=words, pointer=at, line=line, column=column)
    return Invalid(f"{where}{words}", code=code, problems=[problem])


def _checked(value: Any, max_depth: int) -> Any:
    """The value with numbers that can be kept; refuses what is nested too deep."""
    level: list[Any] = [[value]]
    root = level[0]
    for _ in range(max_depth + 1):
        below: list[Any] = []
        for holder in level:
            for key, inner in list(_entries(holder)):
                if isinstance(inner, dict | list):
                    below.append(inner)
                elif isinstance(inner, float) and abs(inner) == float("inf"):
                    raise _fault("a number is too large to be kept", "", None)
                elif isinstance(inner, int) and not -_LARGEST <= inner < _LARGEST:
                    holder[key] = _as_float(inner)
        if not below:
            return root[0]
        level = below
    raise _fault(f"nested more than {max_depth} deep", "", None, "too_deep")


def _entries(holder: Any) -> Iterable[tuple[Any, Any]]:
    if isinstance(holder, list):
        return enumerate(cast("list[Any]", holder))
    return cast("dict[str, Any]", holder).items()


def _as_float(number: int) -> float:
    try:
        return float(number)
    except OverflowError as error:
        raise _fault("a number is too large to be kept", "", None) from error


def _find_twice(text: str) -> tuple[str, tuple[int, int] | None]:
    places: dict[str, tuple[int, int]] = {}
    return locate_json(text, places) or "", places.get("!")


def locate_json(text: str, places: dict[str, tuple[int, int]]) -> str | None:
    """Fill in line and column of every value by its JSON pointer; gives the pointer of the first doubled key.

    The text must be JSON. The place of a doubled key is kept under `!`.
    """
    holders: list[tuple[str, set[str] | None]] = []
    key: str | None = None
    index: list[int] = []
    line, line_start, scanned = 1, 0, 0
    for match in _TOKEN.finditer(text):
        token, start = match.group(), match.start()
        newlines = text.count("\n", scanned, start)
        if newlines:
            line, line_start = line + newlines, text.rfind("\n", 0, start) + 1
        scanned = start
        if token in ",:":
            index[-1] += token == ","
            continue
        if token in "}]":
            holders.pop()
            index.pop()
            key = None
            continue
        at, keys = holders[-1] if holders else ("", None)
        if keys is not None and key is None:
            key = str(json.loads(token))
            if key in keys:
                places["!"] = (line, start - line_start + 1)
                return f"{at}/{pointer(key)}"
            keys.add(key)
            continue
        here = f"{at}/{pointer(key)}" if key is not None else f"{at}/{index[-1]}" if holders else ""
        places[here] = (line, start - line_start + 1)
        if token in "{[":
            holders.append((here, set() if token == "{" else None))
            index.append(0)
        key = None
    return None
