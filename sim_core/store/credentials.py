"""Credentials: a workspace's connections to services, their values encrypted."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from sim_core.errors import Missing
from sim_core.ids import new_id
from sim_core.store.vault import Vault
from sim_core.store.wire import Row

COLUMNS = "id, workspace_id, kind, provider, name, facts, expires_at, created_by, created_at, updated_at"
PUT = """
INSERT INTO credential (id, workspace_id, kind, provider, name, value, facts, expires_at, created_by, created_at,
  updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, now(), now())
"""
CHANGE = """
UPDATE credential SET value = $2, expires_at = $3, updated_at = now() WHERE id = $1 RETURNING updated_at
"""
GET = f"SELECT {COLUMNS}, value FROM credential WHERE id = $1 AND workspace_id = $2"
LIST = f"""
SELECT {COLUMNS} FROM credential WHERE workspace_id = $1 AND ($2::text IS NULL OR provider = $2)
ORDER BY provider, name, id
"""
DELETE = "DELETE FROM credential WHERE id = $1 AND workspace_id = $2"
_values = msgspec.json.Decoder(dict[str, str])


class Credential(Struct, frozen=True, kw_only=True):
    """A connection to a service; `values` is empty in lists."""

    id: str
    workspace_id: str
    kind: str
    """`api_key`, `basic`, `oauth`, `connection`, …"""
    provider: str
    name: str
    values: dict[str, str] = {}
    facts: dict[str, Any] = {}
    """What may be shown: account, scopes."""
    expires_at: datetime | None = None
    created_by: str | None = None
    created_at: datetime
    updated_at: datetime


Refresh = Callable[[Credential], Awaitable[tuple[Mapping[str, str], datetime | None] | None]]
"""Gives new values and when they expire, or `None` when the stored ones are still good."""


async def put_credential(
    vault: Vault,
    workspace_id: str,
    *,
    kind: str,
    provider: str,
    name: str,
    values: Mapping[str, str],
    facts: Mapping[str, Any] | None = None,
    expires_at: datetime | None = None,
    actor: str | None = None,
) -> Credential:
    """Keep a new connection to a service."""
    credential_id = new_id()
    sealed = await vault.seal(workspace_id, _place(credential_id), msgspec.json.encode(dict(values)))
    shown = msgspec.json.encode(dict(facts or {})).decode()
    await vault.store.execute(PUT, credential_id, workspace_id, kind, provider, name, sealed, shown, expires_at, actor)
    return await get_credential(vault, workspace_id, credential_id)


async def get_credential(vault: Vault, workspace_id: str, credential_id: str) -> Credential:
    """A workspace's credential with its values; raises `Missing`."""
    row = await vault.store.row(GET, credential_id, workspace_id)
    return await _open(vault, credential_id, row)


async def list_credentials(vault: Vault, workspace_id: str, *, provider: str | None = None) -> tuple[Credential, ...]:
    """A workspace's credentials without their values."""
    return tuple(_credential(row, {}) for row in await vault.store.rows(LIST, workspace_id, provider))


async def update_credential(vault: Vault, workspace_id: str, credential_id: str, refresh: Refresh) -> Credential:
    """Renew a credential while nobody else can: of several who find it expired, one asks the service for new tokens.

    `refresh` is given the credential as it stands once its turn has come.
    """
    async with vault.store.transaction() as connection:
        row = await connection.fetchrow(f"{GET} FOR UPDATE", credential_id, workspace_id)
        credential = await _open(vault, credential_id, row)
        renewed = await refresh(credential)
        if renewed is None:
            return credential
        values, expires_at = renewed
        sealed = await vault.seal(workspace_id, _place(credential_id), msgspec.json.encode(dict(values)))
        updated_at: datetime = await connection.fetchval(CHANGE, credential_id, sealed, expires_at)
    return replace(credential, values=dict(values), expires_at=expires_at, updated_at=updated_at)


async def delete_credential(vault: Vault, workspace_id: str, credential_id: str) -> None:
    """Delete a credential; raises `Missing`."""
    if not await vault.store.execute(DELETE, credential_id, workspace_id):
        raise Missing(f"There is no credential {credential_id!r}")


async def _open(vault: Vault, credential_id: str, row: Row | None) -> Credential:
    if row is None:
        raise Missing(f"There is no credential {credential_id!r}")
    return _credential(row, _values.decode(await vault.open(_place(credential_id), row["value"])))


def _credential(row: Row, values: dict[str, str]) -> Credential:
    return Credential(
        id=row["id"],
        workspace_id=row["workspace_id"],
        kind=row["kind"],
        provider=row["provider"],
        name=row["name"],
        values=values,
        facts=msgspec.json.decode(row["facts"], type=dict[str, Any]),
        expires_at=row["expires_at"],
        created_by=row["created_by"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


def _place(credential_id: str) -> str:
    return f"credential/value/{credential_id}"
