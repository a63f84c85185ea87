"""`sim secret`: secrets of the workspace."""

import getpass
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import cyclopts

from sim_core.commands.terminal import Json, Usage, emit, run_async, table

if TYPE_CHECKING:
    from sim_core.accounts.dotenv import PastedLine

app = cyclopts.App(name="secret", help="Set, import, list and delete secrets.")


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


@app.command(name="import")
def import_secrets(
    file: Annotated[str, cyclopts.Parameter(help="A `.env` file; - is the input.", allow_leading_hyphen=True)],
    /,
    *,
    mine: Annotated[bool, cyclopts.Parameter(negative="", help="For yourself, not for the workspace.")] = False,
    json: Json = False,
) -> None:
    """Set the secrets of a `.env` file, all or none; what each line did is told, and no value."""
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Usage(f"{file!r} cannot be read: {getattr(error, 'strerror', None) or 'it is not UTF-8'}.") from None
    lines = run_async(_import(text, mine))
    if json:
        emit({"items": [{"line": one.line, "name": one.name, "status": one.status} for one in lines]})
    else:
        table([(str(one.line), one.name, one.status) for one in lines], empty="The file has no secrets.")


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


@app.command
def rotate(
    *,
    rewrap: Annotated[
        bool, cyclopts.Parameter(negative="", help="Keep the key of now, and only seal anew what earlier ones sealed.")
    ] = False,
    json: Json = False,
) -> None:
    """Give the instance a fresh encryption key, and seal every owner's key anew; nothing has to be stopped."""
    count = run_async(_rotate(rewrap))
    if json:
        emit({"sealed_anew": count})
    else:
        print(f"Sealed {count} keys anew. Keep a copy of secrets.env: without it nothing opens.")


async def _rotate(rewrap: bool) -> int:
    from sim_core import settings as configuration
    from sim_core.accounts import audit
    from sim_core.commands.database import desk
    from sim_core.store.vault import Vault

    async with desk() as here:
        old = here.settings.encryption_key
        key = old if rewrap else configuration.rotate_key(here.settings)
        vault = Vault(here.store, key, earlier=(old, *here.settings.earlier_encryption_keys))
        count = await vault.rotate()
        source = audit.Source(actor_id=here.user_id, actor="command line")
        await audit.record(here.store, source, "instance.rotate_key", ("instance", ""), after={"keys": count})
        return count


async def _set(name: str, value: str) -> None:
    from sim_core.commands.database import desk
    from sim_core.store import secrets as stored

    async with desk() as here:
        await stored.set_secret(here.vault, here.workspace_id, name, value=value, actor=here.user_id)


async def _import(text: str, mine: bool) -> "tuple[PastedLine, ...]":
    from sim_core.accounts import audit, dotenv
    from sim_core.commands.database import desk
    from sim_core.store import secrets as stored

    pairs = dotenv.read(text)
    async with desk() as here:
        owner, values = here.user_id if mine else here.workspace_id, dotenv.chosen(pairs)
        fresh = await stored.set_secrets(here.vault, owner, values, actor=here.user_id)
        source = audit.Source(actor_id=here.user_id, actor="command line")
        after, place = {"names": sorted(values)}, None if mine else here.workspace_id
        await audit.record(here.store, source, "secret.import", ("secret", ""), after=after, workspace_id=place)
        return dotenv.outcomes(pairs, fresh)


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
