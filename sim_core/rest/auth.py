"""Signing up, in and out. A session is a cookie that only the browser holds; programs send an API key."""

from typing import Annotated, Any, Literal

import msgspec
from litestar.response.base import ASGIResponse
from msgspec import Meta, Struct

from sim_core.accounts import audit, invitations, people, sessions
from sim_core.accounts.actors import require_person
from sim_core.accounts.audit import Source
from sim_core.accounts.signing_in import Step
from sim_core.errors import Anonymous, Denied
from sim_core.rest.admission import cookie_of, set_cookie
from sim_core.rest.routes import Call, Nothing, route
from sim_core.rest.welcome import welcome

Email = Annotated[str, Meta(min_length=3, max_length=255)]
Password = Annotated[str, Meta(min_length=1, max_length=256)]
Code = Annotated[str, Meta(min_length=4, max_length=32)]
Ticket = Annotated[str, Meta(min_length=8, max_length=128)]
Name = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]*$")]


class AuthFacts(Struct, frozen=True, kw_only=True):
    """What a sign-in page has to know."""

    signup: Literal["open", "invite", "closed"]
    is_fresh: bool
    """Nobody has made this instance theirs yet: the first who signs up owns it."""
    sends_mail: bool
    is_signed_in: bool
    """Whether the browser that asks holds a session that lives."""
    passkeys_at: str
    """The origin at which passkeys work: a browser that came by another name for this machine has to go there."""
    providers: tuple[str, ...]
    """Other providers by which one may sign in: `GET /auth/providers/{provider}/start`."""


