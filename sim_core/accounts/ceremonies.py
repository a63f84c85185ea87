"""What a browser begins and comes back to finish: sealed, short-lived, and good for one time."""

from datetime import timedelta
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from sim_core.accounts.keys import digest_of, fresh_token
from sim_core.errors import Denied
from sim_core.ids import new_id
from sim_core.store.vault import Vault

INSTANCE = "instance"
"""Owner of what belongs to nobody in particular, in the vault."""
SHAPE = "tkt_"
ADD = """
INSERT INTO ceremony (id, kind, digest, user_id, facts, expires_at) VALUES ($1, $2, $3, $4, $5, now() + $6::interval)
"""
TAKE = "DELETE FROM ceremony WHERE digest = $1 AND kind = $2 AND expires_at > now() RETURNING id, facts"
LOOK = "SELECT id, facts FROM ceremony WHERE digest = $1 AND kind = $2 AND expires_at > now()"
SWEEP = "DELETE FROM ceremony WHERE expires_at < now()"
T = TypeVar("T", bound=Struct)


async def begin(
    vault: Vault, kind: str, facts: Any, *, user_id: str | None = None, minutes: float = 10, ticket: str = ""
) -> str:
    """Remember facts until the browser is back; the ticket that it has to bring."""
    id, ticket = new_id(), ticket or fresh_token(SHAPE)
    sealed = await vault.seal(INSTANCE, _place(id), msgspec.json.encode(facts))
    await vault.store.execute(ADD, id, kind, digest_of(ticket), user_id, sealed, timedelta(minutes=minutes))
    return ticket


async def finish(vault: Vault, kind: str, ticket: str, facts: type[T]) -> T:
    """What was remembered under a ticket, which is used up; raises `Denied` for one that is unknown, used or late."""
    return await _read(vault, TAKE, kind, ticket, facts)


async def look(vault: Vault, kind: str, ticket: str, facts: type[T]) -> T:
    """What was remembered under a ticket, which stays good."""
    return await _read(vault, LOOK, kind, ticket, facts)


async def sweep_ceremonies(vault: Vault) -> None:
    """Drop what was never finished."""
    await vault.store.execute(SWEEP)


async def _read(vault: Vault, query: str, kind: str, ticket: str, facts: type[T]) -> T:
    row = await vault.store.row(query, digest_of(ticket), kind)
    if row is None:
        raise Denied("This was begun too long ago, or finished already; begin again.", code="ticket")
    return msgspec.json.decode(await vault.open(_place(row["id"]), row["facts"]), type=facts)


def _place(id: str) -> str:
    return f"ceremony/facts/{id}"
