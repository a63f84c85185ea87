"""The vault: what is secret is encrypted with a key of its owner, which is itself encrypted with the instance's key.

A sealed value is `version ‖ key id ‖ nonce ‖ ciphertext` (AES-256-GCM); the place it is kept at is authenticated with
it, so that a value moved to another row does not open.
"""

import hashlib
import os
from collections.abc import Callable, Sequence
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sim_core.errors import Fault, Invalid
from sim_core.ids import new_id
from sim_core.store.pool import Store

VERSION = 1
NONCE = 12
HEAD = 1 + 16 + NONCE
SHORTEST = 32
"""Characters that an encryption key has at least."""
ENTER = """
INSERT INTO data_key (id, owner, master, wrapped, created_at) VALUES ($1, $2, $3, $4, now())
ON CONFLICT (owner) DO NOTHING
"""
OF_OWNER = "SELECT id, owner, master, wrapped FROM data_key WHERE owner = $1"
BY_ID = "SELECT id, owner, master, wrapped FROM data_key WHERE id = $1"
OTHERS = "SELECT id, owner, master, wrapped FROM data_key WHERE master <> $1 FOR UPDATE"
REWRAP = "UPDATE data_key SET master = $2, wrapped = $3 WHERE id = $1"


class Vault:
    """Seals and opens values; holds the keys it has used."""

    def __init__(
        self,
        store: Store,
        encryption_key: str,
        *,
        earlier: Sequence[str] = (),
        again: Callable[[], Sequence[str]] | None = None,
    ) -> None:
        """`earlier` keys still open what they sealed; `again` reads the keys anew when one is met that is unknown."""
        self.store = store
        self._master = Master(encryption_key)
        self._masters = {one.id: one for one in (self._master, *map(Master, filter(None, earlier)))}
        self._again = again
        self._keys: dict[str, AESGCM] = {}
        self._of_owner: dict[str, str] = {}

    async def seal(self, owner: str, place: str, value: bytes) -> bytes:
        """A value as it may be stored at a place (`table/column/row id`) that belongs to a workspace or user."""
        key_id = self._of_owner.get(owner) or await self._own(owner)
        nonce = os.urandom(NONCE)
        sealed = self._keys[key_id].encrypt(nonce, value, place.encode())
        return bytes([VERSION]) + UUID(key_id).bytes + nonce + sealed

    async def open(self, place: str, sealed: bytes) -> bytes:
        """The value that was sealed for a place; raises `Fault` rather than give garbage."""
        if len(sealed) < HEAD or sealed[0] != VERSION:
            raise Fault("A stored secret is damaged", code="vault")
        key_id = str(UUID(bytes=sealed[1:17]))
        key = self._keys.get(key_id) or await self._fetch(key_id)
        try:
            return key.decrypt(sealed[17:HEAD], sealed[HEAD:], place.encode())
        except InvalidTag:
            raise Fault("A stored secret is damaged, or was moved from where it belongs", code="vault") from None

    async def rotate(self, old_key: str = "") -> int:
        """Encrypt all owners' keys anew that were encrypted with an earlier instance key; how many they were."""
        earlier = {**self._masters, **({old.id: old} if (old := Master(old_key) if old_key else None) else {})}
        async with self.store.transaction() as connection:
            rows = await connection.fetch(OTHERS, self._master.id)
            for row in rows:
                master = earlier.get(row["master"], self._master)
                raw = master.unwrap(row["id"], row["owner"], row["master"], row["wrapped"])
                wrapped = self._master.wrap(row["id"], row["owner"], raw)
                await connection.execute(REWRAP, row["id"], self._master.id, wrapped)
        return len(rows)

    def _of(self, id: str) -> "Master":
        """The instance key with an id; where it is not known, the keys may have been changed meanwhile."""
        if id not in self._masters and self._again is not None:
            found = [Master(key) for key in self._again() if key]
            self._masters |= {one.id: one for one in found}
            if found and id == found[0].id:
                self._master = found[0]
        return self._masters.get(id, self._master)

    async def _own(self, owner: str) -> str:
        row = await self.store.row(OF_OWNER, owner)
        if row is None:
            fresh = new_id()
            wrapped = self._master.wrap(fresh, owner, AESGCM.generate_key(256))
            await self.store.execute(ENTER, fresh, owner, self._master.id, wrapped)
            row = await self.store.row(OF_OWNER, owner)
        if row is None:
            raise Fault("The key of a workspace vanished", code="vault")
        key_id: str = row["id"]
        raw = self._of(row["master"]).unwrap(key_id, owner, row["master"], row["wrapped"])
        self._keys[key_id] = AESGCM(raw)
        self._of_owner[owner] = key_id
        return key_id

    async def _fetch(self, key_id: str) -> AESGCM:
        row = await self.store.row(BY_ID, key_id)
        if row is None:
            raise Fault("The key that a stored secret was encrypted with is gone", code="vault")
        master = self._of(row["master"])
        key = AESGCM(master.unwrap(key_id, row["owner"], row["master"], row["wrapped"]))
        self._keys[key_id] = key
        return key


class Master:
    """The instance's key, from `ENCRYPTION_KEY`."""

    def __init__(self, text: str) -> None:
        raw = _bytes(text)
        self.id = hashlib.sha256(b"sim master key id\0" + raw).hexdigest()[:16]
        self._key = AESGCM(raw)

    def wrap(self, key_id: str, owner: str, raw: bytes) -> bytes:
        """An owner's key as it may be stored."""
        nonce = os.urandom(NONCE)
        return nonce + self._key.encrypt(nonce, raw, f"data_key/{key_id}/{owner}".encode())

    def unwrap(self, key_id: str, owner: str, master: str, wrapped: bytes) -> bytes:
        """An owner's key as it was; raises `Invalid` when it was wrapped with another instance key."""
        if master != self.id:
            raise Invalid(
                "ENCRYPTION_KEY is not the key that the stored secrets were encrypted with: set it to the earlier one",
                code="wrong_encryption_key",
            )
        try:
            return self._key.decrypt(wrapped[:NONCE], wrapped[NONCE:], f"data_key/{key_id}/{owner}".encode())
        except InvalidTag:
            raise Fault("The key of a workspace is damaged", code="vault") from None


def _bytes(text: str) -> bytes:
    if len(text) < SHORTEST:
        raise Invalid(
            f"ENCRYPTION_KEY has {len(text)} characters; it needs {SHORTEST} or more (openssl rand -hex 32)",
            code="bad_setting",
        )
    try:
        raw = bytes.fromhex(text)
    except ValueError:
        raw = b""
    return raw if len(raw) == 32 else hashlib.sha256(b"sim master key\0" + text.encode()).digest()
