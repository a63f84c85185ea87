"""Invitations: one link into an organization and any of its workspaces, good for a while and for one person."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct

from sim_core.accounts.actors import OrganizationRole, Role
from sim_core.accounts.keys import digest_of, fresh_token
from sim_core.accounts.tenancy import GRANT
from sim_core.errors import Denied, Missing
from sim_core.ids import new_id
from sim_core.store.pool import Store
from sim_core.store.wire import Row

SHAPE = "inv_"
GOOD_FOR = timedelta(days=7)
COLUMNS = """i.id, i.organization_id, i.email, i.role, i.grants::text AS grants, i.invited_by, i.created_at, i.sent_at,
i.expires_at, i.accepted_at, i.revoked_at"""
ADD = """
INSERT INTO invitation (id, organization_id, email, role, grants, digest, invited_by, created_at, sent_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, now(), now(), now() + $8::interval)
"""
LIST = f"""
SELECT {COLUMNS} FROM invitation i WHERE i.organization_id = $1 AND ($2::text IS NULL OR i.id = $2)
ORDER BY i.id DESC LIMIT 500
"""
OPEN = "accepted_at IS NULL AND revoked_at IS NULL"
BY_TOKEN = f"""
SELECT {COLUMNS}, o.name AS organization FROM invitation i JOIN organization o ON o.id = i.organization_id
WHERE i.digest = $1 AND i.{OPEN.replace(" AND ", " AND i.")} AND i.expires_at > now() AND o.delete_after IS NULL
"""
ACCEPT = f"UPDATE invitation SET accepted_at = now() WHERE id = $1 AND {OPEN}"
RESEND = f"""
UPDATE invitation SET digest = $3, sent_at = now(), expires_at = now() + $4::interval
WHERE organization_id = $1 AND id = $2 AND {OPEN}
"""
REVOKE = f"UPDATE invitation SET revoked_at = now() WHERE organization_id = $1 AND id = $2 AND {OPEN}"
MEMBER = """
INSERT INTO member (id, organization_id, user_id, role, created_at) VALUES ($1, $2, $3, $4, now())
ON CONFLICT (organization_id, user_id) DO NOTHING
"""
IN_ORGANIZATION = """
SELECT id FROM workspace WHERE organization_id = $1 AND id = ANY($2::text[]) AND delete_after IS NULL
"""
NO_LESS = """
SELECT role FROM permission WHERE workspace_id = $1 AND user_id = $2
"""
RANK: dict[str, int] = {"read": 0, "write": 1, "admin": 2}


class Offer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A role in a workspace."""

    workspace_id: str
    role: Role = "write"


class Invitation(Struct, frozen=True, kw_only=True):
    """An offer to join, without the link."""

    id: str
    organization_id: str
    email: str
    role: OrganizationRole
    grants: tuple[Offer, ...]
    invited_by: str
    created_at: datetime
    sent_at: datetime
    expires_at: datetime
    accepted_at: datetime | None = None
    revoked_at: datetime | None = None


class Found(Struct, frozen=True, kw_only=True):
    """An invitation that is open, as whoever holds the link sees it."""

    id: str
    organization_id: str
    organization: str
    email: str
    role: OrganizationRole
    grants: tuple[Offer, ...]


async def invite(
    store: Store, organization_id: str, *, email: str, role: OrganizationRole, grants: tuple[Offer, ...], by: str
) -> tuple[str, str]:
    """Make an invitation; its id and the token of its link, told this once."""
    await check_offers(store, organization_id, grants)
    id, token = new_id(), fresh_token(SHAPE)
    offers = msgspec.json.encode(grants).decode()
    await store.execute(ADD, id, organization_id, email, role, offers, digest_of(token), by, GOOD_FOR)
    return id, token


async def check_offers(store: Store, organization_id: str, grants: tuple[Offer, ...]) -> None:
    """Raise `Missing` for a workspace that is not the organization's."""
    wanted = {one.workspace_id for one in grants}
    known = {row["id"] for row in await store.rows(IN_ORGANIZATION, organization_id, sorted(wanted))}
    if lacking := sorted(wanted - known):
        raise Missing(f"There is no workspace {lacking[0][:80]!r}.")


async def list_invitations(store: Store, organization_id: str) -> tuple[Invitation, ...]:
    """The invitations of an organization, newest first."""
    return tuple(_invitation(row) for row in await store.rows(LIST, organization_id, None))


async def get_invitation(store: Store, organization_id: str, id: str) -> Invitation:
    """One invitation; raises `Missing`."""
    row = await store.row(LIST, organization_id, id)
    if row is None:
        raise Missing(f"There is no invitation {id!r}.")
    return _invitation(row)


async def resend(store: Store, organization_id: str, id: str) -> str:
    """A new link for an invitation, good for as long again; the earlier one is void."""
    token = fresh_token(SHAPE)
    if not await store.execute(RESEND, organization_id, id, digest_of(token), GOOD_FOR):
        raise Missing(f"There is no open invitation {id!r}.")
    return token


async def withdraw(store: Store, organization_id: str, id: str) -> None:
    """Revoke an invitation; raises `Missing`."""
    if not await store.execute(REVOKE, organization_id, id):
        raise Missing(f"There is no open invitation {id!r}.")


async def find(store: Store, token: str) -> Found:
    """The open invitation behind a link; raises `Missing`."""
    row = await store.row(BY_TOKEN, digest_of(token)) if token.startswith(SHAPE) else None
    if row is None:
        raise Missing("This invitation was used, withdrawn, or is too old; ask for another.")
    facts: dict[str, Any] = {name: row[name] for name in ("id", "organization_id", "organization", "email", "role")}
    return Found(grants=_offers(row), **facts)


async def accept(store: Store, found: Found, *, user_id: str, email: str) -> None:
    """Let the invited person in; raises `Denied` for another one. Nobody loses a right they had."""
    if email != found.email:
        raise Denied("This invitation is for another address.", code="other_address")
    async with store.transaction() as connection:
        if not (await connection.execute(ACCEPT, found.id)).endswith("1"):
            raise Missing("This invitation was used, withdrawn, or is too old; ask for another.")
        await connection.execute(MEMBER, new_id(), found.organization_id, user_id, found.role)
        ids = [one.workspace_id for one in found.grants]
        known = {row["id"] for row in await connection.fetch(IN_ORGANIZATION, found.organization_id, ids)}
        for one in found.grants:
            had: str | None = await connection.fetchval(NO_LESS, one.workspace_id, user_id)
            if one.workspace_id in known and (had is None or RANK[had] < RANK[one.role]):
                await connection.execute(GRANT, new_id(), one.workspace_id, user_id, one.role)


def _invitation(row: Row) -> Invitation:
    facts: dict[str, Any] = {name: row[name] for name in Invitation.__struct_fields__ if name != "grants"}
    return Invitation(grants=_offers(row), **facts)


def _offers(row: Row) -> tuple[Offer, ...]:
    return msgspec.json.decode(row["grants"], type=tuple[Offer, ...])
