"""Passwords: hashed with argon2id away from the event loop, a few at a time."""

import asyncio
import os

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from sim_core.errors import Invalid, Problem

SHORTEST, LONGEST = 10, 256
AT_ONCE = max(1, min(4, os.cpu_count() or 1))
COMMON = frozenset(("password", "qwertyuiop", "1234567890", "0123456789", "1q2w3e4r5t", "letmein", "iloveyou", "sim"))

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Hash of a text that nobody knows, so that an address without an account costs as much as one with it.
_NOBODY = _hasher.hash(os.urandom(32))


class Passwords:
    """Hashes and compares; each takes 19 MB and some 20 ms, so only a few run at once."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._at_once = at_once
        self._turns: asyncio.Semaphore | None = None

    async def hash(self, password: str) -> str:
        """A password as it may be stored."""
        async with self._turn():
            return await asyncio.to_thread(_hasher.hash, password.encode("utf-8", "surrogatepass"))

    async def fits(self, password: str, stored: str | None) -> bool:
        """Whether it is the password; without a stored one it takes just as long, and is not."""
        async with self._turn():
            matched = await asyncio.to_thread(_fits, password, stored or _NOBODY)
        return matched and stored is not None

    def _turn(self) -> asyncio.Semaphore:
        if self._turns is None:
            self._turns = asyncio.Semaphore(self._at_once)
        return self._turns


def is_outdated(stored: str) -> bool:
    """Whether a password should be hashed anew, with the cost of today."""
    return _hasher.check_needs_rehash(stored)


def check_password(password: str, *, email: str = "") -> None:
    """Raise `Invalid` for a password that is too easily guessed."""
    lowered = password.casefold()
    name = email.partition("@")[0].casefold()
    if not SHORTEST <= len(password) <= LONGEST:
        words = f"A password has {SHORTEST} to {LONGEST} characters"
    elif len(set(lowered)) < 5 or lowered.strip("0123456789!.?@#$ ") in COMMON or lowered in COMMON:
        words = "This password is too easily guessed"
    elif len(name) > 3 and name in lowered and len(lowered) - len(name) < 6:
        words = "A password is not the address"
    else:
        return
    raise Invalid(words, problems=[Problem(code="weak_password", message=words, pointer="/password")])


def _fits(password: str, stored: str) -> bool:
    try:
        return _hasher.verify(stored, password.encode("utf-8", "surrogatepass"))
    except (VerificationError, InvalidHashError):
        return False
