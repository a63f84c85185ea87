"""Pasted `.env` files: names and values, with the quotes and comments that people write."""

import re

from sim_core.errors import Invalid, Problem

LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]{0,127})\s*=[ \t]*")
ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", '"': '"', "$": "$"}
MOST = 500


def read(text: str) -> dict[str, str]:
    """Values by name, the last of each; raises `Invalid` that names the lines which make no sense."""
    pairs: dict[str, str] = {}
    problems: list[Problem] = []
    at, text = 0, text.replace("\r\n", "\n")
    while at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        line = text[at:end].strip()
        match = LINE.match(text, at + len(text[at:end]) - len(text[at:end].lstrip()))
        if not line or line.startswith("#"):
            at = end + 1
        elif match is None:
            number = text.count("\n", 0, at) + 1
            problems.append(Problem(code="bad_line", message=f"Line {number} is no NAME=value", line=number))
            at = end + 1
        else:
            pairs[match[1]], at = _value(text, match.end())
    if problems or len(pairs) > MOST:
        words = problems[0].message if problems else f"At most {MOST} secrets at once"
        raise Invalid(words, code="bad_env", problems=problems)
    return pairs


def _value(text: str, at: int) -> tuple[str, int]:
    """The value that begins here, and where the next line does."""
    quote = text[at : at + 1]
    if quote in ("'", '"', "`") and quote:
        close = at + 1
        while close < len(text) and text[close] != quote:
            close += 2 if quote == '"' and text[close] == "\\" else 1
        if close < len(text):
            inside = text[at + 1 : close]
            value = re.sub(r"\\(.)", lambda m: ESCAPES.get(m[1], m[0]), inside) if quote == '"' else inside
            end = text.find("\n", close)
            return value, len(text) if end < 0 else end + 1
    end = text.find("\n", at)
    end = len(text) if end < 0 else end
    return re.split(r"\s+#", text[at:end], maxsplit=1)[0].strip(), end + 1
