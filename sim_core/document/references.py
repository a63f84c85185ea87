"""References in values: found, followed, renamed, and bound to the names that code knows them by."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final, TypeAlias, cast

from msgspec import UNSET, Struct, UnsetType

from sim_core.document.binding import LANGUAGES, Bound, Knows, Language, bind, spots
from sim_core.document.grammar import (
    TOKEN,
    PathPart,
    Place,
    Reference,
    SecretName,
    normalise,
    read_place,
    read_reference,
)
from sim_core.document.workflow import Workflow
from sim_core.spec.tools import snake

__all__ = [
    "LANGUAGES",
    "MISSING",
    "RESERVED",
    "Bound",
    "Knows",
    "Language",
    "PathPart",
    "Place",
    "Reference",
    "SecretName",
    "Template",
    "bind",
    "holds_places",
    "names",
    "navigate",
    "normalise",
    "parse",
    "pointer",
    "rename",
    "spots",
    "step_into",
    "walk",
]

Part: TypeAlias = str | Reference | SecretName
MISSING: Final = UNSET
"""What `navigate` gives where nothing stands; `None` is a value."""
RESERVED: Final = frozenset(("loop", "parallel", "variable"))
"""Names that no block may have, since references use them."""

_CACHED_LENGTH = 1024
_NAME_END = re.compile(r"[.\[]")


class Template(Struct, frozen=True):
    """A text cut into its words, references and secrets."""

    parts: tuple[Part, ...]

    @property
    def whole(self) -> Reference | SecretName | None:
        """The one reference or secret that the text consists of; its value keeps its type."""
        first = self.parts[0] if len(self.parts) == 1 else ""
        return None if isinstance(first, str) else first

    @property
    def is_literal(self) -> bool:
        """Whether the text says only itself."""
        return all(isinstance(part, str) for part in self.parts)

    @property
    def references(self) -> tuple[Reference, ...]:
        """The references, in order."""
        return tuple(part for part in self.parts if isinstance(part, Reference))

    @property
    def secrets(self) -> tuple[SecretName, ...]:
        """The secrets, in order."""
        return tuple(part for part in self.parts if isinstance(part, SecretName))


def parse(text: str) -> Template:
    """Cut a text into words, references and secrets.

    A bare `<name>` is a reference only when it is the whole text: inside longer text it may be a tag.
    """
    if len(text) > _CACHED_LENGTH:
        return _parse(text)
    return _parse_cached(text)


def _parse(text: str) -> Template:
    if "<" not in text and "{{" not in text:
        return Template((text,))
    parts: list[Part] = []
    end = 0
    for match in TOKEN.finditer(text):
        place = read_place(match)
        if place is None or (_is_bare(place) and len(match.group()) != len(text)):
            continue
        if match.start() > end:
            parts.append(text[end : match.start()])
        parts.append(place)
        end = match.end()
    if end < len(text) or not parts:
        parts.append(text[end:])
    return Template(tuple(parts))


_parse_cached = lru_cache(maxsize=8192)(_parse)


def _is_bare(place: Place) -> bool:
    return isinstance(place, Reference) and not place.path


def holds_places(value: Any) -> bool:
    """Whether a reference or a secret stands anywhere in a value."""
    return any(not parse(text).is_literal for _, text in walk(value))


def walk(value: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """Every text in a value of nested lists and objects, with the JSON pointer to it; keys are left out."""
    waiting: list[tuple[str, Any]] = [(at, value)]
    while waiting:
        here, thing = waiting.pop()
        if isinstance(thing, str):
            yield here, thing
        elif isinstance(thing, Mapping):
            entries = cast("Mapping[Any, Any]", thing).items()
            waiting.extend(reversed([(f"{here}/{pointer(str(key))}", inner) for key, inner in entries]))
        elif isinstance(thing, list | tuple):
            items = cast("list[Any]", thing)
            waiting.extend(reversed([(f"{here}/{index}", inner) for index, inner in enumerate(items)]))


def pointer(key: str) -> str:
    """A key as a part of a JSON pointer."""
    return key.replace("~", "~0").replace("/", "~1")


def navigate(value: Any, path: tuple[PathPart, ...]) -> Any | UnsetType:
    """What stands at a path in a value, or `MISSING`."""
    for part in path:
        value = step_into(value, part)
        if value is MISSING:
            return MISSING
    return value


def step_into(value: Any, part: PathPart) -> Any | UnsetType:
    """One step of a path; `bodyText` also finds `body_text`, and `length` of a list is its length."""
    if isinstance(value, dict):
        found = cast("dict[str, Any]", value)
        key = str(part)
        if key in found:
            return found[key]
        return found.get(snake(key), MISSING) if not key.islower() else MISSING
    if isinstance(value, list | tuple):
        items = cast("list[Any]", value)
        if isinstance(part, int):
            return items[part] if part < len(items) else MISSING
        return len(items) if part == "length" else MISSING
    return MISSING


def rename(value: Any, old: str, new: str, *, head: str | None = None, bare: bool = False) -> Any:
    """A value whose references to `old` name `new`; the same object when there are none.

    With `head` (`variable`), the first step of the path is what is renamed. With `bare`, as in code, `<old>` without a
    path counts inside longer text too.
    """
    if isinstance(value, str):
        return _rename_text(value, normalise(old), normalise(new), head, bare)
    if isinstance(value, dict):
        entries = cast("dict[str, Any]", value)
        fresh = {key: rename(inner, old, new, head=head, bare=bare) for key, inner in entries.items()}
        return fresh if any(fresh[key] is not inner for key, inner in entries.items()) else entries
    if isinstance(value, list | tuple):
        items = cast("list[Any]", value)
        changed = [rename(inner, old, new, head=head, bare=bare) for inner in items]
        return changed if any(a is not b for a, b in zip(changed, items, strict=True)) else items
    return value


def _rename_text(text: str, old: str, new: str, head: str | None, bare: bool) -> str:
    if "<" not in text:
        return text

    def swap(match: "re.Match[str]") -> str:
        inner: str | None = match.group(1)
        found = read_reference(inner, match.group()) if inner is not None else None
        if inner is None or found is None or (not found.path and not bare and len(match.group()) != len(text)):
            return match.group()
        if head is None:
            return f"<{new}{_after_name(inner)}>" if found.head == old else match.group()
        first, dot, rest = inner.partition(".")
        if found.head != head or not dot or normalise(str(found.path[0])) != old:
            return match.group()
        return f"<{first}.{new}{_after_name(rest)}>"

    fresh = TOKEN.sub(swap, text)
    return text if fresh == text else fresh


def _after_name(inner: str) -> str:
    cut = _NAME_END.search(inner)
    return inner[cut.start() :] if cut else ""


def names(workflow: Workflow) -> dict[str, str]:
    """Ids of the blocks by the name that references know; of two that collide, the one without a dot owns it."""
    index: dict[str, str] = {}
    dotted: set[str] = set()
    for block in workflow.blocks.values():
        key = normalise(block.name)
        if not key:
            continue
        if key not in index:
            index[key] = block.id
            if "." in block.name:
                dotted.add(key)
        elif key in dotted and "." not in block.name:
            index[key] = block.id
            dotted.discard(key)
    return index
