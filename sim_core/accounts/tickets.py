"""One-time tickets: what lets a browser's connection in without showing its key, and what it may do later."""

import base64
import hashlib
import secrets

import msgspec
from msgspec import Struct

from sim_core.accounts.actors import SCOPES, Actor, Role, Scope
from sim_core.errors import Anonymous
from sim_core.store.pool import Store

SHAPE = "simt_"
LIVES_S = 30
ADD = """
WITH old AS (DELETE FROM realtime_ticket WHERE expires_at < now() - interval '1 minute')
INSERT INTO realtime_ticket (digest, user_id, key_id, scopes, expires_at)
VALUES ($1, $2, $3, $4, now() + make_interval(secs => $5))
"""
TAKE = """
DELETE FROM realtime_ticket WHERE digest = $1
RETURNING user_id, key_id, scopes, expires_at > now() AS is_valid
"""
ROLES = """
SELECT (SELECT coalesce(json_object_agg(p.workspace_id, p.role), '{}') FROM permission p WHERE p.user_id = $1)::text
  AS roles, k.scopes, k.workspace_id AS bound, k.id IS NOT NULL AS is_key_valid
FROM (SELECT 1) AS one
LEFT JOIN api_key k ON k.id = $2 AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())
"""


class Ticket(Struct, frozen=True, kw_only=True):
    """A ticket, to be used once within half a minute."""

    ticket: str
    expires_in: int


async def create_ticket(store: Store, actor: Actor) -> Ticket:
    """A ticket that speaks for an actor."""
    text = SHAPE + base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")
    await store.execute(ADD, _digest(text), actor.user_id, actor.key_id, " ".join(actor.scopes), float(LIVES_S))
    return Ticket(ticket=text, expires_in=LIVES_S)


async def redeem(store: Store, text: str) -> Actor:
    """Who a ticket speaks for; raises `Anonymous` for one that is unknown, used or too old."""
    row = await store.row(TAKE, _digest(text)) if text.startswith(SHAPE) else None
    if row is None or not row["is_valid"]:
        raise Anonymous("The ticket is not valid: it was used, or is older than half a minute", code="invalid_ticket")
    return await recheck(
        store, Actor(user_id=row["user_id"], roles={}, scopes=_scopes(row["scopes"]), key_id=row["key_id"])
    )


async def recheck(store: Store, actor: Actor) -> Actor:
    """What an actor who was let in may do now; raises `Anonymous` when the key is no longer valid."""
    row = await store.row(ROLES, actor.user_id, actor.key_id)
    if row is None or (actor.key_id is not None and not row["is_key_valid"]):
        raise Anonymous("The API key is not valid", code="invalid_key")
    roles: dict[str, Role] = msgspec.json.decode(row["roles"], type=dict[str, Role])
    scopes = actor.scopes
    if actor.key_id is not None:
        scopes = _scopes(row["scopes"])
        if row["bound"] is not None:
            roles = {id: role for id, role in roles.items() if id == row["bound"]}
    return Actor(user_id=actor.user_id, roles=roles, scopes=scopes, key_id=actor.key_id)


def _scopes(text: str) -> tuple[Scope, ...]:
    given = text.split()
    return tuple(scope for scope in SCOPES if scope in given)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
