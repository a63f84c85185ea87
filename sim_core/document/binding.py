"""References in code: each becomes a name that the value is handed over by, so that no text is ever spliced in."""

import re
from collections.abc import Callable
from typing import Literal, TypeAlias

from msgspec import Struct

from sim_core.document.grammar import TOKEN, Place, Reference, read_place

Language: TypeAlias = Literal["python", "javascript"]
LANGUAGES: tuple[Language, ...] = ("python", "javascript")
Knows: TypeAlias = Callable[[Place], bool]
TEXT = "__sim_text"
"""The sandbox's function that gives strings as they are and other values as JSON."""

_PLACE = TOKEN.pattern
_JS_CODE = re.compile(rf"""{_PLACE}|(?P<mark>[/'"`{{}}])""")
_JS_TEMPLATE = re.compile(rf"""{_PLACE}|(?P<mark>\\.|`|\$\{{)""", re.DOTALL)
# Loops are unrolled and no group is possessive: Python 3.11.2, Debian 12's own, loses matches there
# (https://github.com/python/cpython/issues/106052).
_JS_STRING = {quote: re.compile(rf"[^{quote}\\\n]*(?:\\.[^{quote}\\\n]*)*{quote}", re.DOTALL) for quote in "'\""}
_JS_REGEX = re.compile(r"/(?!/)[^/\\\[\n]*(?:(?:\\[^\n]|\[[^\]\\\n]*(?:\\[^\n][^\]\\\n]*)*\])[^/\\\[\n]*)*/[a-z]*")
_JS_BEFORE_REGEX = frozenset(
    ("return", "typeof", "case", "in", "of", "delete", "void", "throw", "new", "do", "else", "yield", "await")
)
_JS_WORD = re.compile(r"[A-Za-z_$][\w$]{0,20}$")

_PY_CODE = re.compile(rf"""{_PLACE}|(?P<mark>#|[{{}}]|(?<!\w)[rRbBuUfF]{{0,2}}(?:'''|\"\"\"|'|\"))""")
_PY_QUOTES = ("'''", '"""', "'", '"')
_PY_STRING = {
    quote: re.compile(
        rf"[^{quote[0]}\\]*(?:(?:\\.|{quote[0]}(?!{quote[1:]}))[^{quote[0]}\\]*)*{quote}"
        if len(quote) == 3
        else rf"[^{quote}\\\n]*(?:\\.[^{quote}\\\n]*)*{quote}",
        re.DOTALL,
    )
    for quote in _PY_QUOTES
}
_PY_IN_F = {
    quote: re.compile(
        rf"{_PLACE}|(?P<mark>\\.|\{{\{{|\{{|{quote}{'' if len(quote) == 3 else '|' + chr(10)})", re.DOTALL
    )
    for quote in _PY_QUOTES
}
_PY_BRACES = re.compile(r"\\N\{[^{}]{1,80}\}|\\.|[{}]", re.DOTALL)


class Bound(Struct, frozen=True):
    """Code whose references are names, and which name stands for what."""

    text: str
    names: tuple[tuple[str, Place], ...]


def bind(
    text: str, prefix: str = "__ref_", *, language: Language = "python", knows: Knows = lambda place: True
) -> Bound:
    """Code with a name in place of each reference and secret that `knows` accepts.

    Inside a string, template literal or f-string the value is put in as text when the code runs; comments and regular
    expressions are left alone. A bare `<name>` counts in code, and is a tag inside a string. Lines stay the same.
    """
    if "<" not in text and "{{" not in text:
        return Bound(text, ())
    scan = _Scan(text, prefix, knows)
    if language == "javascript":
        _javascript(scan)
    else:
        _python(scan)
    return Bound(scan.written(), tuple((name, place) for name, place in scan.names.values()))


def spots(text: str, *, language: Language = "python") -> tuple[Place, ...]:
    """The references and secrets of a piece of code, each once."""
    return tuple(place for _, place in bind(text, language=language).names)


