"""`sim credential`: accounts of services that the workspace's workflows use."""

import asyncio
import time
import webbrowser
from typing import TYPE_CHECKING, Annotated, Any

import cyclopts

from sim_core.commands.terminal import Json, Usage, emit, run_async, table
from sim_core.errors import Denied, Expired, Missing

if TYPE_CHECKING:
    from sim_core.accounts.parting import Parted
    from sim_core.store.credentials import Credential

app = cyclopts.App(name="credential", help="Connect, list and delete accounts of services.")
LOOK_S = 0.5
WAIT_S = 600.0


@app.command
def connect(
    integration: str,
    /,
    *,
    name: Annotated[str, cyclopts.Parameter(help="What to call it; left out, as the service calls the account.")] = "",
    again: Annotated[str, cyclopts.Parameter(help="Id of a credential that is connected again.")] = "",
    mine: Annotated[bool, cyclopts.Parameter(negative="", help="For yourself, not for the workspace.")] = False,
    no_browser: Annotated[bool, cyclopts.Parameter(negative="", help="Print the link and open nothing.")] = False,
    json: Json = False,
) -> None:
    """Connect an account by granting access in a browser; the server has to be running, to hear of it."""
    run_async(_connect(integration, name=name, again=again, mine=mine, opens=not no_browser, json=json))


@app.command(name="list")
def list_credentials(*, json: Json = False) -> None:
    """List the credentials of the workspace, without their values."""
    found = run_async(_list())
    if json:
        emit({"items": [_facts(one) for one in found]})
        return
    rows = [(one.id, one.provider, one.kind, "needs reconnect" if one.problem else "ok", one.name) for one in found]
    table(rows, empty="There are no credentials; `sim credential connect INTEGRATION` makes one.")


@app.command
def delete(id: str, /, *, json: Json = False) -> None:
    """Delete a credential by its id or its name; the service is told to end the access, as the web app does it."""
    deleted, left = run_async(_delete(id))
    if json:
        emit({"deleted": deleted, "at_service": left.at_service, "message": left.message})
    else:
        print(left.message)


async def _connect(integration: str, *, name: str, again: str, mine: bool, opens: bool, json: bool) -> None:
    from sim_core.accounts import ceremonies
    from sim_core.accounts.connecting import DONE, LINK, Connected, Wish
    from sim_core.accounts.keys import fresh_token
    from sim_core.commands.database import desk

    async with desk() as here:
        told = fresh_token(ceremonies.SHAPE)
        wish = Wish(
            integration=integration,
            user_id=here.user_id,
            workspace_id="" if mine else here.workspace_id,
            app_of=here.workspace_id,
            credential_id=again,
            name=name,
            told=told,
        )
        ticket = await ceremonies.begin(here.vault, LINK, wish, user_id=here.user_id)
        link = f"{here.settings.url.rstrip('/')}/api/v1/credentials/connect/{ticket}"
        if json:
            emit({"link": link})
        else:
            print(f"Open this link within ten minutes, and grant access:\n{link}", flush=True)
        if opens and not json:
            await asyncio.to_thread(webbrowser.open, link)
        until = time.monotonic() + WAIT_S
        while time.monotonic() < until:
            try:
                done = await ceremonies.finish(here.vault, DONE, told, Connected)
            except Denied:
                await asyncio.sleep(LOOK_S)
                continue
            if json:
                emit({"id": done.credential_id, "name": done.name})
            else:
                print(f"Connected {done.name} ({done.credential_id}).")
            return
    raise Expired("Nobody granted access within ten minutes.")


async def _list() -> "tuple[Credential, ...]":
    from sim_core.commands.database import desk
    from sim_core.store import credentials

    async with desk() as here:
        return await credentials.list_credentials(here.vault, here.workspace_id, person=here.user_id)


async def _delete(wanted: str) -> "tuple[str, Parted]":
    from sim_core.accounts import audit
    from sim_core.accounts.apps import Apps
    from sim_core.accounts.parting import part
    from sim_core.app.parts import open_runners
    from sim_core.commands.database import desk
    from sim_core.commands.offline import registry as open_registry
    from sim_core.store import credentials

    async with desk() as here:
        known = await credentials.list_credentials(here.vault, here.workspace_id, person=here.user_id)
        found = [one for one in known if wanted in (one.id, one.name)]
        if not found:
            raise Missing(f"There is no credential {wanted!r}; `sim credential list` shows them.")
        if len(found) > 1:
            raise Usage(f"{wanted!r} are {len(found)} credentials; say which by its id.")
        one, registry = found[0], open_registry()
        runners = open_runners(here.settings, registry)
        try:
            apps = Apps(here.vault, here.settings.apps)
            left = await part(
                here.vault, runners.client, apps, registry.integration, owner=one.owner_id, credential_id=one.id
            )
        finally:
            await runners.close()
        source, place = audit.Source(actor_id=here.user_id, actor="command line"), one.workspace_id or None
        thing, after = ("credential", one.id), {"at_service": left.at_service}
        await audit.record(here.store, source, "credential.delete", thing, after=after, workspace_id=place)
        return one.id, left


def _facts(one: "Credential") -> dict[str, Any]:
    status = "needs_reconnect" if one.problem else "ok"
    return {"id": one.id, "provider": one.provider, "kind": one.kind, "name": one.name, "status": status}
