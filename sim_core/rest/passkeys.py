"""Passkeys: made, shown to sign in, listed, renamed, removed."""

from typing import Annotated, Any

from litestar.response.base import ASGIResponse
from msgspec import Meta, Struct

from sim_core.accounts import audit, passkeys, people
from sim_core.accounts.passkeys import Passkey
from sim_core.errors import Denied
from sim_core.rest.auth import Name, SignedIn, Ticket, enter, note_refusal
from sim_core.rest.routes import Call, Nothing, route

Proof = Annotated[dict[str, Any], Meta(max_length=16)]
"""What the browser gave, by its `toJSON()`."""


class Options(Struct, frozen=True, kw_only=True):
    """What the browser is asked for."""

    ticket: str
    """Send it back with the answer, within ten minutes."""
    options: dict[str, Any]
    """As `PublicKeyCredential.parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON` takes it."""


class NewPasskey(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The passkey that the browser made."""

    ticket: Ticket
    credential: Proof
    name: Name = "Passkey"


class ShowPasskey(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The passkey that the browser shows."""

    ticket: Ticket
    credential: Proof
    restore: bool = False
    """Keep an account that is about to be deleted."""


class RenamePasskey(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What it is called."""

    name: Name


class PasskeyList(Struct, frozen=True, kw_only=True):
    """Your passkeys."""

    items: tuple[Passkey, ...]
    next_cursor: str | None = None


@route("POST", "/auth/passkeys/options", scope=None, same_site=True, reply=Options)
async def ask_for_passkey(call: Call[None, Nothing]) -> Options:
    """Begin to sign in, or to confirm that it is you, with any passkey that the device has for this site."""
    await call.services.reception.limit_tries(call.source.address)
    ticket, options = await call.services.passkeys.ask_to_show()
    return Options(ticket=ticket, options=options)


@route("POST", "/auth/passkeys/sign-in", scope=None, same_site=True, body=ShowPasskey, reply=SignedIn)
async def sign_in_with_passkey(call: Call[ShowPasskey, Nothing]) -> ASGIResponse:
    """Sign in with a passkey; it stands for the second factor too, since the device has asked who you are."""
    body, services = call.body, call.services
    try:
        user_id = await services.passkeys.shown(ticket=body.ticket, answer=body.credential)
    except Denied as error:
        await note_refusal(call, "", error)
        raise
    return await enter(call, await services.reception.arrive(user_id, "passkey", restore=body.restore))


@route("GET", "/me/passkeys", scope="admin", on="person", reply=PasskeyList)
async def list_passkeys(call: Call[None, Nothing]) -> PasskeyList:
    """List your passkeys."""
    return PasskeyList(items=await passkeys.list_passkeys(call.services.store, call.user_id))


@route("POST", "/me/passkeys/options", scope="admin", on="session", recent=True, reply=Options)
async def ask_to_make_passkey(call: Call[None, Nothing]) -> Options:
    """Begin to make a passkey."""
    person = await people.by_id(call.services.store, call.user_id)
    ticket, options = await call.services.passkeys.ask_to_make(person)
    return Options(ticket=ticket, options=options)


@route("POST", "/me/passkeys", scope="admin", on="session", recent=True, body=NewPasskey, reply=Passkey, status=201)
async def create_passkey(call: Call[NewPasskey, Nothing]) -> Passkey:
    """Keep the passkey that your browser made; you can sign in with it from now on."""
    body = call.body
    made = await call.services.passkeys.make(call.user_id, ticket=body.ticket, answer=body.credential, name=body.name)
    await _record(call, "passkey.create", made.id, after={"name": made.name, "backed_up": made.backed_up})
    return made


@route("PATCH", "/me/passkeys/{passkey_id}", scope="admin", on="session", body=RenamePasskey, status=204)
async def rename_passkey(call: Call[RenamePasskey, Nothing]) -> None:
    """Rename a passkey."""
    passkey_id = call.id("passkey_id")
    await passkeys.rename_passkey(call.services.store, call.user_id, passkey_id, call.body.name)
    await _record(call, "passkey.rename", passkey_id, after={"name": call.body.name})


@route("DELETE", "/me/passkeys/{passkey_id}", scope="admin", on="session", recent=True, status=204)
async def remove_passkey(call: Call[None, Nothing]) -> None:
    """Remove a passkey; it no longer signs you in."""
    passkey_id = call.id("passkey_id")
    await passkeys.remove_passkey(call.services.store, call.user_id, passkey_id)
    await _record(call, "passkey.remove", passkey_id)


async def _record(call: Call[Any, Any], action: str, passkey_id: str, **facts: Any) -> None:
    await audit.record(call.services.store, call.source, action, ("passkey", passkey_id), **facts)


ROUTES = (
    ask_for_passkey,
    sign_in_with_passkey,
    list_passkeys,
    ask_to_make_passkey,
    create_passkey,
    rename_passkey,
    remove_passkey,
)