class SignUp(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new account."""

    email: Email
    password: Password
    name: Name
    invitation: Annotated[str, Meta(max_length=128)] = ""
    """The token of an invitation's link."""


class Verify(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The code that was sent to a new account's address."""

    ticket: Ticket
    code: Code


class SignIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An address and a password."""

    email: Email
    password: Password
    restore: bool = False
    """Keep an account that is about to be deleted."""


class SignInWithCode(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An address and the code that was sent to it."""

    email: Email
    code: Code
    restore: bool = False


class AskCode(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a code is sent."""

    email: Email
    purpose: Literal["login", "reset"] = "login"


class Reset(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new password, with the code that was sent."""

    email: Email
    code: Code
    password: Password


class Confirm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The password again, or a code of the authenticator app, or a passkey."""

    password: Annotated[str, Meta(max_length=256)] = ""
    code: Annotated[str, Meta(max_length=32)] = ""
    ticket: Annotated[str, Meta(max_length=128)] = ""
    """That of `POST /auth/passkeys/options`."""
    credential: Annotated[dict[str, Any], Meta(max_length=16)] = {}
    """The passkey that the browser shows, by its `toJSON()`."""


class SignedIn(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How far one has come."""

    status: Literal["signed_in", "code_sent", "second_factor"]
    ticket: str = ""
    """Send it with what is wanted next."""
    user_id: str = ""
    workspace_id: str = ""
    """A workspace to begin in."""


@route("GET", "/auth", scope=None, reply=AuthFacts)
async def read_auth(call: Call[None, Nothing]) -> AuthFacts:
    """Say how one may sign in here."""
    reception = call.services.reception
    return AuthFacts(
        signup=reception.admission.mode,
        is_fresh=await people.is_unclaimed(reception.store),
        sends_mail=reception.post.delivers,
        is_signed_in=await _is_signed_in(call),
        passkeys_at=call.services.passkeys.origin,
        providers=tuple(call.services.logins.ids),
    )


@route("POST", "/auth/sign-up", scope=None, same_site=True, body=SignUp, reply=SignedIn)
async def sign_up(call: Call[SignUp, Nothing]) -> ASGIResponse:
    """Make an account.

    The first person of an instance owns it and is in at once, and so is who brings an invitation; anybody else is sent
    a code. The answer is the same for an address that has an account already.
    """
    body, reception = call.body, call.services.reception
    email = people.folded(body.email)
    found = await invitations.find(reception.store, body.invitation) if body.invitation else None
    if found is not None and found.email != email:
        raise Denied("This invitation is for another address.", code="other_address")
    step = await reception.sign_up(
        email=email, name=body.name, password=body.password, address=call.source.address, invited=found is not None
    )
    if found is not None and step.user_id:
        await invitations.accept(reception.store, found, user_id=step.user_id, email=email)
    return await enter(call, step, act="user.sign_up")


@route("POST", "/auth/verify", scope=None, same_site=True, body=Verify, reply=SignedIn)
async def verify(call: Call[Verify, Nothing]) -> ASGIResponse:
    """Finish an account with the code that was sent to its address."""
    step = await call.services.reception.verify(call.body.ticket, call.body.code)
    return await enter(call, step, act="user.sign_up")


@route("POST", "/auth/sign-in", scope=None, same_site=True, body=SignIn, reply=SignedIn)
async def sign_in(call: Call[SignIn, Nothing]) -> ASGIResponse:
    """Sign in with a password."""
    body = call.body
    email = people.folded(body.email)
    try:
        step = await call.services.reception.sign_in(
            email=email, password=body.password, address=call.source.address, restore=body.restore
        )
    except Denied as error:
        await note_refusal(call, email, error)
        raise
    return await enter(call, step)


@route("POST", "/auth/codes", scope=None, same_site=True, body=AskCode, status=202)
async def ask_code(call: Call[AskCode, Nothing]) -> ASGIResponse:
    """Have a code sent, to sign in or to set a new password; the answer does not tell whether there is an account."""
    await call.services.reception.send_code(
        people.folded(call.body.email), call.body.purpose, address=call.source.address
    )
    return ASGIResponse(body=b"{}", status_code=202, media_type="application/json")


@route("POST", "/auth/sign-in/code", scope=None, same_site=True, body=SignInWithCode, reply=SignedIn)
async def sign_in_with_code(call: Call[SignInWithCode, Nothing]) -> ASGIResponse:
    """Sign in with a code that was sent by mail."""
    body = call.body
    email = people.folded(body.email)
    step = await call.services.reception.sign_in_with_code(
        email=email, code=body.code, address=call.source.address, restore=body.restore
    )
    return await enter(call, step)


@route("POST", "/auth/sign-in/second-factor", scope=None, same_site=True, body=Verify, reply=SignedIn)
async def second_factor(call: Call[Verify, Nothing]) -> ASGIResponse:
    """Go on signing in with a code of the authenticator app, or a recovery code."""
    return await enter(call, await call.services.reception.second_factor(call.body.ticket, call.body.code))


@route("POST", "/auth/reset", scope=None, same_site=True, body=Reset, status=204)
async def reset_password(call: Call[Reset, Nothing]) -> None:
    """Set a new password with a code that was sent by mail; every session ends."""
    body, services = call.body, call.services
    person = await services.reception.reset(
        email=people.folded(body.email), code=body.code, password=body.password, address=call.source.address
    )
    source = Source(actor_id=person.id, actor=person.email, address=call.source.address)
    await audit.record(services.store, source, "user.reset_password", ("user", person.id))


@route("POST", "/auth/confirm", scope="admin", on="session", body=Confirm, status=204)
async def confirm(call: Call[Confirm, Nothing]) -> None:
    """Prove again who you are; for fifteen minutes you may do what takes it."""
    actor, body = call.who, call.body
    if body.ticket:
        shown = await call.services.passkeys.shown(ticket=body.ticket, answer=body.credential)
        if shown != actor.user_id:
            raise Denied("This passkey is somebody else's.", code="passkey")
    else:
        await call.services.reception.confirm(actor.user_id, password=body.password, code=body.code)
    if actor.session_id is not None:
        await sessions.prove(call.services.store, actor.session_id)


@route("POST", "/auth/sign-out", scope=("read", "run"), on="caller", status=204)
async def sign_out(call: Call[None, Nothing]) -> ASGIResponse:
    """End this session."""
    actor = call.who
    if actor.session_id is not None:
        await sessions.revoke_session(call.services.store, actor.session_id, user_id=actor.user_id)
        await audit.record(call.services.store, call.source, "session.sign_out", ("session", actor.session_id))
    return ASGIResponse(body=b"", status_code=204, headers=set_cookie("", call.services.settings.url, hours=0))


@route("POST", "/auth/sign-out/everywhere", scope="admin", on="person", status=204)
async def sign_out_everywhere(call: Call[None, Nothing]) -> ASGIResponse:
    """End every session of yours, this one included."""
    actor = call.who
    ended = await sessions.revoke_sessions(call.services.store, actor.user_id)
    after = {"sessions": ended}
    await audit.record(call.services.store, call.source, "session.end_all", ("user", actor.user_id), after=after)
    return ASGIResponse(body=b"", status_code=204, headers=set_cookie("", call.services.settings.url, hours=0))


async def enter(call: Call[Any, Any], step: Step, *, act: str = "session.sign_in", to: str = "") -> ASGIResponse:
    """Open the session of somebody who is in, or say what is wanted next; with `to` send the browser there."""
    if not step.user_id:
        status: Any = "second_factor" if step.wants == "second_factor" else "code_sent"
        return answer(SignedIn(status=status, ticket=step.ticket), {})
    services, store = call.services, call.services.store
    person = await people.by_id(store, step.user_id)
    workspace_id = await welcome(services, step.user_id)
    session_id, token = await sessions.open_session(
        store,
        step.user_id,
        way=step.way,
        lifetimes=services.lifetimes,
        address=call.source.address,
        agent=call.source.agent,
    )
    source = Source(actor_id=person.id, actor=person.email, address=call.source.address)
    await audit.record(store, source, act, ("session", session_id), after={"way": step.way})
    cookie = set_cookie(token, services.settings.url, hours=services.lifetimes.max_h)
    if to:
        return ASGIResponse(body=b"", status_code=303, headers={"location": to, **cookie})
    return answer(SignedIn(status="signed_in", user_id=person.id, workspace_id=workspace_id), cookie)


def answer(value: Any, headers: dict[str, str]) -> ASGIResponse:
    """A value with headers of its own."""
    return ASGIResponse(body=msgspec.json.encode(value), headers=headers, media_type="application/json")


def person_of(call: Call[Any, Any]) -> str:
    """The id of the person who asks; raises `Denied` for a key of one workspace."""
    require_person(call.who)
    return call.user_id


async def _is_signed_in(call: Call[None, Nothing]) -> bool:
    token = cookie_of(call.headers, call.services.settings.url)
    try:
        return bool(token) and bool(await call.services.door.enter(token, address=call.source.address))
    except Anonymous:
        return False


async def note_refusal(call: Call[Any, Any], email: str, error: Denied) -> None:
    """Have the audit log tell of a sign-in that was refused."""
    source = Source(actor=email[:255], address=call.source.address)
    await audit.record(call.services.store, source, "session.refused", ("user", ""), after={"code": error.reason})


ROUTES = (
    read_auth,
    sign_up,
    verify,
    sign_in,
    ask_code,
    sign_in_with_code,
    second_factor,
    reset_password,
    confirm,
    sign_out,
    sign_out_everywhere,
)
