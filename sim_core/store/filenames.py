"""What a file and a folder may be called, and what kind a file is."""

import mimetypes
import re
import unicodedata

from sim_core.errors import Invalid, Problem

LONGEST = 255
"""Bytes of a name in UTF-8, as file systems have it."""
DEEPEST = 20
UNKNOWN = "application/octet-stream"
UNSAID = ("", UNKNOWN, "application/x-www-form-urlencoded")
"""What programs send that were not told the kind."""
_KIND = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}")
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Letters that turn the direction of what follows, so that `exe.txt` may be read in a `txt.exe`."""


def name_of(text: str, *, field: str = "name") -> str:
    """A name as it is kept: composed, without blanks around it; raises `Invalid` that says what is wrong."""
    name = unicodedata.normalize("NFC", text).strip()
    if wrong := _wrong(name):
        problem = Problem(code="bad_file_name", message=wrong, pointer=f"/{field}", field=field)
        raise Invalid(wrong, code="bad_file_name", problems=[problem])
    return name


def folder_of(text: str, *, field: str = "folder") -> str:
    """A folder's path as it is kept: names with `/` between them, and empty at the top."""
    parts = [part for part in text.split("/") if part.strip()]
    if len(parts) > DEEPEST:
        raise Invalid(f"Folders lie at most {DEEPEST} deep.", code="too_deep")
    return "/".join(name_of(part, field=field) for part in parts)


def numbered(name: str, number: int) -> str:
    """Another name for a file whose own is taken: `report (2).pdf`."""
    stem, dot, ending = name.rpartition(".")
    if not stem:
        stem, dot, ending = name, "", ""
    tail = f" ({number}){dot}{ending}"
    room = LONGEST - len(tail.encode())
    return stem.encode()[: max(room, 0)].decode(errors="ignore") + tail


def kind_of(said: str, name: str) -> str:
    """The media type: what was said of it, or what its name says where nothing was."""
    kind = said.partition(";")[0].strip().lower()
    if kind in UNSAID or not _KIND.fullmatch(kind):
        kind = mimetypes.guess_type(name, strict=False)[0] or UNKNOWN
    return kind


def _wrong(name: str) -> str:
    if not name:
        return "A name has at least one letter."
    if name in (".", ".."):
        return f"{name!r} is no name: it is the way to a folder."
    if found := next((letter for letter in name if letter in "/\\"), ""):
        return f"A name holds no {found!r}, which stands between folders."
    if found := next((letter for letter in name if unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp")), ""):
        return f"A name holds only letters that can be seen; {found!r} cannot."
    if not _TURNS.isdisjoint(name):
        return "A name holds no letters that turn its direction."
    if (length := len(name.encode())) > LONGEST:
        return f"A name has at most {LONGEST} bytes; this one has {length}."
    return ""
