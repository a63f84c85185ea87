"""With whom people share their credentials."""

from datetime import datetime
from typing import Literal, TypeAlias

from msgspec import Struct

from sim_core.errors import Missing
from sim_core.ids import new_id
from sim_core.store.pool import Store
from sim_core.store.sql import credentials as sql
from sim_core.store.wire import Row

ShareRole: TypeAlias = Literal["use", "manage"]


class Share(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A person, or everybody in a workspace, who may use or manage a credential."""

    id: str
    user_id: str | None = None
    workspace_id: str | None = None
    name: str = ""
    """Of the person or the workspace."""
    email: str = ""
    role: ShareRole
    created_at: datetime


async def list_shares(store: Store, credential_id: str) -> tuple[Share, ...]:
    """With whom a credential is shared."""
    return tuple(_share(row) for row in await store.rows(sql.SHARES, credential_id))


async def share_credential(
    store: Store,
    credential_id: str,
    *,
    role: ShareRole,
    user_id: str | None = None,
    workspace_id: str | None = None,
    actor: str | None = None,
) -> Share:
    """Share a person's credential with somebody they work with, or with a workspace they have a part in.

    Sharing it again changes the role. Raises `Missing` for people and workspaces that the owner has nothing to do with.
    """
    key = "(credential_id, user_id)" if workspace_id is None else "(credential_id, workspace_id)"
    made = (new_id(), credential_id, user_id, workspace_id, role, actor)
    share_id: str | None = await store.value(sql.SHARE.format(key), *made)
    if share_id is None:
        wanted = f"workspace {workspace_id!r}" if user_id is None else f"person {user_id!r}"
        raise Missing(f"There is no {wanted} to share this credential with.")
    return next(share for share in await list_shares(store, credential_id) if share.id == share_id)


async def unshare_credential(store: Store, credential_id: str, share_id: str) -> None:
    """End a share; raises `Missing`."""
    if await store.row(sql.UNSHARE, credential_id, share_id) is None:
        raise Missing(f"There is no share {share_id!r}.")


async def leave_workspace(store: Store, credential_id: str, workspace_id: str) -> bool:
    """End what a person shared with a workspace; whether there was anything."""
    return bool(await store.execute(sql.UNSHARE_WORKSPACE, credential_id, workspace_id))


def _share(row: Row) -> Share:
    return Share(
        id=row["id"],
        user_id=row["user_id"],
        workspace_id=row["workspace_id"],
        name=row["person"] or row["workspace"] or "",
        email=row["email"] or "",
        role=row["role"],
        created_at=row["created_at"],
    )
