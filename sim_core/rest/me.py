"""Yourself: who you are here, where you are signed in, your second factor, your own keys and secrets."""

from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta, Struct

from sim_core.accounts import audit, keys, people, sessions, totp
from sim_core.accounts.actors import OrganizationRole, Role, Scope
from sim_core.accounts.keys import Key
from sim_core.accounts.sessions import SessionEntry
from sim_core.accounts.totp import Enrolment
from sim_core.rest.auth import Code, Email, Name, Password
from sim_core.rest.keys import FreshKey, NewApiKey
from sim_core.rest.routes import Call, Nothing, route
from sim_core.rest.secrets import NewSecret, Pasted, PastedSecrets, SecretList, paste
from sim_core.store import secrets


class Me(Struct, frozen=True, kw_only=True):
    """Who is asking."""

    id: str
    name: str
    email: str
    is_operator: bool
    """Whether you run this instance."""
    has_password: bool
    has_second_factor: bool
    scopes: tuple[Scope, ...]
    """What the key you came with covers; a session covers everything."""
    workspaces: dict[str, Role]
    organizations: dict[str, OrganizationRole]
    session_id: str | None
    key_id: str | None


class ChangeMe(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How you are called."""

    name: Name


class NewPassword(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Your next password."""

    password: Password


class NewEmail(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Your next address; without a code, one is sent to it."""

    email: Email
    code: Annotated[str, Meta(max_length=32)] = ""


class Leaving(Struct, frozen=True, kw_only=True):
    """When the account goes for good."""

    delete_after: datetime


class SessionList(Struct, frozen=True, kw_only=True):
    """Where you are signed in."""

    items: tuple[SessionEntry, ...]
    next_cursor: str | None = None


class TotpCode(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A code of the authenticator app."""

    code: Code


class KeyList(Struct, frozen=True, kw_only=True):
    """Your own keys."""

    items: tuple[Key, ...]
    next_cursor: str | None = None


@route("GET", "/me", scope=("read", "run"), on="caller", reply=Me)
async def read_me(call: Call[None, Nothing]) -> Me:
    """Say who you are, and where you may do what."""
    actor = call.who
    person = await people.by_id(call.services.store, actor.user_id)
    return Me(
        id=person.id,
        name=person.name,
        email=person.email,
        is_operator=actor.is_operator,
        has_password=person.has_password,
        has_second_factor=person.has_second_factor,
        scopes=actor.scopes,
        workspaces=dict(actor.roles),
        organizations=dict(actor.organizations),
        session_id=actor.session_id,
        key_id=actor.key_id,
    )


@route("PATCH", "/me", scope="admin", on="person", body=ChangeMe, status=204)
async def change_me(call: Call[ChangeMe, Nothing]) -> None:
    """Change your name."""
    await people.rename(call.services.store, call.user_id, call.body.name)


@route("DELETE", "/me", scope="admin", on="session", recent=True, reply=Leaving)
async def delete_me(call: Call[None, Nothing]) -> Leaving:
    """Delete your account; for two weeks it can be had back by signing in with `restore`."""
    when = await people.leave(call.services.store, call.user_id)
    await sessions.revoke_sessions(call.services.store, call.user_id)
    await _record(call, "user.delete", ("user", call.user_id), after={"delete_after": when})
    return Leaving(delete_after=when)


@route("PUT", "/me/password", scope="admin", on="session", recent=True, body=NewPassword, status=204)
async def set_password(call: Call[NewPassword, Nothing]) -> None:
    """Set your password; your other sessions end."""
    await call.services.reception.change_password(
        call.user_id, password=call.body.password, session_id=call.who.session_id
    )
    await _record(call, "user.password", ("user", call.user_id))


@route("PUT", "/me/email", scope="admin", on="session", recent=True, body=NewEmail, status=204)
async def set_email(call: Call[NewEmail, Nothing]) -> None:
    """Change your address: once without a code, which has one sent there, then with it."""
    reception, email = call.services.reception, people.folded(call.body.email)
    if not call.body.code:
        await reception.prove_email(call.user_id, email)
        return
    await reception.codes.redeem(f"{call.user_id} {email}", "email", call.body.code)
    await people.set_email(call.services.store, call.user_id, email)
    await _record(call, "user.email", ("user", call.user_id), before={"email": call.who.email}, after={"email": email})


@route("GET", "/me/sessions", scope="admin", on="person", reply=SessionList)
async def list_sessions(call: Call[None, Nothing]) -> SessionList:
    """List where you are signed in."""
    found = await sessions.list_sessions(call.services.store, call.user_id, current=call.who.session_id)
    return SessionList(items=found)


@route("DELETE", "/me/sessions/{session_id}", scope="admin", on="person", status=204)
async def end_session(call: Call[None, Nothing]) -> None:
    """End one of your sessions."""
    session_id = call.id("session_id")
    await sessions.revoke_session(call.services.store, session_id, user_id=call.user_id)
    await _record(call, "session.end", ("session", session_id))


@route("POST", "/me/totp", scope="admin", on="session", recent=True, reply=Enrolment, status=201)
async def enrol_totp(call: Call[None, Nothing]) -> Enrolment:
    """Begin a second factor; it is asked for once you have sent its first code."""
    return await totp.enrol(call.services.vault, call.user_id, email=call.who.email)


@route("POST", "/me/totp/activate", scope="admin", on="session", recent=True, body=TotpCode, status=204)
async def activate_totp(call: Call[TotpCode, Nothing]) -> None:
    """Have the second factor asked for from now on."""
    await totp.activate(call.services.vault, call.user_id, call.body.code)
    await _record(call, "user.totp_on", ("user", call.user_id))


@route("DELETE", "/me/totp", scope="admin", on="session", recent=True, status=204)
async def remove_totp(call: Call[None, Nothing]) -> None:
    """Ask for no second factor any more."""
    await totp.remove(call.services.vault, call.user_id)
    await _record(call, "user.totp_off", ("user", call.user_id))


@route("GET", "/me/keys", scope="admin", on="person", reply=KeyList)
async def list_my_keys(call: Call[None, Nothing]) -> KeyList:
    """List your own keys, without what makes them keys."""
    return KeyList(items=await keys.list_keys(call.services.store, user_id=call.user_id, personal=True))


@route("POST", "/me/keys", scope="admin", on="person", body=NewApiKey, reply=FreshKey, status=201)
async def create_my_key(call: Call[NewApiKey, Nothing]) -> FreshKey:
    """Make a key of your own, which reaches all your workspaces; it is shown this once."""
    body = call.body
    made = await keys.create_key(
        call.services.store, user_id=call.user_id, name=body.name, scopes=body.scopes, expires_at=body.expires_at
    )
    key = made.key
    await _record(call, "key.create", ("key", key.id), after={"name": key.name, "scopes": key.scopes})
    return FreshKey(id=key.id, name=key.name, scopes=key.scopes, key=made.text, expires_at=key.expires_at)


@route("DELETE", "/me/keys/{key_id}", scope="admin", on="person", status=204)
async def revoke_my_key(call: Call[None, Nothing]) -> None:
    """Revoke a key of your own."""
    key_id = call.id("key_id")
    await keys.revoke_key(call.services.store, key_id, user_id=call.user_id)
    await _record(call, "key.revoke", ("key", key_id))


@route("GET", "/me/secrets", scope="admin", on="person", reply=SecretList)
async def list_my_secrets(call: Call[None, Nothing]) -> SecretList:
    """List your own secrets by name; runs that you start have them, beside the workspace's."""
    return SecretList(items=await secrets.list_secrets(call.services.vault, call.user_id))


@route("PUT", "/me/secrets/{name}", scope="admin", on="person", body=NewSecret, status=204)
async def set_my_secret(call: Call[NewSecret, Nothing]) -> None:
    """Set a secret of your own; a workspace's secret of the same name comes first."""
    name = call.text("name")
    await secrets.set_secret(call.services.vault, call.user_id, name, value=call.body.value, actor=call.user_id)
    await _record(call, "secret.set", ("secret", name))
    call.services.secrets(call.user_id)


@route("PUT", "/me/secrets", scope="admin", on="person", body=Pasted, reply=PastedSecrets)
async def paste_my_secrets(call: Call[Pasted, Nothing]) -> PastedSecrets:
    """Set secrets of your own from a pasted `.env` file, all or none."""
    return await paste(call, call.user_id)


@route("DELETE", "/me/secrets/{name}", scope="admin", on="person", status=204)
async def delete_my_secret(call: Call[None, Nothing]) -> None:
    """Delete a secret of your own."""
    name = call.text("name")
    await secrets.delete_secret(call.services.vault, call.user_id, name)
    await _record(call, "secret.delete", ("secret", name))
    call.services.secrets(call.user_id)


async def _record(call: Call[Any, Any], action: str, thing: tuple[str, str], **facts: Any) -> None:
    await audit.record(call.services.store, call.source, action, thing, **facts)


ROUTES = (
    read_me,
    change_me,
    delete_me,
    set_password,
    set_email,
    list_sessions,
    end_session,
    enrol_totp,
    activate_totp,
    remove_totp,
    list_my_keys,
    create_my_key,
    revoke_my_key,
    list_my_secrets,
    set_my_secret,
    paste_my_secrets,
    delete_my_secret,
)
