"""Passkeys (WebAuthn): made by a person's device for this site alone, and shown instead of a password."""

import asyncio
import importlib
import ipaddress
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit
from uuid import UUID

from msgspec import Struct

from sim_core.accounts import ceremonies
from sim_core.accounts.people import Person
from sim_core.errors import Conflict, Denied, Missing
from sim_core.ids import new_id
from sim_core.store.pool import Store
from sim_core.store.vault import Vault
from sim_core.store.wire import Row

if TYPE_CHECKING:
    from sim_core.accounts.authenticators import Site

MOST = 25
"""Passkeys of one person."""
MAKE, SHOW = "passkey_make", "passkey_show"
COLUMNS = "id, user_id, credential_id, public_key, uses, name, aaguid, transports, backed_up, created_at, used_at"
ADD = f"""
INSERT INTO passkey (id, user_id, credential_id, public_key, uses, name, aaguid, transports, backed_up, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, now()) ON CONFLICT (credential_id) DO NOTHING RETURNING {COLUMNS}
"""
LIST = f"SELECT {COLUMNS} FROM passkey WHERE user_id = $1 ORDER BY id"
FIND = f"SELECT {COLUMNS} FROM passkey WHERE credential_id = $1"
# Whoever counts, counts up: a copy of a key shows itself by a count that was seen before.
USE = """
UPDATE passkey SET uses = $2, used_at = now(), backed_up = $3
WHERE id = $1 AND (uses < $2 OR (uses = 0 AND $2 = 0))
"""
RENAME = "UPDATE passkey SET name = $3 WHERE id = $1 AND user_id = $2"
DELETE = "DELETE FROM passkey WHERE id = $1 AND user_id = $2"


class Passkey(Struct, frozen=True, kw_only=True):
    """A passkey as its owner sees it."""

    id: str
    name: str
    backed_up: bool
    """Whether an account keeps it on several devices; otherwise it is on one alone."""
    aaguid: str
    """Make of the device or the program that keeps it."""
    created_at: datetime
    used_at: datetime | None


class Asked(Struct, frozen=True, kw_only=True):
    """What a browser was asked to sign."""

    challenge: str
    user_id: str = ""


class Passkeys:
    """The passkeys of a site."""

    def __init__(self, vault: Vault, *, url: str) -> None:
        self.vault = vault
        self.origin, self._name = place_of(url)
        self._site: Site | None = None

    async def ask_to_make(self, person: Person) -> tuple[str, dict[str, Any]]:
        """A ticket, and what `navigator.credentials.create` takes; raises `Conflict` for one passkey too many."""
        known = [row["credential_id"] for row in await self.vault.store.rows(LIST, person.id)]
        if len(known) >= MOST:
            raise Conflict(f"There are {MOST} passkeys already; remove one first.", code="too_many_passkeys")
        site, user = await self._ready(), UUID(person.id).bytes
        challenge, options = site.options_to_make(user=user, email=person.email, name=person.name, known=known)
        asked = Asked(challenge=challenge, user_id=person.id)
        return await ceremonies.begin(self.vault, MAKE, asked, user_id=person.id), options

    async def make(self, user_id: str, *, ticket: str, answer: Mapping[str, Any], name: str) -> Passkey:
        """Keep the passkey that a browser made; raises `Denied` for an answer that does not fit what was asked."""
        asked = await ceremonies.finish(self.vault, MAKE, ticket, Asked)
        if asked.user_id != user_id:
            raise Denied("Somebody else began this; begin again.", code="ticket")
        made = (await self._ready()).made(asked.challenge, answer)
        key = (made.credential_id, made.public_key, made.counter)
        facts = (name, made.aaguid, made.transports, made.backed_up)
        row = await self.vault.store.row(ADD, new_id(), user_id, *key, *facts)
        if row is None:
            raise Conflict("This passkey is known already.", code="passkey_known")
        return _passkey(row)

    async def ask_to_show(self) -> tuple[str, dict[str, Any]]:
        """A ticket, and what `navigator.credentials.get` takes: any passkey that the device has for this site."""
        challenge, options = (await self._ready()).options_to_show()
        return await ceremonies.begin(self.vault, SHOW, Asked(challenge=challenge)), options

    async def shown(self, *, ticket: str, answer: Mapping[str, Any]) -> str:
        """The id of the person whose passkey was shown; raises `Denied` for anything that does not prove it."""
        site = await self._ready()
        asked = await ceremonies.finish(self.vault, SHOW, ticket, Asked)
        row = await self.vault.store.row(FIND, site.id_of(answer))
        if row is None:
            raise site.refusal()
        shown = site.shown(asked.challenge, answer, public_key=row["public_key"])
        if shown.user_handle not in (b"", UUID(row["user_id"]).bytes):
            raise site.refusal()
        if not await self.vault.store.execute(USE, row["id"], shown.counter, shown.backed_up):
            words = "This passkey counts backwards: it may have been copied. Sign in otherwise, and remove it."
            raise Denied(words, code="passkey_copy")
        return row["user_id"]

    async def _ready(self) -> "Site":
        if self._site is None:
            loaded = await asyncio.to_thread(importlib.import_module, "sim_core.accounts.authenticators")
            self._site = loaded.Site(self._name, self.origin)
        return cast("Site", self._site)


async def list_passkeys(store: Store, user_id: str) -> tuple[Passkey, ...]:
    """A person's passkeys, the oldest first."""
    return tuple(_passkey(row) for row in await store.rows(LIST, user_id))


async def rename_passkey(store: Store, user_id: str, passkey_id: str, name: str) -> None:
    """Call a passkey otherwise; raises `Missing`."""
    if not await store.execute(RENAME, passkey_id, user_id, name):
        raise Missing(f"There is no passkey {passkey_id!r}.")


async def remove_passkey(store: Store, user_id: str, passkey_id: str) -> None:
    """Take a passkey no longer; raises `Missing`."""
    if not await store.execute(DELETE, passkey_id, user_id):
        raise Missing(f"There is no passkey {passkey_id!r}.")


def place_of(url: str) -> tuple[str, str]:
    """The origin at which passkeys work, and the name they are for: `localhost` in place of its numbers.

    Browsers make no passkeys for addresses of numbers.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "localhost").lower()
    try:
        if ipaddress.ip_address(host).is_loopback:
            host = "localhost"
    except ValueError:
        pass
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    port = "" if parts.port in (None, usual) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}", host


def _passkey(row: Row) -> Passkey:
    return Passkey(**{name: row[name] for name in Passkey.__struct_fields__})
