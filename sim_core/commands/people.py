"""`sim user`: the people of the instance, for whoever runs it."""

import getpass
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import cyclopts

from sim_core.commands.terminal import Json, Usage, emit, run_async, table
from sim_core.errors import Missing

if TYPE_CHECKING:
    from sim_core.accounts.people import Person
    from sim_core.commands.database import Desk

app = cyclopts.App(name="user", help="List people, shut them out, let them in, and set their passwords.")
WHO = "command line"
"""How the audit log calls whoever sits at the machine."""


@app.command(name="list")
def list_people(*, json: Json = False) -> None:
    """List everybody who has an account here."""
    found = run_async(_list())
    if json:
        emit({"items": [facts_of(one) for one in found]})
        return
    rows = [(one.email, one.name, _state(one), one.id) for one in found]
    table(rows, empty="Nobody has an account yet; the first to sign up owns the instance.")


@app.command
def disable(email: str, /, *, json: Json = False) -> None:
    """Shut somebody out, with all their sessions and keys."""
    run_async(_disable(email, True))
    _say(json, f"{email} is shut out.", email=email, disabled=True)


@app.command
def enable(email: str, /, *, json: Json = False) -> None:
    """Let somebody in again."""
    run_async(_disable(email, False))
    _say(json, f"{email} may sign in again.", email=email, disabled=False)


@app.command(name="sign-out")
def sign_out(email: str, /, *, json: Json = False) -> None:
    """End every session of somebody."""
    run_async(_sign_out(email))
    _say(json, f"{email} is signed out everywhere.", email=email)


@app.command
def password(email: str, /, *, json: Json = False) -> None:
    """Set somebody's password, asked for or read from the pipe; their sessions end."""
    given = getpass.getpass("New password: ") if sys.stdin.isatty() else sys.stdin.read().removesuffix("\n")
    if not given:
        raise Usage("A password is needed.")
    run_async(_password(email, given))
    _say(json, f"The password of {email} is set, and every session ended.", email=email)


def facts_of(one: "Person") -> dict[str, Any]:
    """A person as JSON has them."""
    return {
        "id": one.id,
        "email": one.email,
        "name": one.name,
        "is_operator": one.is_operator,
        "is_disabled": one.disabled_at is not None,
        "is_leaving": one.delete_after is not None,
        "has_second_factor": one.has_second_factor,
    }


@asynccontextmanager
async def person(email: str) -> "AsyncGenerator[tuple[Desk, Person]]":
    """The open database, and somebody by their address; raises `Missing`."""
    from sim_core.accounts import people
    from sim_core.commands.database import desk

    async with desk() as here:
        found = await people.by_email(here.store, people.folded(email))
        if found is None:
            raise Missing(f"Nobody here has the address {email!r}; `sim user list` lists everybody.")
        yield here, found


async def record(here: "Desk", action: str, thing: tuple[str, str], **facts: Any) -> None:
    """Write an act of whoever sits at the machine into the audit log."""
    from sim_core.accounts import audit

    await audit.record(here.store, audit.Source(actor_id=here.user_id, actor=WHO), action, thing, **facts)


async def _list() -> "list[Person]":
    from sim_core.accounts import people
    from sim_core.commands.database import desk

    async with desk() as here:
        found: list[Person] = []
        while page := await people.everybody(here.store, after=found[-1].id if found else None):
            found += page
        return found


async def _disable(email: str, disabled: bool) -> None:
    from sim_core.accounts import people, sessions

    async with person(email) as (here, found):
        if disabled and found.is_operator:
            raise Usage(f"{email} runs this instance, and cannot be shut out of it.")
        await people.set_disabled(here.store, found.id, disabled)
        if disabled:
            await sessions.revoke_sessions(here.store, found.id)
        await record(here, "user.disable" if disabled else "user.enable", ("user", found.id))


async def _sign_out(email: str) -> None:
    from sim_core.accounts import sessions

    async with person(email) as (here, found):
        await sessions.revoke_sessions(here.store, found.id)
        await record(here, "session.end_all", ("user", found.id))


async def _password(email: str, given: str) -> None:
    from sim_core.accounts import passwords, people, sessions

    async with person(email) as (here, found):
        passwords.check_password(given, email=found.email)
        await people.set_password(here.store, found.id, await passwords.Passwords().hash(given))
        await sessions.revoke_sessions(here.store, found.id)
        await record(here, "user.password", ("user", found.id))


def _state(one: "Person") -> str:
    if one.disabled_at is not None:
        return "shut out"
    return "leaving" if one.delete_after is not None else "runs the instance" if one.is_operator else ""


def _say(json: bool, words: str, **facts: Any) -> None:
    if json:
        emit(facts)
    else:
        print(words)
