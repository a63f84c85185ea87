"""Codes that are sent by mail: short enough to type, good for a few tries and some minutes."""

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Literal, TypeAlias

from sim_core.errors import Denied
from sim_core.ids import new_id
from sim_core.store.pool import Store

Purpose: TypeAlias = Literal["verify", "login", "reset", "email"]
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
LENGTH, TRIES = 8, 5
GOOD_FOR = timedelta(minutes=15)
ADD = """
INSERT INTO code (id, email, purpose, digest, tries, created_at, expires_at)
VALUES ($1, $2, $3, $4, 0, now(), now() + $5::interval)
"""
RETIRE = "UPDATE code SET used_at = now() WHERE email = $1 AND purpose = $2 AND used_at IS NULL"
TRY = """
UPDATE code SET tries = tries + 1 WHERE id = (
  SELECT id FROM code WHERE email = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > now() AND tries < $3
  ORDER BY id DESC LIMIT 1
) AND tries < $3 RETURNING id, digest
"""
USE = "UPDATE code SET used_at = now() WHERE id = $1 AND used_at IS NULL"
SWEEP = "DELETE FROM code WHERE expires_at < now() - interval '1 day'"


class Codes:
    """Makes codes and takes them back; what is stored tells nothing without the instance's secret."""

    def __init__(self, store: Store, secret: str) -> None:
        self._store = store
        self._secret = hashlib.sha256(b"sim codes\0" + secret.encode()).digest()

    async def make(self, email: str, purpose: Purpose) -> str:
        """A fresh code for an address; earlier ones for the same purpose are void."""
        id, code = new_id(), "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
        async with self._store.transaction():
            await self._store.execute(RETIRE, email, purpose)
            await self._store.execute(ADD, id, email, purpose, self._digest(id, code), GOOD_FOR)
        return f"{code[:4]}-{code[4:]}"

    async def redeem(self, email: str, purpose: Purpose, code: str) -> None:
        """Use a code up; raises `Denied` for a wrong, late or used one, and after five tries for any."""
        row = await self._store.row(TRY, email, purpose, TRIES)
        given = "".join(letter for letter in code.upper() if letter in LETTERS)
        fits = row is not None and hmac.compare_digest(row["digest"], self._digest(row["id"], given))
        if row is None or not fits or not await self._store.execute(USE, row["id"]):
            raise Denied("The code is wrong, or no longer good; ask for another.", code="wrong_code")

    async def sweep(self) -> None:
        """Drop codes of yesterday."""
        await self._store.execute(SWEEP)

    def _digest(self, id: str, code: str) -> str:
        return hmac.new(self._secret, f"{id}\0{code}".encode(), hashlib.sha256).hexdigest()
