"""One-time tickets: what lets a browser's connection in without showing its key, and what it may do later."""

from msgspec import Struct
from msgspec.structs import replace

from sim_core.accounts.actors import SCOPES, Actor, Scope
from sim_core.accounts.keys import digest_of, fresh_token, key_by_id
from sim_core.accounts.sessions import session_by_id
from sim_core.accounts.standing import standing_of
from sim_core.errors import Anonymous
from sim_core.store.pool import Store

SHAPE = "simt_"
LIVES_S = 30
ADD = """
WITH old AS (DELETE FROM realtime_ticket WHERE expires_at < now() - interval '1 minute')
INSERT INTO realtime_ticket (digest, user_id, key_id, session_id, scopes, expires_at)
VALUES ($1, $2, $3, $4, $5, now() + make_interval(secs => $6))
"""
TAKE = """
DELETE FROM realtime_ticket WHERE digest = $1
RETURNING user_id, key_id, session_id, scopes, expires_at > now() AS is_valid
"""


class Ticket(Struct, frozen=True, kw_only=True):
    """A ticket, to be used once within half a minute."""

    ticket: str
    expires_in: int


async def create_ticket(store: Store, actor: Actor) -> Ticket:
    """A ticket that speaks for an actor."""
    text, scopes = fresh_token(SHAPE), " ".join(actor.scopes)
    facts = (digest_of(text), actor.user_id, actor.key_id, actor.session_id, scopes, float(LIVES_S))
    await store.execute(ADD, *facts)
    return Ticket(ticket=text, expires_in=LIVES_S)


async def redeem(store: Store, text: str) -> Actor:
    """Who a ticket speaks for; raises `Anonymous` for one that is unknown, used or too old."""
    row = await store.row(TAKE, digest_of(text)) if text.startswith(SHAPE) else None
    if row is None or not row["is_valid"]:
        raise Anonymous("The ticket is not valid: it was used, or is older than half a minute", code="invalid_ticket")
    return await recheck(
        store,
        Actor(
            user_id=row["user_id"],
            roles={},
            scopes=_scopes(row["scopes"]),
            key_id=row["key_id"],
            session_id=row["session_id"],
        ),
    )


async def recheck(store: Store, actor: Actor) -> Actor:
    """What an actor who was let in may do now; raises `Anonymous` when the key or the session is no longer valid."""
    if actor.key_id is not None:
        return await key_by_id(store, actor.key_id)
    if actor.session_id is not None:
        return await session_by_id(store, actor.session_id)
    now = await standing_of(store, actor.user_id)
    if now is None:
        raise Anonymous("This account is no longer in use", code="session_ended")
    return replace(now, scopes=actor.scopes)


def _scopes(text: str) -> tuple[Scope, ...]:
    given = text.split()
    return tuple(scope for scope in SCOPES if scope in given)
