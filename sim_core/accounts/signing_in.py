"""Signing in and up: what a person shows, what is asked of them next, and what it costs whoever only guesses."""

from msgspec import Struct

from sim_core.accounts import ceremonies, people, totp
from sim_core.accounts.codes import Codes, Purpose
from sim_core.accounts.limits import Allowance, Limits
from sim_core.accounts.mail import Post
from sim_core.accounts.passwords import Passwords, check_password, is_outdated
from sim_core.accounts.people import Admission, Person
from sim_core.accounts.sessions import revoke_sessions
from sim_core.errors import Denied
from sim_core.store.vault import Vault

PAIR = Allowance(10, 60.0)
"""Tries for one account from one address."""
ACCOUNT = Allowance(60, 60.0)
"""Tries for one account from everywhere: more than one person needs, fewer than a guesser wants."""
ADDRESS = Allowance(60, 10.0)
"""Tries from one address, for whatever account."""
MAILS = Allowance(5, 600.0)
"""Mails to one address."""
WRONG = "The address or the password is wrong."


class PendingSignUp(Struct, frozen=True, kw_only=True):
    """Somebody who has yet to prove their address."""

    email: str
    name: str
    password: str


class PendingFactor(Struct, frozen=True, kw_only=True):
    """Somebody who has yet to show their second factor."""

    user_id: str
    way: str


class Step(Struct, frozen=True, kw_only=True):
    """How far somebody has come: in, or to the next thing to be shown."""

    user_id: str = ""
    way: str = ""
    ticket: str = ""
    wants: str = ""
    """`code` that was sent by mail, or `second_factor`; empty when nothing is missing."""


