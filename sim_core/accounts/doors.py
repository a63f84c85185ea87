"""The one door: whatever somebody comes with, a key or a session, tells who they are."""

from sim_core.accounts.actors import Actor
from sim_core.accounts.keys import authenticate as by_key
from sim_core.accounts.sessions import SHAPE, Lifetimes, authenticate_session
from sim_core.store.pool import Store


async def authenticate(store: Store, text: str, lifetimes: Lifetimes | None = None, *, address: str = "") -> Actor:
    """Who an API key or a session's token speaks for; raises `Anonymous`."""
    if text.startswith(SHAPE):
        return await authenticate_session(store, text, lifetimes or Lifetimes(), address=address)
    return await by_key(store, text)
