"""API keys: made, shown once, and told apart again by their digest."""

import base64
import hashlib
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec import Struct

from sim_core.accounts.actors import SCOPES, Actor, Scope
from sim_core.accounts.standing import ALIVE, FACTS, actor_of
from sim_core.errors import Anonymous, Invalid, Missing
from sim_core.ids import new_id
from sim_core.store.pool import Store
from sim_core.store.wire import Row

SHAPE = "sim_"
SHOWN = 12
"""Characters of a key that lists show."""
COLUMNS = "k.id, k.user_id, k.workspace_id, k.name, k.prefix, k.scopes, k.created_at, k.expires_at, k.used_at"
ADD = """
INSERT INTO api_key (id, user_id, workspace_id, name, prefix, digest, scopes, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
FIND = f"""
SELECT k.id, k.user_id, k.workspace_id, k.scopes, k.expires_at,
  k.used_at IS NULL OR k.used_at < now() - interval '1 minute' AS is_stale, {FACTS}
FROM api_key k JOIN "user" u ON u.id = k.user_id AND {ALIVE}
WHERE k.digest = $1 AND k.revoked_at IS NULL
"""
BY_ID = FIND.replace("k.digest = $1", "k.id = $1")
USED = "UPDATE api_key SET used_at = now() WHERE id = $1"
TOKEN = 32
"""Random bytes of whatever opens a door."""
LIST = f"""
SELECT {COLUMNS} FROM api_key k
WHERE k.revoked_at IS NULL AND (k.user_id = $1 AND ($2::text IS NOT NULL OR k.workspace_id IS NULL OR NOT $3)
  OR k.workspace_id = $2) ORDER BY k.id DESC
"""
REVOKE = """
UPDATE api_key SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL AND (user_id = $2 OR workspace_id = $3)
"""


class Key(Struct, frozen=True, kw_only=True):
    """A key without its secret part."""

    id: str
    user_id: str
    workspace_id: str | None
    """The one workspace it is for; `None` reaches all of its owner's."""
    name: str
    prefix: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    expires_at: datetime | None = None
    used_at: datetime | None = None


class NewKey(Struct, frozen=True, kw_only=True):
    """A key that was just made; `text` is shown this once."""

    key: Key
    text: str


async def create_key(
    store: Store,
    *,
    user_id: str,
    name: str,
    workspace_id: str | None = None,
    scopes: Sequence[str] = ("read", "run", "write"),
    expires_at: datetime | None = None,
) -> NewKey:
    """Make a key for a user, bound to one workspace or reaching all of the user's."""
    if unknown := sorted(set(scopes).difference(SCOPES)):
        raise Invalid(f"There is no scope {unknown[0]!r}; there are {', '.join(SCOPES)}", code="bad_scope")
    if not scopes:
        raise Invalid("A key needs at least one scope", code="bad_scope")
    if expires_at is not None and expires_at <= datetime.now(UTC):
        raise Invalid("A key cannot expire in the past", code="bad_expiry")
    text = fresh_token(SHAPE)
    key = Key(
        id=new_id(),
        user_id=user_id,
        workspace_id=workspace_id,
        name=name,
        prefix=text[:SHOWN],
        scopes=tuple(scope for scope in SCOPES if scope in scopes),
        created_at=datetime.now(UTC),
        expires_at=expires_at,
    )
    facts = (key.id, user_id, workspace_id, name, key.prefix, digest_of(text), " ".join(key.scopes))
    await store.execute(ADD, *facts, key.created_at, expires_at)
    return NewKey(key=key, text=text)


async def authenticate(store: Store, text: str) -> Actor:
    """Who a key speaks for; raises `Anonymous` for one that is unknown, revoked or expired."""
    return await _opened(store, await store.row(FIND, digest_of(text)) if text.startswith(SHAPE) else None)


async def key_by_id(store: Store, key_id: str) -> Actor:
    """Who a key that was let in before speaks for now; raises `Anonymous`."""
    return await _opened(store, await store.row(BY_ID, key_id))


async def _opened(store: Store, row: Row | None) -> Actor:
    if row is None:
        raise Anonymous("The API key is not valid", code="invalid_key")
    if row["expires_at"] is not None and row["expires_at"] <= datetime.now(UTC):
        raise Anonymous("The API key has expired", code="expired_key")
    if row["is_stale"]:
        await store.execute(USED, row["id"])
    return actor_of(row, scopes=_scopes(row), key_id=row["id"], bound=row["workspace_id"])


async def list_keys(
    store: Store, *, user_id: str, workspace_id: str | None = None, personal: bool = False
) -> tuple[Key, ...]:
    """A user's keys, and those of a workspace when one is given, newest first; `personal` leaves bound ones out."""
    rows = await store.rows(LIST, user_id, workspace_id, personal)
    return tuple(
        Key(
            id=row["id"],
            user_id=row["user_id"],
            workspace_id=row["workspace_id"],
            name=row["name"],
            prefix=row["prefix"],
            scopes=_scopes(row),
            created_at=row["created_at"],
            expires_at=row["expires_at"],
            used_at=row["used_at"],
        )
        for row in rows
    )


async def revoke_key(store: Store, key_id: str, *, user_id: str, workspace_id: str | None = None) -> None:
    """Make a key of a user, or of a workspace, invalid from now on; raises `Missing`."""
    if not await store.execute(REVOKE, key_id, user_id, workspace_id):
        raise Missing(f"There is no key {key_id!r}")


def fresh_token(shape: str) -> str:
    """A text that nobody guesses, which begins by saying what it is."""
    return shape + base64.urlsafe_b64encode(secrets.token_bytes(TOKEN)).decode().rstrip("=")


def digest_of(text: str) -> str:
    """What is kept of a key, a session's token or a link."""
    # A key has 256 random bits: nothing is gained by a slow hash.
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _scopes(row: Row) -> tuple[Scope, ...]:
    given = row["scopes"].split()
    return tuple(scope for scope in SCOPES if scope in given)
