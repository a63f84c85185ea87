"""`sim key`: API keys of the workspace."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

import cyclopts

from sim_core.commands.terminal import Json, Usage, emit, run_async, table
from sim_core.errors import Missing

if TYPE_CHECKING:
    from sim_core.accounts.keys import Key

app = cyclopts.App(name="key", help="Make, list and revoke API keys.")

Scope = Literal["read", "run", "write", "admin"]


@app.command
def create(
    name: str = "command line",
    /,
    *,
    scope: Annotated[
        tuple[Scope, ...], cyclopts.Parameter(negative="", help="What it may do; `admin` is everything.")
    ] = ("admin",),
    days: Annotated[int | None, cyclopts.Parameter(help="Days after which it no longer works.")] = None,
    json: Json = False,
) -> None:
    """Make a key; it is shown this once."""
    fresh = run_async(_create(name, scope, days))
    if json:
        emit(fresh)
    else:
        print(fresh["key"])


@app.command(name="list")
def list_keys(*, json: Json = False) -> None:
    """List the keys, without what makes them keys."""
    found = run_async(_list())
    if json:
        emit({"items": found})
        return
    rows = [(one.id, one.prefix, ",".join(one.scopes), one.name) for one in found]
    table(rows, empty="There are no keys; `sim key create` makes one.")


@app.command
def revoke(id: str, /, *, json: Json = False) -> None:
    """Revoke a key by its id, its name, or its first letters as `sim key list` shows them."""
    done = run_async(_revoke(id))
    if json:
        emit({"revoked": done})
    else:
        print(f"Revoked {done}.")


async def _create(name: str, scopes: tuple[str, ...], days: int | None) -> dict[str, Any]:
    from sim_core.accounts import keys
    from sim_core.commands.database import desk

    if days is not None and days < 1:
        raise Usage("--days is at least 1.")
    expires = None if days is None else datetime.now(UTC) + timedelta(days=days)
    async with desk() as here:
        made = await keys.create_key(
            here.store,
            user_id=here.user_id,
            name=name,
            workspace_id=here.workspace_id,
            scopes=scopes,
            expires_at=expires,
        )
        return {"id": made.key.id, "name": name, "scopes": made.key.scopes, "key": made.text}


async def _list() -> "tuple[Key, ...]":
    from sim_core.accounts import keys
    from sim_core.commands.database import desk

    async with desk() as here:
        return await keys.list_keys(here.store, user_id=here.user_id, workspace_id=here.workspace_id)


async def _revoke(wanted: str) -> str:
    from sim_core.accounts import keys
    from sim_core.commands.database import desk

    async with desk() as here:
        known = await keys.list_keys(here.store, user_id=here.user_id, workspace_id=here.workspace_id)
        found = [key for key in known if wanted in (key.id, key.prefix, key.name)]
        if not found:
            raise Missing(f"There is no key {wanted!r}; `sim key list` shows them.")
        if len(found) > 1:
            raise Usage(f"{wanted!r} are {len(found)} keys; say which by its id.")
        await keys.revoke_key(here.store, found[0].id, user_id=here.user_id, workspace_id=here.workspace_id)
        return found[0].id
