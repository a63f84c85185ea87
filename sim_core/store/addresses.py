"""Where a thing lives: what somebody may see of an id that was sent to them."""

from collections.abc import Sequence
from typing import Literal, TypeAlias

from msgspec import Struct

from sim_core.store.pool import Store

Kind: TypeAlias = Literal["workflow", "run"]

ADDRESS = """
SELECT 'workflow' AS kind, workspace_id FROM workflow
WHERE id = $1 AND workspace_id = ANY($2::text[]) AND deleted_at IS NULL
UNION ALL
SELECT 'run', workspace_id FROM workflow_execution_logs WHERE id = $1 AND workspace_id = ANY($2::text[])
"""


class Address(Struct, frozen=True, kw_only=True):
    """What an id names, and in which workspace it is."""

    id: str
    kind: Kind
    workspace_id: str


async def address(store: Store, id: str, among: Sequence[str]) -> Address | None:
    """What an id names in these workspaces; in others it names nothing."""
    row = await store.row(ADDRESS, id, list(among))
    return None if row is None else Address(id=id, kind=row["kind"], workspace_id=row["workspace_id"])
