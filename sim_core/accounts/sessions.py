"""Sessions of browsers: opaque tokens, kept as digests, that end by themselves and can be ended at any time."""

from datetime import datetime, timedelta

from msgspec import Struct

from sim_core.accounts.actors import SCOPES, Actor
from sim_core.accounts.keys import digest_of, fresh_token
from sim_core.accounts.standing import ALIVE, FACTS, actor_of
from sim_core.errors import Anonymous, Missing
from sim_core.ids import new_id
from sim_core.store.pool import Store

SHAPE = "ses_"
RECENT = timedelta(minutes=15)
"""How long the proof of a password, a passkey or a code is good for what must not be done by a passer-by."""
POLICY = """
SELECT min((o.policy->>'{name}')::float8) FROM member m JOIN organization o ON o.id = m.organization_id
WHERE m.user_id = {user}
"""
"""The strictest of a person's organizations."""
ADD = f"""
INSERT INTO session (id, user_id, digest, way, address, agent, created_at, seen_at, proven_at, expires_at)
SELECT $1, $2, $3, $4, $5, $6, now(), now(), now(),
  now() + interval '1 hour' * least($7, ({POLICY.format(name="max_hours", user="$2")}))
"""
FIND = f"""
SELECT s.id, s.user_id, s.proven_at > now() - $3::interval AS recent,
  s.seen_at < now() - interval '1 minute' AS is_stale, {FACTS}
FROM session s JOIN "user" u ON u.id = s.user_id AND {ALIVE}
WHERE s.digest = $1 AND s.revoked_at IS NULL AND s.expires_at > now()
  AND s.seen_at > now() - interval '1 hour' * least($2, ({POLICY.format(name="idle_hours", user="s.user_id")}))
"""
BY_ID = f"""
SELECT s.id, s.user_id, {FACTS} FROM session s JOIN "user" u ON u.id = s.user_id AND {ALIVE}
WHERE s.id = $1 AND s.revoked_at IS NULL AND s.expires_at > now()
"""
"""For a connection that stays open: it is in use, so that only the end of the session counts."""
SEEN = "UPDATE session SET seen_at = now(), address = $2 WHERE id = $1"
PROVE = "UPDATE session SET proven_at = now() WHERE id = $1"
LIST = """
SELECT id, way, address, agent, created_at, seen_at, expires_at FROM session
WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > now() ORDER BY seen_at DESC LIMIT 200
"""
REVOKE = "UPDATE session SET revoked_at = now() WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL"
REVOKE_ALL = """
UPDATE session SET revoked_at = now()
WHERE user_id = $1 AND revoked_at IS NULL AND ($2::text IS NULL OR id <> $2)
"""
REVOKE_ORGANIZATION = """
UPDATE session SET revoked_at = now() WHERE revoked_at IS NULL
  AND user_id IN (SELECT user_id FROM member WHERE organization_id = $1)
"""
SWEEP = "DELETE FROM session WHERE expires_at < now() - interval '7 days' OR revoked_at < now() - interval '7 days'"


class Lifetimes(Struct, frozen=True, kw_only=True):
    """How long sessions last on this instance; an organization may want less."""

    idle_h: float = 7 * 24
    max_h: float = 30 * 24


class SessionEntry(Struct, frozen=True, kw_only=True):
    """A browser that is signed in."""

    id: str
    way: str
    """How the person proved who they are: password, code, passkey, or a provider's name."""
    address: str
    agent: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    current: bool = False
    """Whether it is the one that asks."""


async def open_session(
    store: Store, user_id: str, *, way: str, lifetimes: Lifetimes, address: str = "", agent: str = ""
) -> tuple[str, str]:
    """Sign a person in; the session's id and its token, which is told this once."""
    session_id, token = new_id(), fresh_token(SHAPE)
    agent = agent.encode("utf-8", "replace").decode().replace("\0", "")[:300]
    await store.execute(ADD, session_id, user_id, digest_of(token), way, address, agent, float(lifetimes.max_h))
    return session_id, token


async def authenticate_session(store: Store, token: str, lifetimes: Lifetimes, *, address: str = "") -> Actor:
    """Who a session's token speaks for; raises `Anonymous` for one that is unknown, revoked or has ended."""
    row = await store.row(FIND, digest_of(token), float(lifetimes.idle_h), RECENT) if token.startswith(SHAPE) else None
    if row is None:
        raise Anonymous("The session has ended; sign in again.", code="session_ended")
    if row["is_stale"]:
        await store.execute(SEEN, row["id"], address)
    return actor_of(row, scopes=SCOPES, session_id=row["id"], recent=bool(row["recent"]))


async def session_by_id(store: Store, session_id: str) -> Actor:
    """Who a session that was let in before speaks for now; raises `Anonymous`."""
    row = await store.row(BY_ID, session_id)
    if row is None:
        raise Anonymous("The session has ended; sign in again.", code="session_ended")
    return actor_of(row, scopes=SCOPES, session_id=session_id)


async def list_sessions(store: Store, user_id: str, *, current: str | None) -> tuple[SessionEntry, ...]:
    """Where a person is signed in, the latest used first."""
    rows = await store.rows(LIST, user_id)
    names = [name for name in SessionEntry.__struct_fields__ if name != "current"]
    return tuple(SessionEntry(current=row["id"] == current, **{name: row[name] for name in names}) for row in rows)


async def revoke_session(store: Store, session_id: str, *, user_id: str) -> None:
    """End one session of a person; raises `Missing`."""
    if not await store.execute(REVOKE, session_id, user_id):
        raise Missing(f"There is no session {session_id!r}.")


async def revoke_sessions(store: Store, user_id: str, *, but: str | None = None) -> int:
    """End all sessions of a person, but perhaps the one they ask from; how many."""
    return await store.execute(REVOKE_ALL, user_id, but)


async def revoke_of_organization(store: Store, organization_id: str) -> int:
    """End the sessions of everybody in an organization; how many."""
    return await store.execute(REVOKE_ORGANIZATION, organization_id)


async def prove(store: Store, session_id: str) -> None:
    """Note that the person has just proved again who they are."""
    await store.execute(PROVE, session_id)


async def sweep_sessions(store: Store) -> None:
    """Drop sessions that ended a week ago."""
    await store.execute(SWEEP)
