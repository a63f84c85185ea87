"""Who is asking, for which workspace, and whether the key may do it."""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence

from sim_core.accounts.actors import Actor, Scope, may
from sim_core.errors import Anonymous, Denied, Missing

REMEMBER_S = 2.0
MOST = 4096


class Door:
    """Lets keys and sessions in; an answer is kept for two seconds, so that a busy client costs no query a request."""

    def __init__(self, authenticate: Callable[[str, str], Awaitable[Actor]]) -> None:
        """Ask `authenticate`, with the token and the address it comes from, about what was not seen lately."""
        self._authenticate = authenticate
        self._known: OrderedDict[bytes, tuple[float, Actor]] = OrderedDict()
        self._changes = 0

    async def actor(self, headers: Mapping[str, str]) -> Actor:
        """Who holds the key of a request; raises `Anonymous`."""
        return await self.enter(key_of(headers))

    async def enter(self, token: str, *, address: str = "") -> Actor:
        """Who holds a key or a session's token; raises `Anonymous`."""
        digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        known = self._known.get(digest)
        now = time.monotonic()
        if known and now - known[0] < REMEMBER_S:
            return known[1]
        self._known.pop(digest, None)
        changes = self._changes
        actor = await self._authenticate(token, address)
        if changes == self._changes:  # an answer from before a change must not outlive it
            self._known[digest] = (now, actor)
        while len(self._known) > MOST:
            self._known.popitem(last=False)
        return actor

    def forget(self, user_id: str | None = None) -> None:
        """Ask again, about one person or everybody: rights have changed."""
        self._changes += 1
        for digest, (_, actor) in tuple(self._known.items()):
            if user_id in (None, "*", actor.user_id):
                del self._known[digest]


def key_of(headers: Mapping[str, str]) -> str:
    """The key that a request carries; raises `Anonymous`."""
    key = headers.get("x-api-key", "").strip()
    if not key:
        kind, _, rest = headers.get("authorization", "").partition(" ")
        key = rest.strip() if kind.lower() == "bearer" else ""
    if not key or len(key) > 512:
        raise Anonymous
    return key


def choose_workspace(actor: Actor, headers: Mapping[str, str]) -> str:
    """The workspace that a request is about: the one it names, else the key's first; one of others is `Missing`."""
    wanted = headers.get("x-workspace-id", "").strip()
    if wanted:
        if wanted not in actor.roles:
            raise Missing(f"There is no workspace {wanted[:80]!r}.")
        return wanted
    if not actor.roles:
        raise Denied("The key belongs to no workspace.", code="no_workspace")
    return next(iter(actor.roles))


def check_scope(actor: Actor, workspace_id: str, scopes: Sequence[Scope]) -> None:
    """Raises `Denied` unless the key and its owner's role allow one of these."""
    if not any(may(actor, workspace_id, scope) for scope in scopes):
        wanted = " or ".join(repr(scope) for scope in scopes)
        raise Denied(f"This takes the scope {wanted}, which the key or its owner's role lacks.", code="scope")
