"""Which signs names and ids may be written with, and what of a name references compare."""

import re
import unicodedata

_LINES = r"\x00-\x1f\x7f-\x9f\u2028\u2029"
_DIRECTIONS = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_BLANKS = r"\xad\u034f\u115f\u1160\u17b4\u17b5\u200b\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb"
_SHORTHAND = r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
_NOBODYS = r"\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\U000f0000-\U0010ffff" + "".join(
    rf"\U{plane:04x}fffe\U{plane:04x}ffff" for plane in range(15)
)
# What may stand is told by properties that Unicode never changes, not by what the Unicode of this Python has assigned:
# a browser knows another one, and both must say the same.
_UNSEEN = re.compile(f"[{_LINES}{_DIRECTIONS}{_BLANKS}{_SHORTHAND}{_NOBODYS}]")
_FLAG = re.compile(r"\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f")
# Joiners and variation selectors (UAX #31, 2.3): Persian, Indic scripts, Mongolian, Japanese names and emoji need them;
# nobody sees one by itself.
_SHAPING = re.compile(r"[\u180b-\u180f\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def is_visible(text: str) -> bool:
    """Whether a text stands on one line and has no sign in it that cannot be seen or turns others around."""
    if text.isascii():
        return text.isprintable()
    return _UNSEEN.search(_FLAG.sub("", text)) is None


def visible(name: str) -> str:
    """A name on one line, without the signs of it that cannot be seen or turn others around."""
    return name if is_visible(name) else _UNSEEN.sub("", " ".join(name.split()))


def normalise(name: str) -> str:
    """A name as references know it: small letters, no white space, no dots, nothing that only shapes its neighbours."""
    if name.isascii():
        return "".join(name.lower().split()).replace(".", "")
    small = unicodedata.normalize("NFC", _SHAPING.sub("", name).lower())
    return "".join(small.split()).replace(".", "")
