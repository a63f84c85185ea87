"""Where tests put things: an owner and workspaces."""

from sim_core.ids import new_id
from sim_core.store.pool import Store


async def a_workspace(store: Store, name: str = "Here") -> str:
    organization, workspace = new_id(), new_id()
    await store.execute("INSERT INTO organization (id, name, created_at) VALUES ($1, $2, now())", organization, name)
    await store.execute(
        "INSERT INTO workspace (id, organization_id, name, created_at) VALUES ($1, $2, $3, now())",
        workspace,
        organization,
        name,
    )
    return workspace
