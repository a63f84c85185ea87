"""Where an installed package came from, by what its installer noted beside it (PEP 610)."""

from pathlib import Path
from typing import Literal, TypeAlias
from urllib.parse import unquote, urlsplit, urlunsplit

import msgspec
from msgspec import Struct

Kind: TypeAlias = Literal["built_in", "index", "file", "address"]
_OURS = Path(__file__).parents[2]
PLATFORM = "sim-platform"


class _Folder(Struct):
    editable: bool = False


class _Noted(Struct):
    url: str = ""
    dir_info: _Folder = msgspec.field(default_factory=_Folder)


class Origin(Struct, frozen=True):
    """Where a package came from."""

    kind: Kind = "index"
    place: str = ""
    """Folder, file or address, without a password; empty for what came by its name."""
    editable: bool = False
    """Whether its code is used where it lies."""


def origin(package: str, noted: str) -> Origin:
    """Where a package came from; one whose installer noted nothing was found by its name."""
    try:
        told = msgspec.json.decode(noted or "{}", type=_Noted)
        parts = urlsplit(told.url)
    except (msgspec.MsgspecError, ValueError):
        told, parts = _Noted(), urlsplit("")
    editable = told.dir_info.editable
    if parts.scheme != "file":
        place = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment=""))
        kind = "built_in" if package == PLATFORM else "address" if place else "index"
        return Origin(kind, place, editable)
    place = unquote(parts.path)
    return Origin("built_in" if Path(place).is_relative_to(_OURS) else "file", place, editable)
