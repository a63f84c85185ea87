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
OF_RUN = """
WITH RECURSIVE up AS (
  SELECT id, parent_id, actor, workflow_id, version, 0 AS height FROM workflow_execution_logs WHERE id = $1
  UNION ALL
  SELECT r.id, r.parent_id, r.actor, r.workflow_id, r.version, height + 1
  FROM workflow_execution_logs r JOIN up ON r.id = up.parent_id WHERE up.actor IS NULL
), person AS (
  SELECT coalesce(up.actor, d.created_by) AS id FROM up
  LEFT JOIN workflow_deployment_version d ON d.workflow_id = up.workflow_id AND d.version = up.version
  ORDER BY height DESC LIMIT 1
)
SELECT g.rules::text AS rules FROM person
JOIN permission_group_member m ON m.user_id = person.id
JOIN permission_group g ON g.id = m.group_id
JOIN workspace w ON w.organization_id = g.organization_id AND w.id = $2
"""

_rules = msgspec.json.Decoder(Rules)


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


async def rules_of_run(store: Store, run_id: str, workspace_id: str) -> tuple[Rules, ...]:
    """What is forbidden to a run, by the groups of the person it counts for.

    That is whoever began it, or began the run that began it. A run that nobody began (a schedule, a webhook, a chat)
    counts for whoever made the deployed version that runs: they decided that it should.
    """
    return tuple(_rules.decode(row["rules"]) for row in await store.rows(OF_RUN, run_id, workspace_id))


def check_use(
    actor: Actor,
    workspace_id: str,
    *,
    models: Iterable[str] = (),
    integrations: Iterable[str] = (),
    tools: Iterable[str] = (),
) -> None:
    """Raise `Denied` for a model (`provider/model`), an integration or a tool that a group keeps an actor from."""
    check_rules(actor.rules.get(workspace_id, ()), models=models, integrations=integrations, tools=tools)


def check_rules(
    rules: Iterable[Rules],
    *,
    models: Iterable[str] = (),
    integrations: Iterable[str] = (),
    tools: Iterable[str] = (),
) -> None:
    """Raise `Denied` for what any of these rules forbids."""
    models, integrations, tools = tuple(models), tuple(integrations), tuple(tools)
    for one in rules:
        refused = [
            *(name for name in models if name in one.denied_models or name.partition("/")[2] in one.denied_models),
            *(name for name in models if one.providers is not None and name.partition("/")[0] not in one.providers),
            *(name for name in integrations if one.integrations is not None and name not in one.integrations),
            *(name for name in tools if name in one.denied_tools),
        ]
        if refused:
            raise Denied(f"A permission group keeps you from {refused[0]!r}.", code="permission_group")


def _group(row: Row) -> Group:
    people: Any = msgspec.json.decode(row["people"], type=tuple[str, ...])
    rules = _rules.decode(row["rules"])
    return Group(id=row["id"], name=row["name"], rules=rules, people=people, created_at=row["created_at"])
