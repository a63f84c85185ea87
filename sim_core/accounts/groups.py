"""Permission groups: what some people of an organization may not use in its workspaces."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from sim_core.accounts.actors import Actor, Rules
from sim_core.errors import Denied, Missing
from sim_core.ids import new_id
from sim_core.store.pool import Store
from sim_core.store.wire import Row

LIST = """
SELECT g.id, g.name, g.rules::text AS rules, g.created_at,
  coalesce((SELECT json_agg(m.user_id ORDER BY m.id) FROM permission_group_member m WHERE m.group_id = g.id),
    '[]')::text AS people
FROM permission_group g WHERE g.organization_id = $1 AND ($2::text IS NULL OR g.id = $2) ORDER BY g.id
"""
PUT = """
INSERT INTO permission_group (id, organization_id, name, rules, created_at) VALUES ($1, $2, $3, $4, now())
ON CONFLICT (id) DO UPDATE SET name = excluded.name, rules = excluded.rules
"""
JOIN = """
INSERT INTO permission_group_member (id, group_id, user_id)
SELECT $1, $2, $3 WHERE EXISTS (SELECT 1 FROM member WHERE organization_id = $4 AND user_id = $3)
"""


class Group(Struct, frozen=True, kw_only=True):
    """A permission group."""

    id: str
    name: str
    rules: Rules
    people: tuple[str, ...]
    """Ids of its people."""
    created_at: datetime


async def groups(store: Store, organization_id: str, *, group_id: str | None = None) -> tuple[Group, ...]:
    """The permission groups of an organization, the first first."""
    return tuple(_group(row) for row in await store.rows(LIST, organization_id, group_id))


async def get_group(store: Store, organization_id: str, group_id: str) -> Group:
    """One permission group; raises `Missing`."""
    found = await groups(store, organization_id, group_id=group_id)
    if not found:
        raise Missing(f"There is no permission group {group_id!r}.")
    return found[0]


async def put_group(
    store: Store, organization_id: str, *, name: str, rules: Rules, people: tuple[str, ...], group_id: str | None = None
) -> Group:
    """Make a permission group, or change one; raises `Missing` for somebody who is no member."""
    async with store.transaction() as connection:
        if group_id is not None:
            await get_group(store, organization_id, group_id)
        id = group_id or new_id()
        await connection.execute(PUT, id, organization_id, name, msgspec.json.encode(rules).decode())
        await connection.execute("DELETE FROM permission_group_member WHERE group_id = $1", id)
        for user_id in dict.fromkeys(people):
            if not (await connection.execute(JOIN, new_id(), id, user_id, organization_id)).endswith("1"):
                raise Missing(f"There is no member {user_id[:80]!r}.")
        return await get_group(store, organization_id, id)


async def drop_group(store: Store, organization_id: str, group_id: str) -> None:
    """Delete a permission group; raises `Missing`."""
    statement = "DELETE FROM permission_group WHERE organization_id = $1 AND id = $2"
    if not await store.execute(statement, organization_id, group_id):
        raise Missing(f"There is no permission group {group_id!r}.")


def check_use(
    actor: Actor,
    workspace_id: str,
    *,
    models: Iterable[str] = (),
    integrations: Iterable[str] = (),
    tools: Iterable[str] = (),
) -> None:
    """Raise `Denied` for a model (`provider/model`), an integration or a tool that a group keeps an actor from."""
    models, integrations, tools = tuple(models), tuple(integrations), tuple(tools)
    for rules in actor.rules.get(workspace_id, ()):
        refused = [
            *(one for one in models if one in rules.denied_models),
            *(one for one in models if rules.providers is not None and one.partition("/")[0] not in rules.providers),
            *(one for one in integrations if rules.integrations is not None and one not in rules.integrations),
            *(one for one in tools if one in rules.denied_tools),
        ]
        if refused:
            raise Denied(f"A permission group keeps you from {refused[0]!r}.", code="permission_group")


def _group(row: Row) -> Group:
    people: Any = msgspec.json.decode(row["people"], type=tuple[str, ...])
    rules = msgspec.json.decode(row["rules"], type=Rules)
    return Group(id=row["id"], name=row["name"], rules=rules, people=people, created_at=row["created_at"])
