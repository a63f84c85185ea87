"""People: who there is by which address, how they come and how they go."""

import re
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from msgspec import Struct

from sim_core.accounts.bootstrap import OWNER_EMAIL, TURN
from sim_core.errors import Conflict, Denied, Invalid, Missing, Problem
from sim_core.ids import new_id
from sim_core.store.pool import Store
from sim_core.store.wire import Row, UniqueViolation

EMAIL = re.compile(r"[^@\s\x00-\x1f<>,;:\"()\[\]\\]{1,64}@[a-z0-9](?:[a-z0-9.-]{0,188}[a-z0-9])?")
GRACE = timedelta(days=14)
COLUMNS = """id, name, email, password, created_at, verified_at, is_operator, totp_at, disabled_at, delete_after"""
BY_EMAIL = f'SELECT {COLUMNS} FROM "user" WHERE lower(email) = $1'
BY_ID = f'SELECT {COLUMNS} FROM "user" WHERE id = $1'
UNCLAIMED = 'SELECT id FROM "user" WHERE email = $1 AND password IS NULL'
CLAIM = """
UPDATE "user" SET email = $2, name = $3, password = $4, verified_at = now(), is_operator = true
WHERE id = (SELECT id FROM "user" WHERE email = $1 AND password IS NULL) RETURNING id
"""
ADD = """
INSERT INTO "user" (id, name, email, password, created_at, verified_at) VALUES ($1, $2, $3, $4, now(), now())
"""
HOME = """
INSERT INTO organization (id, name, created_at, policy) VALUES ($1, $2, now(), '{}')
"""
OWNS = """
INSERT INTO member (id, organization_id, user_id, role, created_at) VALUES ($1, $2, $3, 'owner', now())
"""
ROOM = """
INSERT INTO workspace (id, organization_id, name, created_at) VALUES ($1, $2, 'My workspace', now())
"""
RUNS_IT = """
INSERT INTO permission (id, workspace_id, user_id, role, created_at) VALUES ($1, $2, $3, 'admin', now())
"""
FIRST_ROOM = """
SELECT p.workspace_id FROM permission p WHERE p.user_id = $1 AND NOT EXISTS
  (SELECT 1 FROM workflow w WHERE w.workspace_id = p.workspace_id) ORDER BY p.id LIMIT 1
"""
SOLE = """
SELECT o.name FROM member m JOIN organization o ON o.id = m.organization_id
WHERE m.user_id = $1 AND m.role = 'owner'
  AND NOT EXISTS (SELECT 1 FROM member x WHERE x.organization_id = o.id AND x.role = 'owner' AND x.user_id <> $1)
  AND EXISTS (SELECT 1 FROM member x WHERE x.organization_id = o.id AND x.user_id <> $1)
"""

Mode: TypeAlias = Literal["open", "invite", "closed"]


class Person(Struct, frozen=True, kw_only=True):
    """A person with an account."""

    id: str
    name: str
    email: str
    created_at: datetime
    is_operator: bool = False
    has_password: bool = False
    has_second_factor: bool = False
    password: str | None = None
    """The hash; never shown."""
    disabled_at: datetime | None = None
    delete_after: datetime | None = None


class Admission(Struct, frozen=True, kw_only=True):
    """Who may make an account here."""

    mode: Mode = "invite"
    domains: tuple[str, ...] = ()
    """Domains of addresses that may; none is any."""

    def check(self, email: str, *, invited: bool) -> None:
        """Raise `Denied` for somebody who may not."""
        if self.mode == "closed" or (self.mode == "invite" and not invited):
            words = "needs an invitation" if self.mode == "invite" else "is closed"
            raise Denied(f"Making an account here {words}.", code="signup_closed")
        if self.domains and email.rpartition("@")[2] not in self.domains:
            raise Denied("Addresses of this domain may not make an account here.", code="email_domain")


def folded(email: str) -> str:
    """An address as it is kept; raises `Invalid` for what is none."""
    text = email.strip().lower()
    if not EMAIL.fullmatch(text) or ".." in text or not text.isprintable():
        words = f"{email[:80]!r} is not an e-mail address"
        raise Invalid(words, problems=[Problem(code="bad_email", message=words, pointer="/email")])
    return text


async def by_email(store: Store, email: str) -> Person | None:
    """The person with an address."""
    row = await store.row(BY_EMAIL, email)
    return _person(row) if row else None


