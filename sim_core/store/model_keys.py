"""Keys of model vendors as secrets of a workspace, or of the instance: who added them, and in which order they are."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from sim_core.errors import Conflict
from sim_core.ids import new_id
from sim_core.store.pool import Store
from sim_core.store.secrets import CHANGED, names_taken, set_secret
from sim_core.store.vault import Vault

INSTANCE = "instance"
"""The owner of what the operator shares with all workspaces."""
LIST = """
SELECT s.name, s.updated_at, u.name AS added_by FROM secret s LEFT JOIN "user" u ON u.id = s.updated_by
WHERE s.owner = $1 AND s.name = ANY($2::text[])
"""
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('model keys ' || $1, 0))"
ASIDE = "UPDATE secret SET name = id WHERE owner = $1 AND name = ANY($2::text[])"
IDS = "SELECT id, name FROM secret WHERE owner = $1 AND name = ANY($2::text[])"
RENAME = "UPDATE secret SET name = $2 WHERE id = $1"
ORDERED = "SELECT name FROM key_order WHERE owner = $1"
IN_ORDER = "INSERT INTO key_order (id, owner, name) VALUES ($1, $2, $3) ON CONFLICT (owner, name) DO NOTHING"
IN_TURN = "DELETE FROM key_order WHERE owner = $1 AND name = $2"
TELL = f"SELECT pg_notify('{CHANGED}', $1)"


class HeldKey(Struct, frozen=True, kw_only=True):
    """A key without its value."""

    name: str
    added_at: datetime
    added_by: str | None


async def list_keys(store: Store, owner: str, names: Sequence[str]) -> Mapping[str, HeldKey]:
    """Which of these secrets an owner has, by name."""
    rows = await store.rows(LIST, owner, list(names))
    return {
        row["name"]: HeldKey(name=row["name"], added_at=row["updated_at"], added_by=row["added_by"]) for row in rows
    }


async def add_key(vault: Vault, owner: str, names: Sequence[str], *, value: str, actor: str) -> str:
    """Set the first of these secrets that is free, and say which; raises `Conflict` when none is."""
    async with vault.store.transaction() as connection:
        await connection.execute(LOCK, owner)
        taken = await names_taken(vault.store, owner, names)
        free = next((name for name in names if name not in taken), None)
        if free is None:
            raise Conflict(f"There are {len(names)} keys already, which is as many as a vendor may have; delete one.")
        await set_secret(vault, owner, free, value=value, actor=actor)
        return free


async def put_in_order(store: Store, owner: str, wanted: Sequence[str], names: Sequence[str]) -> None:
    """Give the keys each other's names, so that they are asked as `wanted` says; `names` are those they may have.

    Raises `Conflict` when `wanted` is not all of them, as after somebody added one.
    """
    async with store.transaction() as connection:
        await connection.execute(LOCK, owner)
        ids = {row["name"]: row["id"] for row in await connection.fetch(IDS, owner, list(names))}
        if sorted(wanted) != sorted(ids):
            raise Conflict("The keys have changed meanwhile; look at them again.", code="keys_changed")
        places = [one for one in names if one in ids]
        moved = [(old, new) for old, new in zip(wanted, places, strict=True) if old != new]
        await connection.execute(ASIDE, owner, [old for old, _ in moved])
        for old, new in moved:
            await connection.execute(RENAME, ids[old], new)
        await connection.execute(TELL, owner)


async def ordered(store: Store, owner: str) -> frozenset[str]:
    """First names of the vendors whose keys an owner wants asked in their order."""
    return frozenset(row["name"] for row in await store.rows(ORDERED, owner))


async def choose_order(store: Store, owner: str, first: str, *, in_order: bool) -> None:
    """Have a vendor's keys asked in their order, or in turn."""
    async with store.transaction() as connection:
        if in_order:
            await connection.execute(IN_ORDER, new_id(), owner, first)
        else:
            await connection.execute(IN_TURN, owner, first)
        await connection.execute(TELL, owner)