class _Scan:
    """One pass over a piece of code: where it stands and what it will change."""

    def __init__(self, text: str, prefix: str, knows: Knows) -> None:
        self.text = text
        self.prefix = prefix
        self.knows = knows
        self.edits: list[tuple[int, int, str]] = []
        self.names: dict[object, tuple[str, Place]] = {}
        self.comments: dict[int, int] = {}

    def place(self, match: "re.Match[str]", *, quoted: bool) -> Place | None:
        """The known reference or secret that a match is."""
        if match.group(1) is None and match.group(2) is None:
            return None
        found = read_place(match)
        if found is None or (quoted and isinstance(found, Reference) and not found.path):
            return None
        return found if self.knows(found) else None

    def name(self, place: Place) -> str:
        """The name of a reference; the same one for the same reference."""
        key = (place.head, place.path) if isinstance(place, Reference) else place.name
        if key not in self.names:
            self.names[key] = (f"{self.prefix}{len(self.names)}", place)
        return self.names[key][0]

    def places(self, start: int, end: int) -> list[tuple[int, int, Place]]:
        """Known references inside a plain string."""
        found: list[tuple[int, int, Place]] = []
        for match in TOKEN.finditer(self.text, start, end):
            place = self.place(match, quoted=True)
            if place is not None:
                found.append((match.start(), match.end(), place))
        return found

    def gaps(self, match: "re.Match[str]") -> tuple[str, str]:
        """Spaces that keep a name apart from the words beside it, as in `return<a.b>`."""
        before, after = self.text[match.start() - 1 : match.start()], self.text[match.end() : match.end() + 1]
        return " " * (before.isalnum() or before == "_"), " " * (after.isalnum() or after == "_")

    def edit(self, start: int, end: int, text: str) -> None:
        self.edits.append((start, end, text))

    def before(self, at: int) -> int:
        """Where the code before `at` ends, white space and comments left out."""
        while at > 0:
            if at in self.comments:
                at = self.comments[at]
            elif self.text[at - 1].isspace():
                at -= 1
            else:
                break
        return at

    def written(self) -> str:
        pieces: list[str] = []
        at = 0
        for start, end, fresh in self.edits:
            pieces += (self.text[at:start], fresh)
            at = end
        pieces.append(self.text[at:])
        return "".join(pieces)


def _javascript(scan: _Scan) -> None:
    """Stack of open template literals and of braces in their expressions: -1 is a literal, else a depth."""
    modes = [0]
    at = no_regex_before = 0
    while True:
        in_template = modes[-1] < 0
        match = (_JS_TEMPLATE if in_template else _JS_CODE).search(scan.text, at)
        if match is None:
            return
        mark = match.group("mark")
        if mark is None:
            at = _in_place(scan, match, (f"${{{TEXT}(", ")}") if in_template else None)
        elif mark == "`":
            at = match.end()
            modes.pop() if in_template else modes.append(-1)
        elif in_template:
            at = match.end()
            if mark == "${":
                modes.append(0)
        elif mark in "{}":
            at = match.end()
            modes[-1] += 1 if mark == "{" else -1
            if modes[-1] < 0:
                modes[-1] = 0
                if len(modes) > 1:
                    modes.pop()
        elif mark == "/":
            at, no_regex_before = _js_slash(scan, match.start(), no_regex_before)
        else:
            at = _js_string(scan, match.start(), mark)


def _in_place(scan: _Scan, match: "re.Match[str]", around: tuple[str, str] | None) -> int:
    place = scan.place(match, quoted=around is not None)
    if place is None:
        return match.start() + 1
    before, after = around or scan.gaps(match)
    scan.edit(match.start(), match.end(), f"{before}{scan.name(place)}{after}")
    return match.end()


def _js_slash(scan: _Scan, at: int, no_regex_before: int) -> tuple[int, int]:
    """What follows a comment, a regular expression or a division, and where the next expression can be sought."""
    text = scan.text
    if text.startswith(("//", "/*"), at):
        close = text.find("\n" if text[at + 1] == "/" else "*/", at + 2)
        end = len(text) if close < 0 else close + (0 if text[at + 1] == "/" else 2)
        scan.comments[end] = at
        return end, no_regex_before
    if at >= no_regex_before and _js_expects_value(scan, at):
        found = _JS_REGEX.match(text, at)
        if found is not None:
            return found.end(), no_regex_before
        line = text.find("\n", at)
        no_regex_before = len(text) if line < 0 else line
    return at + 1, no_regex_before


