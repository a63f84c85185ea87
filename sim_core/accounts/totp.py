"""The second factor: codes of an authenticator app, and recovery codes for the day the phone is gone."""

import hashlib
import secrets
import time

import msgspec
from msgspec import Struct
from pyotp import random_base32
from pyotp.totp import TOTP

from sim_core.errors import Conflict, Denied
from sim_core.store.vault import Vault

STEP_S = 30
RECOVERY = 10
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
WRONG = "The code is wrong; codes change every 30 seconds and are good once."
READ = 'SELECT totp, totp_at FROM "user" WHERE id = $1 FOR UPDATE'
WRITE = 'UPDATE "user" SET totp = $2 WHERE id = $1'


class Factor(Struct, frozen=True, kw_only=True):
    """What is kept, sealed."""

    secret: str
    recovery: tuple[str, ...] = ()
    """Digests of the codes that are left."""
    last: int = 0
    """The last step whose code was used: none is good twice."""


class Enrolment(Struct, frozen=True, kw_only=True):
    """What an authenticator app takes, and the recovery codes; shown this once."""

    secret: str
    url: str
    """`otpauth://…`, usually shown as a QR code."""
    recovery_codes: tuple[str, ...]


async def enrol(vault: Vault, user_id: str, *, email: str) -> Enrolment:
    """Begin a second factor; it counts from its first right code on."""
    secret = random_base32()
    codes = tuple(
        "-".join("".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(2)) for _ in range(RECOVERY)
    )
    factor = Factor(secret=secret, recovery=tuple(_digest(code) for code in codes))
    async with vault.store.transaction() as connection:
        row = await connection.fetchrow(READ, user_id)
        if row is not None and row["totp_at"] is not None:
            raise Conflict("There is a second factor already; remove it first.", code="totp_exists")
        await connection.execute(WRITE, user_id, await _sealed(vault, user_id, factor))
    url = TOTP(secret).provisioning_uri(name=email, issuer_name="Sim")
    return Enrolment(secret=secret, url=url, recovery_codes=codes)


async def activate(vault: Vault, user_id: str, code: str) -> None:
    """Have the second factor asked for from now on; raises `Denied` for a wrong code."""
    await check(vault, user_id, code, recovery=False)
    await vault.store.execute('UPDATE "user" SET totp_at = now() WHERE id = $1', user_id)


async def remove(vault: Vault, user_id: str) -> None:
    """Ask for no second factor any more."""
    await vault.store.execute('UPDATE "user" SET totp = NULL, totp_at = NULL WHERE id = $1', user_id)


async def check(vault: Vault, user_id: str, code: str, *, recovery: bool = True) -> None:
    """Use a code up; raises `Denied` for one that is wrong or was used."""
    given = "".join(code.split()).lower()
    async with vault.store.transaction() as connection:
        row = await connection.fetchrow(READ, user_id)
        if row is None or row["totp"] is None:
            raise Denied(WRONG, code="wrong_code")
        factor = msgspec.json.decode(await vault.open(_place(user_id), row["totp"]), type=Factor)
        used = _used(factor, given, recovery=recovery)
        if used is None:
            raise Denied(WRONG, code="wrong_code")
        await connection.execute(WRITE, user_id, await _sealed(vault, user_id, used))


def _used(factor: Factor, given: str, *, recovery: bool) -> Factor | None:
    """The factor after a code was used; `None` when it does not fit."""
    now = int(time.time()) // STEP_S
    clock = TOTP(factor.secret)
    for step in (now - 1, now, now + 1):
        if step > factor.last and secrets.compare_digest(clock.generate_otp(step).encode(), given.encode()):
            return msgspec.structs.replace(factor, last=step)
    digest = _digest(given)
    if recovery and digest in factor.recovery:
        left = tuple(one for one in factor.recovery if one != digest)
        return msgspec.structs.replace(factor, recovery=left)
    return None


async def _sealed(vault: Vault, user_id: str, factor: Factor) -> bytes:
    return await vault.seal(user_id, _place(user_id), msgspec.json.encode(factor))


def _place(user_id: str) -> str:
    return f"user/totp/{user_id}"


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