async def by_id(store: Store, user_id: str) -> Person:
    """A person; raises `Missing`."""
    row = await store.row(BY_ID, user_id)
    if row is None:
        raise Missing(f"There is nobody {user_id!r}.")
    return _person(row)


async def is_unclaimed(store: Store) -> bool:
    """Whether nobody has made this instance theirs yet."""
    return await store.value(UNCLAIMED, OWNER_EMAIL) is not None


async def claim(store: Store, *, email: str, name: str, password: str | None) -> str | None:
    """Make the instance's owner of the first person there is; `None` when somebody else did."""
    async with store.transaction() as connection:
        await connection.execute(f"SELECT pg_advisory_xact_lock({TURN})")
        return await connection.fetchval(CLAIM, OWNER_EMAIL, email, name, password)


async def enter(store: Store, *, email: str, name: str, password: str | None, home: bool) -> str:
    """Make an account of an address that was proven, with an organization and a workspace of its own or without."""
    user_id = new_id()
    try:
        async with store.transaction() as connection:
            await connection.execute(ADD, user_id, name, email, password)
            if home:
                organization_id, workspace_id = new_id(), new_id()
                await connection.execute(HOME, organization_id, f"{name}'s organization")
                await connection.execute(OWNS, new_id(), organization_id, user_id)
                await connection.execute(ROOM, workspace_id, organization_id)
                await connection.execute(RUNS_IT, new_id(), workspace_id, user_id)
    except UniqueViolation:
        raise Conflict("There is an account with this address; sign in.", code="email_taken") from None
    return user_id


async def empty_workspace(store: Store, user_id: str) -> str | None:
    """A workspace of a person in which nothing is yet."""
    return await store.value(FIRST_ROOM, user_id)


async def rename(store: Store, user_id: str, name: str) -> None:
    """Call a person otherwise."""
    await store.execute('UPDATE "user" SET name = $2 WHERE id = $1', user_id, name)


async def set_password(store: Store, user_id: str, password: str) -> None:
    """Keep another hash of a password."""
    await store.execute('UPDATE "user" SET password = $2 WHERE id = $1', user_id, password)


async def set_email(store: Store, user_id: str, email: str) -> None:
    """Give a person another address, which was proven; raises `Conflict`."""
    try:
        await store.execute('UPDATE "user" SET email = $2, verified_at = now() WHERE id = $1', user_id, email)
    except UniqueViolation:
        raise Conflict("There is another account with this address.", code="email_taken") from None


async def leave(store: Store, user_id: str) -> datetime:
    """Take an account out of service, to be deleted after the grace; raises `Conflict` for a last owner of others."""
    async with store.transaction() as connection:
        if name := await connection.fetchval(SOLE, user_id):
            raise Conflict(
                f"You are the only owner of {name!r}; make somebody else its owner first.", code="last_owner"
            )
        statement = 'UPDATE "user" SET delete_after = now() + $2::interval WHERE id = $1 RETURNING delete_after'
        return await connection.fetchval(statement, user_id, GRACE)


async def restore(store: Store, user_id: str) -> None:
    """Take an account back into service."""
    await store.execute('UPDATE "user" SET delete_after = NULL WHERE id = $1', user_id)


async def set_disabled(store: Store, user_id: str, disabled: bool) -> None:
    """Shut a person out, or let them in again."""
    statement = 'UPDATE "user" SET disabled_at = CASE WHEN $2 THEN now() END WHERE id = $1'
    if not await store.execute(statement, user_id, disabled):
        raise Missing(f"There is nobody {user_id!r}.")


async def everybody(store: Store, *, after: str | None = None, limit: int = 100) -> tuple[Person, ...]:
    """All people of the instance, the first first."""
    query = f'SELECT {COLUMNS} FROM "user" WHERE ($1::text IS NULL OR id > $1) ORDER BY id LIMIT $2'
    return tuple(_person(row) for row in await store.rows(query, after, limit))


def _person(row: Row) -> Person:
    return Person(
        id=row["id"],
        name=row["name"],
        email=row["email"],
        created_at=row["created_at"],
        is_operator=row["is_operator"],
        has_password=row["password"] is not None,
        has_second_factor=row["totp_at"] is not None,
        password=row["password"],
        disabled_at=row["disabled_at"],
        delete_after=row["delete_after"],
    )