def _js_expects_value(scan: _Scan, at: int) -> bool:
    end = scan.before(at)
    if end == 0 or scan.text[end - 1] in "(,=:[!&|?{};+-*%~^<>/":
        return not (scan.edits and scan.edits[-1][1] == end)
    word = _JS_WORD.search(scan.text[max(0, end - 21) : end])
    return word is not None and word.group() in _JS_BEFORE_REGEX


def _js_string(scan: _Scan, start: int, quote: str) -> int:
    match = _JS_STRING[quote].match(scan.text, start + 1)
    if match is None:
        line = scan.text.find("\n", start)
        return len(scan.text) if line < 0 else line
    places = scan.places(start + 1, match.end() - 1)
    if places:
        is_key = scan.text[match.end() : match.end() + 200].lstrip().startswith(":") and _opens_key(scan, start)
        scan.edit(start, start, "[" if is_key else "(")
        for first, last, place in places:
            scan.edit(first, last, f"{quote} + {TEXT}({scan.name(place)}) + {quote}")
        scan.edit(match.end(), match.end(), "]" if is_key else ")")
    return match.end()


def _opens_key(scan: _Scan, start: int) -> bool:
    end = scan.before(start)
    return end > 0 and scan.text[end - 1] in "{,"


def _python(scan: _Scan) -> None:
    """Stack of open f-strings (their quote) and of brace depths in their expressions."""
    modes: list[str | int] = [0]
    at = 0
    while True:
        mode = modes[-1]
        match = (_PY_CODE if isinstance(mode, int) else _PY_IN_F[mode]).search(scan.text, at)
        if match is None:
            return
        mark = match.group("mark")
        if mark is None and not isinstance(mode, int) and not (match.group(2) or "A").isupper():
            at = match.start() + 2  # Two braces are one in an f-string; a secret in it has a name in capitals.
        elif mark is None:
            at = _in_place(scan, match, None if isinstance(mode, int) else (f"{{{TEXT}(", ")}"))
        elif not isinstance(mode, int):
            at = match.end()
            if mark in (mode, "\n"):
                modes.pop()
            elif mark == "{":
                modes.append(0)
        elif mark == "#":
            at = match.end() if len(modes) > 1 else _line_end(scan.text, match.end())
        elif mark in "{}":
            at = match.end()
            depth = mode + (1 if mark == "{" else -1)
            modes[-1] = max(depth, 0)
            if depth < 0 and len(modes) > 1:
                modes.pop()
        else:
            at = _py_string(scan, match, mark, modes)


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _py_string(scan: _Scan, match: "re.Match[str]", mark: str, modes: list[str | int]) -> int:
    kind = mark.rstrip("'\"").lower()
    quote = mark[len(kind) :]
    if "f" in kind:
        modes.append(quote)
        return match.end()
    body = _PY_STRING[quote].match(scan.text, match.end())
    if body is None:
        return len(scan.text) if len(quote) == 3 else _line_end(scan.text, match.end())
    end = body.end() - len(quote)
    places = scan.places(match.end(), end)
    if places and "b" in kind:
        _py_bytes(scan, match, places, body.end())
    elif places:
        scan.edit(match.start(), match.start() + len(kind), "rf" if "r" in kind else "f")
        at = match.end()
        for first, last, place in places:
            _double_braces(scan, at, first, raw="r" in kind)
            scan.edit(first, last, f"{{{TEXT}({scan.name(place)})}}")
            at = last
        _double_braces(scan, at, end, raw="r" in kind)
    return body.end()


def _py_bytes(scan: _Scan, match: "re.Match[str]", places: list[tuple[int, int, Place]], end: int) -> None:
    mark = match.group("mark")
    quote = mark.lstrip("rRbB")
    scan.edit(match.start(), match.start(), "(")
    for first, last, place in places:
        scan.edit(first, last, f"{quote} + {TEXT}({scan.name(place)}).encode() + {mark}")
    scan.edit(end, end, ")")


def _double_braces(scan: _Scan, start: int, end: int, *, raw: bool) -> None:
    for match in _PY_BRACES.finditer(scan.text, start, end):
        found = match.group()
        if found in "{}":
            scan.edit(match.start(), match.end(), found * 2)
        elif raw and found[-1] in "{}":
            fresh = found.replace("{", "{{").replace("}", "}}")
            scan.edit(match.start(), match.end(), fresh)
