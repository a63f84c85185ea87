"""`sim org`: organizations as whoever runs the instance sees and changes them."""

import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

import cyclopts
import msgspec

from sim_core.commands.people import person, record
from sim_core.commands.terminal import Json, Usage, emit, run_async, table
from sim_core.errors import Missing

if TYPE_CHECKING:
    from sim_core.accounts.tenancy import Organization
    from sim_core.commands.database import Desk

app = cyclopts.App(name="org", help="Members, invitations, workspaces, permission groups and the audit log.")
Role: TypeAlias = Literal["owner", "admin", "member"]
Org: TypeAlias = Annotated[str, cyclopts.Parameter(name="--org", help="Its id or name; else the owner's first one.")]


@app.command(name="list")
def list_organizations(*, json: Json = False) -> None:
    """List the organizations of the instance's owner."""
    found = run_async(_organizations())
    _show(found, [(one.id, one.name) for one in found], json, "There are no organizations.")


@app.command
def members(*, org: Org = "", json: Json = False) -> None:
    """List the members of an organization."""
    found = run_async(_members(org))
    _show(found, [(one.email, one.role, one.name) for one in found], json, "It has no members.")


@app.command
def workspaces(*, org: Org = "", json: Json = False) -> None:
    """List the workspaces of an organization."""
    found = run_async(_workspaces(org))
    _show(found, [(one.id, one.name) for one in found], json, "It has no workspaces.")


@app.command
def groups(*, org: Org = "", json: Json = False) -> None:
    """List the permission groups of an organization, and what each forbids."""
    found = run_async(_groups(org))
    rows = [(one.name, str(len(one.people)), msgspec.json.encode(one.rules).decode()) for one in found]
    _show(found, rows, json, "It has no permission groups.")


@app.command
def invite(
    email: str,
    /,
    *,
    role: Role = "member",
    workspace: Annotated[
        tuple[str, ...], cyclopts.Parameter(negative="", help="A role in a workspace, as `ID=write`; any number.")
    ] = (),
    org: Org = "",
    json: Json = False,
) -> None:
    """Invite somebody; hand them the link that is printed."""
    made = run_async(_invite(email, role, workspace, org))
    if json:
        emit(made)
    else:
        print(made["link"])


@app.command
def invitations(*, org: Org = "", json: Json = False) -> None:
    """List the invitations that are open."""
    found = run_async(_invitations(org))
    _show(found, [(one.id, one.email, one.role) for one in found], json, "There are no open invitations.")


@app.command
def withdraw(id: str, /, *, org: Org = "", json: Json = False) -> None:
    """Withdraw an invitation; its link is void."""
    run_async(_withdraw(id, org))
    _say(json, f"Withdrew {id}.", withdrawn=id)


@app.command
def role(email: str, role: Role, /, *, org: Org = "", json: Json = False) -> None:
    """Give a member another role."""
    run_async(_role(email, role, org))
    _say(json, f"{email} is {role}.", email=email, role=role)


@app.command
def remove(email: str, /, *, org: Org = "", json: Json = False) -> None:
    """Have a member leave, its workspaces and the keys made for them."""
    run_async(_remove(email, org))
    _say(json, f"{email} is no member any more.", email=email)


@app.command
def audit(
    *,
    format: Annotated[Literal["csv", "jsonl"], cyclopts.Parameter(help="How it is written.")] = "csv",
    org: Org = "",
    json: Json = False,
) -> None:
    """Print the audit log of an organization, the newest first."""
    run_async(_audit("jsonl" if json else format, org))


@asynccontextmanager
async def _at(org: str) -> "AsyncGenerator[tuple[Desk, Organization]]":
    from sim_core.commands.database import desk

    async with desk() as here:
        yield here, await _find(here, org)


