"""Tenancy: organizations, their members, their workspaces, and who may do what in each."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct

from sim_core.accounts.actors import OrganizationRole, Role
from sim_core.errors import Conflict, Denied, Missing
from sim_core.ids import new_id
from sim_core.store.pool import Store
from sim_core.store.wire import Connection

GRACE = timedelta(days=14)
LOCK = "SELECT 1 FROM organization WHERE id = $1 FOR UPDATE"
ORGANIZATIONS = """
SELECT o.id, o.name, o.created_at, o.delete_after, o.policy::text AS policy, m.role
FROM organization o JOIN member m ON m.organization_id = o.id AND m.user_id = $1
WHERE ($2::text IS NULL OR o.id = $2) ORDER BY o.id
"""
MEMBERS = """
SELECT m.user_id, u.name, u.email, m.role, m.created_at FROM member m JOIN "user" u ON u.id = m.user_id
WHERE m.organization_id = $1 AND ($2::text IS NULL OR m.user_id = $2) ORDER BY m.id
"""
OWNERS = "SELECT count(*) FROM member WHERE organization_id = $1 AND role = 'owner' AND user_id <> $2"
WORKSPACES = """
SELECT w.id, w.organization_id, w.name, w.created_at, w.delete_after FROM workspace w
WHERE w.id = ANY($1::text[]) ORDER BY w.id
"""
GONE = """
SELECT id, organization_id, name, created_at, delete_after FROM workspace
WHERE organization_id = $1 AND delete_after IS NOT NULL ORDER BY id
"""
PEOPLE = """
SELECT p.user_id, u.name, u.email, p.role, p.created_at,
  EXISTS (SELECT 1 FROM member m WHERE m.user_id = p.user_id AND m.organization_id = w.organization_id) AS is_member
FROM permission p JOIN "user" u ON u.id = p.user_id JOIN workspace w ON w.id = p.workspace_id
WHERE p.workspace_id = $1 ORDER BY p.id
"""
GRANT = """
INSERT INTO permission (id, workspace_id, user_id, role, created_at) VALUES ($1, $2, $3, $4, now())
ON CONFLICT (workspace_id, user_id) DO UPDATE SET role = excluded.role
"""
REACHABLE = """
SELECT 1 FROM workspace w JOIN member m ON m.organization_id = w.organization_id AND m.user_id = $2 WHERE w.id = $1
UNION ALL SELECT 1 FROM permission WHERE workspace_id = $1 AND user_id = $2
"""
FREE = """
DELETE FROM permission WHERE user_id = $2
  AND workspace_id IN (SELECT id FROM workspace WHERE organization_id = $1)
"""
KEYS = """
UPDATE api_key SET revoked_at = now() WHERE user_id = $2 AND revoked_at IS NULL
  AND workspace_id IN (SELECT id FROM workspace WHERE organization_id = $1)
"""
UNGROUP = """
DELETE FROM permission_group_member WHERE user_id = $2
  AND group_id IN (SELECT id FROM permission_group WHERE organization_id = $1)
"""


class Policy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What an organization asks of its members' sessions."""

    idle_hours: float | None = None
    max_hours: float | None = None


class Organization(Struct, frozen=True, kw_only=True):
    """People and workspaces that belong together."""

    id: str
    name: str
    role: OrganizationRole
    """What you are in it."""
    policy: Policy = Policy()
    created_at: datetime
    delete_after: datetime | None = None
    """Set when it is about to be deleted; until then it can be restored."""


class Member(Struct, frozen=True, kw_only=True):
    """A person in an organization."""

    user_id: str
    name: str
    email: str
    role: OrganizationRole
    created_at: datetime


class Workspace(Struct, frozen=True, kw_only=True):
    """Where workflows live."""

    id: str
    organization_id: str
    name: str
    created_at: datetime
    delete_after: datetime | None = None


class Grant(Struct, frozen=True, kw_only=True):
    """A person's role in a workspace."""

    user_id: str
    name: str
    email: str
    role: Role
    is_member: bool
    """Whether the person belongs to the organization; others are guests."""
    created_at: datetime


