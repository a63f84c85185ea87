"""Secrets: named values of a workspace or a user, encrypted; a value goes in and out, and is never listed."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import Struct

from sim_core.errors import Invalid, Missing, TooLarge
from sim_core.ids import new_id
from sim_core.store.pool import Store
from sim_core.store.vault import Vault

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
LARGEST = 64 * 1024
CHANGED = "sim_secrets"
"""Where every process hears whose secrets have changed, with the commit that changed them."""
PUT = """
INSERT INTO secret (id, owner, name, value, created_at, updated_at, updated_by)
VALUES ($1, $2, $3, $4, now(), now(), $5)
ON CONFLICT (owner, name) DO UPDATE SET id = excluded.id, value = excluded.value, updated_at = now(),
  updated_by = excluded.updated_by
RETURNING pg_notify('sim_secrets', owner)
"""
ALL = "SELECT id, name, value FROM secret WHERE owner = $1 ORDER BY name"
SOME = "SELECT id, name, value FROM secret WHERE owner = $1 AND name = ANY($2::text[])"
NAMES = "SELECT name FROM secret WHERE owner = $1 AND name = ANY($2::text[])"
LIST = "SELECT name, created_at, updated_at, updated_by FROM secret WHERE owner = $1 ORDER BY name"
DELETE = "DELETE FROM secret WHERE owner = $1 AND name = $2 RETURNING pg_notify('sim_secrets', owner)"


class SecretName(Struct, frozen=True, kw_only=True):
    """A secret without its value."""

    name: str
    created_at: datetime
    updated_at: datetime
    updated_by: str | None


async def set_secret(vault: Vault, owner: str, name: str, *, value: str, actor: str | None = None) -> None:
    """Set a secret of a workspace or user, new or in place of the one with that name."""
    if not NAME.fullmatch(name):
        raise Invalid(
            f"{name[:50]!r} is no name for a secret: letters, digits and '_', at most 128, no digit first",
            code="bad_secret_name",
        )
    if len(value.encode("utf-8", "surrogatepass")) > LARGEST:
        raise TooLarge(f"A secret has at most {LARGEST // 1024} KB")
    # A fresh id with every value: what was sealed for an earlier one does not open in its place.
    secret_id = new_id()
    sealed = await vault.seal(owner, _place(secret_id), _encoded(value))
    await vault.store.execute(PUT, secret_id, owner, name, sealed, actor)


async def set_secrets(
    vault: Vault, owner: str, values: Mapping[str, str], *, actor: str | None = None
) -> frozenset[str]:
    """Set many secrets, all or none; the names that were not there before."""
    async with vault.store.transaction():
        known = await names_taken(vault.store, owner, values)
        for name, value in values.items():
            await set_secret(vault, owner, name, value=value, actor=actor)
    return frozenset(values) - known


async def names_taken(store: Store, owner: str, names: Iterable[str]) -> frozenset[str]:
    """Which of these names an owner has secrets of."""
    return frozenset(row["name"] for row in await store.rows(NAMES, owner, list(names)))


async def get_secrets(vault: Vault, owner: str, names: tuple[str, ...] | None = None) -> dict[str, str]:
    """The secrets of a workspace or user by name, all or those that are asked for and there."""
    if names is None:
        rows = await vault.store.rows(ALL, owner)
    else:
        rows = await vault.store.rows(SOME, owner, list(names))
    return {row["name"]: (await vault.open(_place(row["id"]), row["value"])).decode() for row in rows}


async def list_secrets(vault: Vault, owner: str) -> tuple[SecretName, ...]:
    """Names of the secrets of a workspace or user, in order."""
    rows = await vault.store.rows(LIST, owner)
    return tuple(
        SecretName(
            name=row["name"],
            created_at=row["created_at"],
            updated_at=row["updated_at"],
            updated_by=row["updated_by"],
        )
        for row in rows
    )


async def delete_secret(vault: Vault, owner: str, name: str) -> None:
    """Delete a secret; raises `Missing`."""
    if not await vault.store.execute(DELETE, owner, name):
        raise Missing(f"There is no secret {name!r}")


def _place(secret_id: str) -> str:
    return f"secret/value/{secret_id}"


def _encoded(value: str) -> bytes:
    try:
        return value.encode()
    except UnicodeEncodeError:
        raise Invalid("The secret is not valid text", code="invalid_text") from None
