"""The instance, for whoever runs it: its people, the mail it could not send, and everything that was done."""

from typing import Annotated

from msgspec import Meta, Struct

from sim_core.accounts import audit, people, sessions
from sim_core.accounts.mail import Letter
from sim_core.errors import Conflict
from sim_core.rest.audit import ActPage, ActQuery, page_of, wanted_of
from sim_core.rest.routes import Call, Nothing, route


class PersonEntry(Struct, frozen=True, kw_only=True):
    """A person with an account here."""

    id: str
    name: str
    email: str
    is_operator: bool
    is_disabled: bool
    is_leaving: bool
    has_second_factor: bool


class PersonPage(Struct, frozen=True, kw_only=True):
    """Part of the list of people."""

    items: tuple[PersonEntry, ...]
    next_cursor: str | None


class PersonQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which part of the list."""

    cursor: Annotated[str, Meta(max_length=64, pattern=r"^[^\x00]*$")] = ""
    limit: Annotated[int, Meta(ge=1, le=200)] = 50


class ChangePerson(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether somebody is shut out."""

    disabled: bool


class LetterList(Struct, frozen=True, kw_only=True):
    """Mail that was not sent: hand the links on yourself."""

    items: tuple[Letter, ...]
    next_cursor: str | None = None


@route("GET", "/instance/people", scope="admin", on="operator", query=PersonQuery, reply=PersonPage)
async def list_people(call: Call[None, PersonQuery]) -> PersonPage:
    """List everybody who has an account here."""
    limit = call.query.limit
    found = await people.everybody(call.services.store, after=call.query.cursor or None, limit=limit)
    entries = tuple(
        PersonEntry(
            id=one.id,
            name=one.name,
            email=one.email,
            is_operator=one.is_operator,
            is_disabled=one.disabled_at is not None,
            is_leaving=one.delete_after is not None,
            has_second_factor=one.has_second_factor,
        )
        for one in found
    )
    return PersonPage(items=entries, next_cursor=found[-1].id if len(found) == limit else None)


@route("PATCH", "/instance/people/{user_id}", scope="admin", on="operator", body=ChangePerson, status=204)
async def change_person(call: Call[ChangePerson, Nothing]) -> None:
    """Shut somebody out, with all their sessions and keys, or let them in again."""
    user_id, store = call.id("user_id"), call.services.store
    if user_id == call.user_id:
        raise Conflict("You cannot shut yourself out.")
    await people.set_disabled(store, user_id, call.body.disabled)
    if call.body.disabled:
        await sessions.revoke_sessions(store, user_id)
    act = "user.disable" if call.body.disabled else "user.enable"
    await audit.record(store, call.source, act, ("user", user_id))


@route("GET", "/instance/mail", scope="admin", on="operator", reply=LetterList)
async def list_mail(call: Call[None, Nothing]) -> LetterList:
    """List the mail of the last week that was not sent, because no server for it is set or it refused."""
    return LetterList(items=await call.services.reception.post.unsent())


@route("GET", "/instance/audit", scope="admin", on="operator", query=ActQuery, reply=ActPage)
async def list_instance_acts(call: Call[None, ActQuery]) -> ActPage:
    """List what was done anywhere on this instance, refused sign-ins included."""
    return await page_of(call, wanted_of(call.query))


ROUTES = (list_people, change_person, list_mail, list_instance_acts)
