"""`sim secret`: secrets of the workspace."""

import getpass
import sys
from typing import Annotated

import cyclopts

from sim_core.commands.terminal import Json, Usage, emit, run_async, table

app = cyclopts.App(name="secret", help="Set, list and delete secrets.")


@app.command(name="set")
def set_secret(
    name: str,
    /,
    *,
    value: Annotated[str | None, cyclopts.Parameter(help="Its value; left out, it is read from the input.")] = None,
    json: Json = False,
) -> None:
    """Set a secret; without --value it is asked for, or read from the pipe, so that no history keeps it."""
    if value is None:
        value = getpass.getpass(f"{name}: ") if sys.stdin.isatty() else sys.stdin.read().removesuffix("\n")
    if not value:
        raise Usage("A secret needs a value.")
    run_async(_set(name, value))
    if json:
        emit({"set": name})
    else:
        print(f"Set {name}.")


@app.command(name="list")
def list_secrets(*, json: Json = False) -> None:
    """List the secrets by name; values are never shown."""
    names = run_async(_list())
    if json:
        emit({"items": [{"name": name} for name in names]})
    else:
        table([(name,) for name in names], empty="There are no secrets; `sim secret set NAME` makes one.")


@app.command
def delete(name: str, /, *, json: Json = False) -> None:
    """Delete a secret."""
    run_async(_delete(name))
    if json:
        emit({"deleted": name})
    else:
        print(f"Deleted {name}.")


async def _set(name: str, value: str) -> None:
    from sim_core.commands.database import desk
    from sim_core.store import secrets as stored

    async with desk() as here:
        await stored.set_secret(here.vault, here.workspace_id, name, value=value, actor=here.user_id)


async def _list() -> tuple[str, ...]:
    from sim_core.commands.database import desk
    from sim_core.store import secrets as stored

    async with desk() as here:
        return tuple(one.name for one in await stored.list_secrets(here.vault, here.workspace_id))


async def _delete(name: str) -> None:
    from sim_core.commands.database import desk
    from sim_core.store import secrets as stored

    async with desk() as here:
        await stored.delete_secret(here.vault, here.workspace_id, name)
