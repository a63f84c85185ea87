"""How a reference and a secret are written in a text, and which text is none."""

import re
from typing import TypeAlias

from msgspec import Struct

from sim_core.document.letters import normalise

TOKEN = re.compile(r"<([^<>\n]{1,1000}+)>|\{\{\s{0,20}+([A-Za-z_][A-Za-z0-9_]{0,200}+)\s{0,20}+\}\}")
"""What may be a reference (group 1) or is a secret (group 2); every run is bounded, so that scanning is linear."""

_NOT_IN_A_REFERENCE = re.compile(r"""[+*/=<>!@";`\\{}]|\s\s|^\s|\s$|&&|\|\|""")
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d{1,9})\]")
_SPACED_NUMBER = re.compile(r"\s\d")
_NUMBER = re.compile(r"0|[1-9]\d{0,8}")

PathPart: TypeAlias = str | int


class Reference(Struct, frozen=True):
    """A place where a value stands: `<head.path>`."""

    head: str
    """Name of a block, container or `variable`, `loop`, `parallel`, as `normalise` gives it."""
    path: tuple[PathPart, ...]
    text: str
    """As it was written, brackets and all."""


class SecretName(Struct, frozen=True):
    """A place where a secret stands: `{{NAME}}`."""

    name: str
    text: str


Place: TypeAlias = Reference | SecretName


def read_place(match: "re.Match[str]") -> Place | None:
    """The reference or secret that a match of `TOKEN` is, or `None` for any other text in angle brackets."""
    secret = match.group(2)
    if secret is not None:
        return SecretName(secret, match.group())
    return read_reference(match.group(1), match.group())


def read_reference(inner: str, text: str) -> Reference | None:
    """The reference written between angle brackets, or `None` when that is a tag, a comparison or prose."""
    if _NOT_IN_A_REFERENCE.search(inner):
        return None
    cut = _head_end(inner)
    head, rest = inner[:cut], inner[cut:]
    name = normalise(head)
    if not name or head[-1].isspace():
        return None
    if not rest:
        bare = not name.isdigit() and not _SPACED_NUMBER.search(head)
        return Reference(name, (), text) if bare else None
    path = _path(rest)
    return Reference(name, path, text) if path is not None else None


def _head_end(inner: str) -> int:
    dot, bracket = inner.find("."), inner.find("[")
    ends = [end for end in (dot, bracket) if end >= 0]
    return min(ends, default=len(inner))


def _path(rest: str) -> tuple[PathPart, ...] | None:
    parts: list[PathPart] = []
    at = 0
    while at < len(rest):
        step = _STEP.match(rest, at)
        if step is None:
            return None
        name, index = step.groups()
        if index is not None:
            parts.append(int(index))
        elif name[0].isspace() or name[-1].isspace():
            return None
        else:
            parts.append(int(name) if _NUMBER.fullmatch(name) else name)
        at = step.end()
    return tuple(parts)
