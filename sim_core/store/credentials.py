"""Credentials: connections to services, of a workspace or of a person who may share them; their values encrypted."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from sim_core.errors import Missing
from sim_core.ids import new_id
from sim_core.store.sql import credentials as sql
from sim_core.store.vault import Vault
from sim_core.store.wire import Row

_values = msgspec.json.Decoder(dict[str, str])
_facts = msgspec.json.Decoder(dict[str, Any])


class Credential(Struct, frozen=True, kw_only=True):
    """A connection to a service; `values` is empty in lists."""

    id: str
    workspace_id: str | None = None
    """The workspace that it belongs to; `None` for a person's own."""
    user_id: str | None = None
    """The person that it belongs to."""
    kind: str
    """`api_key`, `basic`, `oauth`, `connection`, …"""
    provider: str
    name: str
    values: dict[str, str] = {}
    facts: dict[str, Any] = {}
    """What may be shown: account, scopes."""
    problem: str | None = None
    """Why the service no longer accepts it; it has to be connected again."""
    expires_at: datetime | None = None
    created_by: str | None = None
    created_at: datetime
    updated_at: datetime
    role: str = "manage"
    """What whoever asked may do with it: `use` or `manage`."""
    owner: str = ""
    """Name of the person that it belongs to."""

    @property
    def owner_id(self) -> str:
        """The workspace or person under whose key it is sealed."""
        return self.workspace_id or self.user_id or ""


Refresh = Callable[[Credential], Awaitable[tuple[Mapping[str, str], datetime | None] | None]]
"""Gives new values and when they expire, or `None` when the stored ones are still good."""


async def put_credential(
    vault: Vault,
    owner: str,
    *,
    kind: str,
    provider: str,
    name: str,
    values: Mapping[str, str],
    facts: Mapping[str, Any] | None = None,
    expires_at: datetime | None = None,
    actor: str | None = None,
    personal: bool = False,
) -> Credential:
    """Keep a new connection to a service, of a workspace, or with `personal` of a person."""
    credential_id = new_id()
    sealed = await vault.seal(owner, _place(credential_id), msgspec.json.encode(dict(values)))
    shown = msgspec.json.encode(dict(facts or {})).decode()
    owners = (None, owner) if personal else (owner, None)
    made = (credential_id, *owners, kind, provider, name, sealed, shown, expires_at, actor)
    return _credential(await vault.store.row(sql.PUT, *made), {}, credential_id)


async def use_credential(vault: Vault, workspace_id: str, credential_id: str, *, person: str = "") -> Credential:
    """A credential with its values, as a run in a workspace that acts for a person may use it; raises `Missing`."""
    row = await vault.store.row(sql.USE, workspace_id, person, credential_id)
    return await _open(vault, credential_id, row)


async def list_credentials(
    vault: Vault, workspace_id: str, *, person: str = "", provider: str | None = None
) -> tuple[Credential, ...]:
    """What a person may use in a workspace, without the values; what there is for everybody, where nobody is named."""
    rows = await vault.store.rows(sql.LIST, workspace_id, person, provider)
    return tuple(_credential(row, {}) for row in rows)


async def held_credentials(vault: Vault, user_id: str) -> tuple[Credential, ...]:
    """A person's own credentials and those that others share with them, without the values."""
    return tuple(_credential(row, {}) for row in await vault.store.rows(sql.HELD, user_id))


async def managed_credential(
    vault: Vault, credential_id: str, *, workspace_id: str = "", user_id: str = ""
) -> Credential:
    """A credential without its values, as a workspace's admin or a person may change it; raises `Missing`."""
    row = await vault.store.row(sql.MANAGED, credential_id, workspace_id, user_id)
    return _credential(row, {}, credential_id)


async def update_credential(vault: Vault, credential_id: str, refresh: Refresh) -> Credential:
    """Renew a credential while nobody else can: of several who find it expired, one asks the service for new tokens.

    `refresh` is given the credential as it stands once its turn has come.
    """
    async with vault.store.transaction() as connection:
        credential = await _open(vault, credential_id, await connection.fetchrow(sql.LOCK, credential_id))
        renewed = await refresh(credential)
        if renewed is None:
            return credential
        values, expires_at = renewed
        sealed = await vault.seal(credential.owner_id, _place(credential_id), msgspec.json.encode(dict(values)))
        updated_at: datetime = await connection.fetchval(sql.RENEW, credential_id, sealed, expires_at)
    return replace(credential, values=dict(values), expires_at=expires_at, updated_at=updated_at, problem=None)


async def change_credential(
    vault: Vault,
    credential: Credential,
    *,
    name: str | None = None,
    values: Mapping[str, str] | None = None,
    facts: Mapping[str, Any] | None = None,
    expires_at: datetime | None = None,
) -> None:
    """Call a credential otherwise, or give it other values; with new values it is whole again."""
    sealed = None
    if values is not None:
        sealed = await vault.seal(credential.owner_id, _place(credential.id), msgspec.json.encode(dict(values)))
    shown = None if facts is None else msgspec.json.encode(dict(facts)).decode()
    await vault.store.execute(sql.CHANGE, credential.id, name, sealed, shown, expires_at)


async def break_credential(vault: Vault, credential: Credential, problem: str) -> None:
    """Remember that the service no longer accepts a credential, and what it said, unless it was renewed meanwhile."""
    await vault.store.execute(sql.BREAK, credential.id, problem[:500], credential.updated_at)


async def owned_credential(vault: Vault, owner: str, credential_id: str) -> Credential:
    """A credential of a workspace or person with its values, for whoever takes leave of it; raises `Missing`."""
    return await _open(vault, credential_id, await vault.store.row(sql.OWNED, credential_id, owner))


async def providers_of_account(vault: Vault, account: str) -> tuple[str, ...]:
    """The integrations whose credentials are of an account that a person connected."""
    return tuple(row["provider"] for row in await vault.store.rows(sql.OF_ACCOUNT, account))


async def delete_credential(vault: Vault, owner: str, credential_id: str) -> None:
    """Delete a credential of a workspace or person; raises `Missing`."""
    if not await vault.store.execute(sql.DELETE, credential_id, owner):
        raise _missing(credential_id)


async def _open(vault: Vault, credential_id: str, row: Row | None) -> Credential:
    if row is None:
        raise _missing(credential_id)
    return _credential(row, _values.decode(await vault.open(_place(credential_id), row["value"])))


def _credential(row: Row | None, values: dict[str, str], credential_id: str = "") -> Credential:
    if row is None:
        raise _missing(credential_id)
    return Credential(
        id=row["id"],
        workspace_id=row["workspace_id"],
        user_id=row["user_id"],
        kind=row["kind"],
        provider=row["provider"],
        name=row["name"],
        values=values,
        facts=_facts.decode(row["facts"]),
        problem=row["problem"],
        expires_at=row["expires_at"],
        created_by=row["created_by"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        role=row["role"],
        owner=row["owner"] or "",
    )


def _missing(credential_id: str) -> Missing:
    return Missing(f"There is no credential {credential_id!r}")


def _place(credential_id: str) -> str:
    return f"credential/value/{credential_id}"