async def _find(here: "Desk", org: str) -> "Organization":
    from sim_core.accounts import tenancy

    found = await tenancy.organizations_of(here.store, here.user_id)
    named = [one for one in found if org in ("", one.id, one.name)]
    if not named:
        raise Missing(f"There is no organization {org!r}; `sim org list` lists them.")
    if org and len(named) > 1:
        raise Usage(f"{len(named)} organizations are called {org!r}; name one by its id.")
    return named[0]


async def _organizations() -> Any:
    from sim_core.accounts import tenancy
    from sim_core.commands.database import desk

    async with desk() as here:
        return await tenancy.organizations_of(here.store, here.user_id)


async def _members(org: str) -> Any:
    from sim_core.accounts import tenancy

    async with _at(org) as (here, found):
        return await tenancy.members(here.store, found.id)


async def _workspaces(org: str) -> Any:
    from sim_core.accounts import standing, tenancy

    async with _at(org) as (here, found):
        actor = await standing.standing_of(here.store, here.user_id)
        reached = await tenancy.workspaces(here.store, actor.workspace_ids if actor else ())
        return [one for one in reached if one.organization_id == found.id]


async def _groups(org: str) -> Any:
    from sim_core.accounts import groups

    async with _at(org) as (here, found):
        return await groups.groups(here.store, found.id)


async def _invite(email: str, role: Role, given: tuple[str, ...], org: str) -> dict[str, Any]:
    from sim_core.accounts import invitations, people

    pairs = [{"workspace_id": one.partition("=")[0], "role": one.partition("=")[2] or "read"} for one in given]
    try:
        grants = msgspec.convert(pairs, tuple[invitations.Offer, ...])
    except msgspec.ValidationError as error:
        raise Usage(f"--workspace is written ID=read, ID=write or ID=admin: {error}") from None
    address = people.folded(email)
    async with _at(org) as (here, found):
        id, token = await invitations.invite(
            here.store, found.id, email=address, role=role, grants=grants, by=here.user_id
        )
        after = {"email": address, "role": role, "grants": grants}
        await record(here, "invitation.create", ("invitation", id), organization_id=found.id, after=after)
        return {"id": id, "email": address, "link": f"{here.settings.url}/invite?token={token}"}


async def _invitations(org: str) -> Any:
    from sim_core.accounts import invitations

    async with _at(org) as (here, found):
        return await invitations.list_invitations(here.store, found.id)


async def _withdraw(id: str, org: str) -> None:
    from sim_core.accounts import invitations

    async with _at(org) as (here, found):
        await invitations.withdraw(here.store, found.id, id)
        await record(here, "invitation.withdraw", ("invitation", id), organization_id=found.id)


async def _role(email: str, role: Role, org: str) -> None:
    from sim_core.accounts import tenancy

    async with person(email) as (here, who):
        found = await _find(here, org)
        old = await tenancy.set_member_role(here.store, found.id, who.id, role, by="owner")
        facts = {"before": {"role": old}, "after": {"role": role}}
        await record(here, "member.role", ("user", who.id), organization_id=found.id, **facts)


async def _remove(email: str, org: str) -> None:
    from sim_core.accounts import tenancy

    async with person(email) as (here, who):
        found = await _find(here, org)
        old = await tenancy.remove_member(here.store, found.id, who.id, by="owner")
        await record(here, "member.remove", ("user", who.id), organization_id=found.id, before={"role": old})


async def _audit(format: str, org: str) -> None:
    from sim_core.accounts.audit import Acts, every_act
    from sim_core.rest.audit import csv_rows, json_lines

    async with _at(org) as (here, found):
        thing = ("organization", found.id)
        await record(here, "audit.export", thing, organization_id=found.id)
        acts = every_act(here.store, Acts(organization_id=found.id))
        async for piece in csv_rows(acts) if format == "csv" else json_lines(acts):
            sys.stdout.write(piece.decode())


def _show(items: Any, rows: list[tuple[str, ...]], json: bool, empty: str) -> None:
    if json:
        emit({"items": items})
    else:
        table(rows, empty=empty)


def _say(json: bool, words: str, **facts: Any) -> None:
    if json:
        emit(facts)
    else:
        print(words)
