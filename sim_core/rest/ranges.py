"""Which part of a file a request wants, if it wants any (RFC 9110, sections 13 and 14)."""

import re
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class Part(Struct, frozen=True, kw_only=True):
    """Bytes of a file, from one on."""

    start: int
    size: int
    is_part: bool


def part_of(headers: Mapping[str, str], *, size: int, etag: str) -> Part | Literal["same", "none"]:
    """What to send: a part or the whole, nothing since it is the `same`, or nothing since there is `none` of it.

    Several parts in one request are not known here; such a request gets the whole.
    """
    known = headers.get("if-none-match", "")
    if known and (known.strip() == "*" or etag in [one.strip().removeprefix("W/") for one in known.split(",")]):
        return "same"
    whole = Part(start=0, size=size, is_part=False)
    found = _RANGE.fullmatch(headers.get("range", "").replace(" ", ""))
    if not found or found[1] == found[2] == "" or headers.get("if-range", etag) != etag:
        return whole
    if not found[1]:
        wanted = min(int(found[2]), size)
        return Part(start=size - wanted, size=wanted, is_part=True) if wanted else "none"
    start = int(found[1])
    end = min(int(found[2]), size - 1) if found[2] else size - 1
    if found[2] and int(found[2]) < start:
        return whole
    return Part(start=start, size=end - start + 1, is_part=True) if start < size else "none"
