"""Saved values from one major version of a block type to another, in both directions."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from sim_core.errors import Invalid, Problem, SimError
from sim_core.spec.blocks import BlockType
from sim_core.spec.rewrites import Migration, Rewrite


class Brought(Struct, frozen=True):
    """Values as the installed version of a block type reads them, and a note when they were rewritten."""

    values: dict[str, Any]
    note: Problem | None = None


def split(stored: str) -> tuple[str, int]:
    """The id and the major version of what a document stores: `type`, or `type@2`."""
    id, at, major = stored.partition("@")
    if not at:
        return id, 1
    if not (major.isascii() and major.isdecimal()) or int(major) < 1:
        raise Invalid(f"{stored!r} names no major version; it would be `{id}@2`", code="bad_type")
    return id, int(major)


def stored(id: str, version: int) -> str:
    """What a document stores for a block type of that version."""
    return id if version == 1 else f"{id}@{version}"


def migrate_values(type: BlockType, from_major: int, to_major: int, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of one major version as another reads them; `Invalid` when no migration leads there."""
    steps = {migration.to: migration for migration in type.migrations}
    moved = dict(values)
    while from_major < to_major:
        from_major += 1
        moved = _rewritten(type, _step(type, steps, from_major, from_major - 1).up, moved)
    while from_major > to_major:
        moved = _rewritten(type, _step(type, steps, from_major, from_major).down, moved)
        from_major -= 1
    return moved


def bring(type: BlockType, stored_as: str, values: Mapping[str, Any], *, block: str = "") -> Brought:
    """What a document stores under `type@major`, as the installed block type reads it."""
    _, major = split(stored_as)
    if major == type.version:
        return Brought(dict(values))
    moved = migrate_values(type, major, type.version, values)
    words = f"{stored_as!r} is read as version {type.version} of {type.title}; saving the block makes that permanent."
    return Brought(moved, Problem(code="type_migrated", message=words, block=block or None, severity="warning"))


def reachable(type: BlockType, major: int) -> bool:
    """Whether values of that major version can be read by this block type."""
    low, high = sorted((major, type.version))
    return {*range(low + 1, high + 1)} <= {migration.to for migration in type.migrations}


def _rewritten(type: BlockType, rewrite: Rewrite, values: dict[str, Any]) -> dict[str, Any]:
    try:
        return rewrite(values)
    except SimError:
        raise
    except Exception as error:  # a plugin's code, on values that nobody foresaw
        reason = f"{error.__class__.__name__}: {error}"
        words = f"a migration of {type.title} cannot rewrite these values: {reason}"
        raise Invalid(words, code="migration_failed") from error


def _step(type: BlockType, steps: Mapping[int, Migration], to: int, missing: int) -> Migration:
    if to not in steps:
        raise Invalid(
            f"{type.title} {type.version} cannot read values of version {missing}: no migration to {to} is declared",
            code="no_migration",
        )
    return steps[to]
