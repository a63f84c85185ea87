"""Which person another provider's person is."""

from sim_core.accounts import invitations, people
from sim_core.accounts.oidc import Stranger
from sim_core.accounts.signing_in import Reception
from sim_core.errors import Conflict, Denied
from sim_core.ids import new_id
from sim_core.store.pool import Store

FIND = "UPDATE identity SET used_at = now(), email = $3 WHERE provider = $1 AND subject = $2 RETURNING user_id"
ADD = """
INSERT INTO identity (id, user_id, provider, subject, email, created_at, used_at)
VALUES ($1, $2, $3, $4, $5, now(), now()) ON CONFLICT (provider, subject) DO NOTHING
"""


async def link(store: Store, stranger: Stranger, user_id: str) -> None:
    """Let a person sign in by another provider from now on; raises `Conflict` when somebody else does."""
    added = await store.execute(ADD, new_id(), user_id, stranger.provider, stranger.subject, stranger.email)
    if not added and await store.value(FIND, stranger.provider, stranger.subject, stranger.email) != user_id:
        raise Conflict("Somebody else here signs in as that person.", code="identity_taken")


async def arrive(reception: Reception, stranger: Stranger, *, invitation: str = "") -> str:
    """The id of the person that a stranger is: known, linked by a verified address, or new where that is allowed."""
    store = reception.store
    known: str | None = await store.value(FIND, stranger.provider, stranger.subject, stranger.email)
    if known is not None:
        await _check(reception, known)
        return known
    if not stranger.is_verified:
        raise Denied("The provider has not verified your address; sign in otherwise.", code="email_unverified")
    email = people.folded(stranger.email)
    person = await people.by_email(store, email)
    user_id = person.id if person else await _enter(reception, email, stranger.name, invitation)
    await _check(reception, user_id)
    await link(store, stranger, user_id)
    return user_id


async def _enter(reception: Reception, email: str, name: str, invitation: str) -> str:
    store = reception.store
    name = name or email.partition("@")[0]
    if await people.is_unclaimed(store) and (mine := await people.claim(store, email=email, name=name, password=None)):
        return mine
    found = await invitations.find(store, invitation) if invitation else None
    invited = found is not None and found.email == email
    reception.admission.check(email, invited=invited)
    user_id = await people.enter(store, email=email, name=name, password=None, home=not invited)
    if found is not None and invited:
        await invitations.accept(store, found, user_id=user_id, email=email)
    return user_id


async def _check(reception: Reception, user_id: str) -> None:
    person = await people.by_id(reception.store, user_id)
    if person.disabled_at is not None:
        raise Denied("This account is disabled; ask whoever runs this instance.", code="disabled")
    if person.delete_after is not None:
        await people.restore(reception.store, user_id)