class Reception:
    """Where people arrive."""

    def __init__(
        self, vault: Vault, *, codes: Codes, limits: Limits, post: Post, admission: Admission, url: str
    ) -> None:
        self.store = vault.store
        self.vault = vault
        self.codes = codes
        self.limits = limits
        self.post = post
        self.admission = admission
        self.passwords = Passwords()
        self.url = url.rstrip("/")

    async def sign_up(self, *, email: str, name: str, password: str, address: str, invited: bool = False) -> Step:
        """Begin an account; the instance's first person, and whoever was invited, is in at once."""
        await self.limits.take(f"up:{address}", ADDRESS)
        check_password(password, email=email)
        if await people.is_unclaimed(self.store):
            hashed = await self.passwords.hash(password)
            if user_id := await people.claim(self.store, email=email, name=name, password=hashed):
                return Step(user_id=user_id, way="password")
        self.admission.check(email, invited=invited)
        hashed = await self.passwords.hash(password)
        if invited:
            user_id = await people.enter(self.store, email=email, name=name, password=hashed, home=False)
            return Step(user_id=user_id, way="password")
        await self.limits.take(f"mail:{email}", MAILS, words="Too many mails to this address")
        known = await people.by_email(self.store, email)
        code = await self.codes.make(email, "verify")
        pending = PendingSignUp(email=email, name=name, password=hashed)
        ticket = await ceremonies.begin(self.vault, "sign_up", pending, minutes=15)
        if known is None:
            link = f"{self.url}/verify?ticket={ticket}&code={code}"
            self._mail(email, "Your code for Sim", f"Your code is {code}. Or open this link:\n{link}")
        else:
            self._mail(
                email, "You have an account at Sim", f"Somebody tried to make one anew. Sign in: {self.url}/login"
            )
        return Step(ticket=ticket, wants="code")

    async def verify(self, ticket: str, code: str) -> Step:
        """Finish an account with the code that was sent to its address."""
        pending = await ceremonies.look(self.vault, "sign_up", ticket, PendingSignUp)
        await self.codes.redeem(pending.email, "verify", code)
        await ceremonies.finish(self.vault, "sign_up", ticket, PendingSignUp)
        facts = {"email": pending.email, "name": pending.name, "password": pending.password}
        return Step(user_id=await people.enter(self.store, home=True, **facts), way="password")

    async def sign_in(self, *, email: str, password: str, address: str, restore: bool = False) -> Step:
        """In with a password; an unknown address takes as long as a wrong password, and is answered the same."""
        pair = f"in:{email}:{address}"
        await self.limits.take(f"from:{address}", ADDRESS)
        await self.limits.take(pair, PAIR)
        await self.limits.take(f"in:{email}", ACCOUNT)
        person = await people.by_email(self.store, email)
        fits = await self.passwords.fits(password, person.password if person else None)
        if person is None or not fits:
            raise Denied(WRONG, code="wrong_password")
        await self.limits.forget(pair, f"in:{email}")
        await self._check_alive(person, restore=restore)
        if person.password and is_outdated(person.password):
            await people.set_password(self.store, person.id, await self.passwords.hash(password))
        return await self._second(person, "password")

    async def send_code(self, email: str, purpose: Purpose, *, address: str) -> None:
        """Send a code to whoever has an account with that address; it looks and takes the same when nobody has."""
        await self.limits.take(f"code:{address}", ADDRESS)
        await self.limits.take(f"mail:{email}", MAILS, words="Too many mails to this address")
        person = await people.by_email(self.store, email)
        code = await self.codes.make(email, purpose)
        if person is None or person.disabled_at is not None:
            return
        path = "reset" if purpose == "reset" else "login/code"
        link = f"{self.url}/{path}?email={email}&code={code}"
        subject = "Set a new password for Sim" if purpose == "reset" else "Your code for Sim"
        self._mail(email, subject, f"Your code is {code}. Or open this link:\n{link}")

    async def sign_in_with_code(self, *, email: str, code: str, address: str, restore: bool = False) -> Step:
        """In with a code that was sent by mail."""
        person = await self._redeemed(email, "login", code, address)
        await self._check_alive(person, restore=restore)
        return await self._second(person, "code")

    async def reset(self, *, email: str, code: str, password: str, address: str) -> Person:
        """Set a password with a code that was sent by mail; every session ends."""
        check_password(password, email=email)
        person = await self._redeemed(email, "reset", code, address)
        hashed = await self.passwords.hash(password)
        async with self.store.transaction():
            await people.set_password(self.store, person.id, hashed)
            await revoke_sessions(self.store, person.id)
        await self.limits.forget(f"in:{email}")
        self._mail(email, "Your password was changed", "Your password for Sim was changed, and all sessions ended.")
        return person

    async def second_factor(self, ticket: str, code: str) -> Step:
        """Go on with a code of the authenticator app, or one of the recovery codes."""
        pending = await ceremonies.look(self.vault, "second_factor", ticket, PendingFactor)
        await self.limits.take(f"totp:{pending.user_id}", PAIR)
        await totp.check(self.vault, pending.user_id, code)
        await ceremonies.finish(self.vault, "second_factor", ticket, PendingFactor)
        await self.limits.forget(f"totp:{pending.user_id}")
        return Step(user_id=pending.user_id, way=pending.way)

    async def arrive(self, user_id: str, way: str, *, restore: bool = False) -> Step:
        """In, by something that takes no second factor."""
        await self._check_alive(await people.by_id(self.store, user_id), restore=restore)
        return Step(user_id=user_id, way=way)

    async def limit_tries(self, address: str) -> None:
        """Raise `Limited` when too much was tried from an address."""
        await self.limits.take(f"from:{address}", ADDRESS)

    async def confirm(self, user_id: str, *, password: str = "", code: str = "") -> None:
        """Have somebody who is in prove again who they are; raises `Denied`."""
        await self.limits.take(f"confirm:{user_id}", PAIR)
        if code:
            await totp.check(self.vault, user_id, code)
        else:
            person = await people.by_id(self.store, user_id)
            if not await self.passwords.fits(password, person.password):
                raise Denied("The password is wrong.", code="wrong_password")
        await self.limits.forget(f"confirm:{user_id}")

    async def change_password(self, user_id: str, *, password: str, session_id: str | None) -> None:
        """Set a password; every other session ends."""
        person = await people.by_id(self.store, user_id)
        check_password(password, email=person.email)
        hashed = await self.passwords.hash(password)
        async with self.store.transaction():
            await people.set_password(self.store, user_id, hashed)
            await revoke_sessions(self.store, user_id, but=session_id)
        self._mail(person.email, "Your password was changed", "Your password for Sim was changed.")

    async def prove_email(self, user_id: str, email: str) -> None:
        """Send a code to the address that a person wants to have."""
        await self.limits.take(f"mail:{email}", MAILS, words="Too many mails to this address")
        code = await self.codes.make(f"{user_id} {email}", "email")
        self._mail(email, "Your code for Sim", f"Your code is {code}.")

    async def _redeemed(self, email: str, purpose: Purpose, code: str, address: str) -> Person:
        await self.limits.take(f"from:{address}", ADDRESS)
        await self.codes.redeem(email, purpose, code)
        person = await people.by_email(self.store, email)
        if person is None:
            raise Denied("The code is wrong, or no longer good; ask for another.", code="wrong_code")
        return person

    async def _second(self, person: Person, way: str) -> Step:
        if not person.has_second_factor:
            return Step(user_id=person.id, way=way)
        pending = PendingFactor(user_id=person.id, way=way)
        ticket = await ceremonies.begin(self.vault, "second_factor", pending, user_id=person.id)
        return Step(ticket=ticket, wants="second_factor")

    async def _check_alive(self, person: Person, *, restore: bool) -> None:
        if person.disabled_at is not None:
            raise Denied("This account is disabled; ask whoever runs this instance.", code="disabled")
        if person.delete_after is not None and not restore:
            raise Denied("This account is about to be deleted; sign in with `restore` to keep it.", code="deleting")
        if person.delete_after is not None:
            await people.restore(self.store, person.id)

    def _mail(self, email: str, subject: str, text: str) -> None:
        self.post.put(email, subject, f"{text}\n\nIf this was not you, you need do nothing.\n{self.url}\n")