async def organizations_of(
    store: Store, user_id: str, *, organization_id: str | None = None
) -> tuple[Organization, ...]:
    """The organizations that a person is a member of."""
    rows = await store.rows(ORGANIZATIONS, user_id, organization_id)
    return tuple(
        Organization(
            id=row["id"],
            name=row["name"],
            role=row["role"],
            policy=msgspec.json.decode(row["policy"] or "{}", type=Policy),
            created_at=row["created_at"],
            delete_after=row["delete_after"],
        )
        for row in rows
    )


async def create_organization(store: Store, *, name: str, user_id: str) -> str:
    """Make an organization whose owner is a user; its id."""
    organization_id = new_id()
    async with store.transaction() as connection:
        statement = "INSERT INTO organization (id, name, created_at, policy) VALUES ($1, $2, now(), '{}')"
        await connection.execute(statement, organization_id, name)
        await _enter(connection, organization_id, user_id, "owner")
    return organization_id


async def change_organization(
    store: Store, organization_id: str, *, name: str | None = None, policy: Policy | None = None
) -> None:
    """Call an organization otherwise, or give it another policy."""
    kept = None if policy is None else msgspec.json.encode(policy).decode()
    statement = "UPDATE organization SET name = coalesce($2, name), policy = coalesce($3::json, policy) WHERE id = $1"
    await store.execute(statement, organization_id, name, kept)


async def mark_organization(store: Store, organization_id: str, *, deleted: bool) -> None:
    """Have an organization deleted after the grace, or keep it after all."""
    statement = "UPDATE organization SET delete_after = CASE WHEN $2 THEN now() + $3::interval END WHERE id = $1"
    await store.execute(statement, organization_id, deleted, GRACE)


async def members(store: Store, organization_id: str) -> tuple[Member, ...]:
    """The members of an organization, the first first."""
    rows = await store.rows(MEMBERS, organization_id, None)
    return tuple(Member(**{name: row[name] for name in Member.__struct_fields__}) for row in rows)


async def set_member_role(
    store: Store, organization_id: str, user_id: str, role: OrganizationRole, *, by: OrganizationRole
) -> OrganizationRole:
    """Give a member another role; the earlier one. Only owners make or unmake owners, and one always stays."""
    async with store.transaction() as connection:
        old = await _role(connection, organization_id, user_id)
        if "owner" in (old, role) and by != "owner":
            raise Denied("Only an owner makes somebody an owner, or ends it.", code="role")
        if old == "owner" and role != "owner":
            await _check_other_owner(connection, organization_id, user_id)
        statement = "UPDATE member SET role = $3 WHERE organization_id = $1 AND user_id = $2"
        await connection.execute(statement, organization_id, user_id, role)
    return old


async def remove_member(
    store: Store, organization_id: str, user_id: str, *, by: OrganizationRole | None = None
) -> OrganizationRole:
    """Have a person leave an organization, its workspaces and their keys for them; the role they had."""
    async with store.transaction() as connection:
        old = await _role(connection, organization_id, user_id)
        if old == "owner":
            if by not in (None, "owner"):
                raise Denied("Only an owner removes an owner.", code="role")
            await _check_other_owner(connection, organization_id, user_id)
        for statement in (FREE, KEYS, UNGROUP):
            await connection.execute(statement, organization_id, user_id)
        await connection.execute(
            "DELETE FROM member WHERE organization_id = $1 AND user_id = $2", organization_id, user_id
        )
    return old


async def transfer(store: Store, organization_id: str, *, of: str, to: str) -> None:
    """Hand an organization over: another member becomes its owner, and the earlier one its admin."""
    async with store.transaction() as connection:
        await _role(connection, organization_id, to)
        statement = "UPDATE member SET role = $3 WHERE organization_id = $1 AND user_id = $2"
        await connection.execute(statement, organization_id, to, "owner")
        if of != to:
            await connection.execute(statement, organization_id, of, "admin")


async def enter_organization(store: Store, organization_id: str, user_id: str, role: OrganizationRole) -> None:
    """Make a person a member; one who is keeps their role."""
    async with store.transaction() as connection:
        await _enter(connection, organization_id, user_id, role)


async def workspaces(store: Store, ids: tuple[str, ...]) -> tuple[Workspace, ...]:
    """Workspaces by their ids, the first first."""
    return tuple(_workspace(row) for row in await store.rows(WORKSPACES, list(ids)))


