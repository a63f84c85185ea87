"""Secrets of a run: handed out by name, and replaced by `{{NAME}}` in everything that is recorded."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

SHORTEST = 4
"""Shorter values are not replaced: they stand in too many words by chance."""


class Secrets(Mapping[str, str]):
    """The secrets of a workspace, and which of them this run has used."""

    __slots__ = ("_known", "_pattern", "used")

    def __init__(self, known: Mapping[str, str]) -> None:
        self._known = known
        self._pattern: re.Pattern[str] | None = None
        self.used: dict[str, str] = {}
        """Name by value."""

    def __getitem__(self, name: str) -> str:
        value = self._known[name]
        if len(value) >= SHORTEST and value not in self.used:
            self.used[value] = name
            longest_first = sorted(self.used, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, longest_first)))
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def __contains__(self, name: object) -> bool:
        return name in self._known

    def mask(self, value: Any) -> Any:
        """The value with every used secret as `{{NAME}}`; the same object when it holds none."""
        if self._pattern is None:
            return value
        return _replace(value, self._pattern, {secret: f"{{{{{name}}}}}" for secret, name in self.used.items()})

    def masked(self, value: Any) -> tuple[Any, tuple[str, ...]]:
        """The value with secrets masked, and the names of those that can be put back.

        A marker that stood there before, written by somebody else, must never become the secret.
        """
        if self._pattern is None:
            return value, ()
        masked = self.mask(value)
        if masked is value:
            return value, ()
        names = tuple(name for secret, name in self.used.items() if _holds(value, secret))
        return masked, tuple(name for name in names if not _holds(value, f"{{{{{name}}}}}"))

    def unmask(self, value: Any, names: tuple[str, ...]) -> Any:
        """A recorded value with those secrets in place again."""
        markers = {f"{{{{{name}}}}}": self[name] for name in names if name in self._known}
        if not markers:
            return value
        return _replace(value, re.compile("|".join(map(re.escape, markers))), markers)


def _replace(value: Any, pattern: "re.Pattern[str]", fresh: Mapping[str, str]) -> Any:
    match value:
        case str():
            return pattern.sub(lambda found: fresh[found.group()], value) if pattern.search(value) else value
        case dict():
            entries = cast("dict[str, Any]", value)
            changed = {_replace(key, pattern, fresh): _replace(inner, pattern, fresh) for key, inner in entries.items()}
            same = all(a is b for a, b in zip(changed.values(), entries.values(), strict=False))
            return entries if same and changed.keys() == entries.keys() else changed
        case list() | tuple():
            items = cast("list[Any]", value)
            fresh_items = [_replace(item, pattern, fresh) for item in items]
            return items if all(a is b for a, b in zip(fresh_items, items, strict=True)) else fresh_items
        case _:
            return value


def _holds(value: Any, text: str) -> bool:
    match value:
        case str():
            return text in value
        case dict():
            entries = cast("dict[str, Any]", value)
            return any(_holds(key, text) or _holds(inner, text) for key, inner in entries.items())
        case list() | tuple():
            return any(_holds(item, text) for item in cast("list[Any]", value))
        case _:
            return False