async def leaving_workspaces(store: Store, organization_id: str) -> tuple[Workspace, ...]:
    """Workspaces of an organization that are about to be deleted."""
    return tuple(_workspace(row) for row in await store.rows(GONE, organization_id))


async def rename_workspace(store: Store, workspace_id: str, name: str) -> None:
    """Call a workspace otherwise."""
    await store.execute("UPDATE workspace SET name = $2 WHERE id = $1", workspace_id, name)


async def move_workspace(store: Store, workspace_id: str, organization_id: str) -> None:
    """Hand a workspace over to another organization; invitations of the earlier one no longer reach it."""
    await store.execute("UPDATE workspace SET organization_id = $2 WHERE id = $1", workspace_id, organization_id)


async def delete_workspace(store: Store, workspace_id: str) -> datetime:
    """Have a workspace deleted after the grace; nobody sees it any more."""
    statement = "UPDATE workspace SET delete_after = now() + $2::interval WHERE id = $1 RETURNING delete_after"
    return await store.value(statement, workspace_id, GRACE)


async def restore_workspace(store: Store, organization_id: str, workspace_id: str) -> None:
    """Keep a workspace after all; raises `Missing`."""
    statement = (
        "UPDATE workspace SET delete_after = NULL WHERE id = $2 AND organization_id = $1 AND delete_after > now()"
    )
    if not await store.execute(statement, organization_id, workspace_id):
        raise Missing(f"There is no workspace {workspace_id!r} to restore.")


async def grants(store: Store, workspace_id: str) -> tuple[Grant, ...]:
    """Who has which role in a workspace, besides the owners and admins of its organization."""
    rows = await store.rows(PEOPLE, workspace_id)
    return tuple(Grant(**{name: row[name] for name in Grant.__struct_fields__}) for row in rows)


async def grant(store: Store, workspace_id: str, user_id: str, role: Role) -> Role | None:
    """Give somebody of the organization, or a guest of the workspace, a role; the earlier one."""
    async with store.transaction() as connection:
        if await connection.fetchval(REACHABLE, workspace_id, user_id) is None:
            raise Missing(f"There is nobody {user_id!r} here; invite them first.")
        query = "SELECT role FROM permission WHERE workspace_id = $1 AND user_id = $2"
        old: Role | None = await connection.fetchval(query, workspace_id, user_id)
        await connection.execute(GRANT, new_id(), workspace_id, user_id, role)
    return old


async def revoke(store: Store, workspace_id: str, user_id: str) -> Role:
    """Take somebody's role in a workspace away, and the keys they made for it; raises `Missing`."""
    async with store.transaction() as connection:
        statement = "DELETE FROM permission WHERE workspace_id = $1 AND user_id = $2 RETURNING role"
        old: Role | None = await connection.fetchval(statement, workspace_id, user_id)
        if old is None:
            raise Missing(f"There is nobody {user_id!r} in this workspace.")
        statement = "UPDATE api_key SET revoked_at = now() WHERE workspace_id = $1 AND user_id = $2"
        await connection.execute(statement, workspace_id, user_id)
    return old


async def _role(connection: Connection, organization_id: str, user_id: str) -> OrganizationRole:
    await connection.fetchval(LOCK, organization_id)
    row = await connection.fetchrow(MEMBERS, organization_id, user_id)
    if row is None:
        raise Missing(f"There is no member {user_id!r}.")
    return row["role"]


async def _check_other_owner(connection: Connection, organization_id: str, user_id: str) -> None:
    if not await connection.fetchval(OWNERS, organization_id, user_id):
        raise Conflict("An organization has at least one owner; make somebody else one first.", code="last_owner")


async def _enter(connection: Connection, organization_id: str, user_id: str, role: OrganizationRole) -> None:
    statement = """
    INSERT INTO member (id, organization_id, user_id, role, created_at) VALUES ($1, $2, $3, $4, now())
    ON CONFLICT (organization_id, user_id) DO NOTHING
    """
    await connection.execute(statement, new_id(), organization_id, user_id, role)


def _workspace(row: Any) -> Workspace:
    return Workspace(**{name: row[name] for name in Workspace.__struct_fields__})
