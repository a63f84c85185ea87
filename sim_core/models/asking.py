"""One request to a model, tried again while nothing of its answer has come."""

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from msgspec import Struct

from sim_core.errors import Expired, Refused, SimError, Unreachable
from sim_core.models.hearing import Hearing
from sim_core.models.resting import Rests, rest_after
from sim_core.spec.prompts import Delta, Prompt, Text, Thinking
from sim_core.spec.providers import Client, Model, Provider

Emit: TypeAlias = Callable[[Delta], Awaitable[None]]

PASSING = (408, 409, 425, 429, 500, 502, 503, 504, 529)
"""Statuses that a later try may not see."""


class Route(Struct, frozen=True, kw_only=True):
    """A model and the way to it; with several keys there are several clients, asked in turn."""

    provider: Provider
    model: Model
    clients: tuple[Client, ...]
    keys: tuple[str, ...] = ()
    """What tells each client's key from all others."""
    rests: Rests | None = None

    @property
    def name(self) -> str:
        """The model's name with its vendor's."""
        return f"{self.provider.id}/{self.model.id}"

    async def order(self) -> tuple[deque[int], frozenset[int]]:
        """Which clients are asked, one after the other, and which of them were refused before.

        Those whose keys rest are left out, and when all rest the one whose rest ends first is asked. An only key is
        always asked.
        """
        if not self.keys or self.rests is None:
            return deque(range(len(self.clients))), frozenset()
        left = await self.rests.left(self.keys)
        known = frozenset(at for at, key in enumerate(self.keys) if key in left)
        awake = [at for at, key in enumerate(self.keys) if left.get(key, 0.0) <= 0]
        soonest = min(range(len(self.keys)), key=lambda at: left.get(self.keys[at], 0.0))
        return deque(awake or [soonest]), known


class Patience(Struct, frozen=True, kw_only=True):
    """How often a request is tried, and how long it waits in between."""

    tries: int = 3
    first_wait_s: float = 0.5
    longest_wait_s: float = 30.0
    """A vendor that asks for more is left at once: a fallback may take over, or the person hears it now."""


async def ask_once(route: Route, prompt: Prompt, *, emit: Emit | None, patience: Patience) -> Hearing:
    """An answer heard to its end; raises what the last try failed with.

    A key that is refused rests, and the next one is asked at once, which does not count as a try.
    """
    waiting, known = await route.order()
    refused = set(known)
    attempt = 0
    while True:
        heard, at = Hearing(), waiting[0]
        try:
            await _listen(route, prompt, route.clients[at], heard, emit)
            await _was_good(route, at, refused_before=at in refused)
            return heard
        except SimError as error:
            if isinstance(error, Unreachable):
                error.partial = heard.text
            if heard.first is not None:
                raise
            if await _goes_to_rest(route, at, error):
                refused.add(at)
                if len(waiting) > 1:
                    waiting.popleft()
                    continue
            wait = _wait(error, attempt, patience)
            attempt += 1
            if wait is None or attempt >= patience.tries:
                raise
            waiting.rotate(-1)
            await asyncio.sleep(wait)


async def _was_good(route: Route, at: int, *, refused_before: bool) -> None:
    if route.rests is None or not route.keys:
        return
    if refused_before:
        await route.rests.accepted(route.keys[at])
    await route.rests.used(route.keys[at])


async def _goes_to_rest(route: Route, at: int, error: SimError) -> bool:
    rest = rest_after(error)
    if rest is None or route.rests is None or not route.keys:
        return False
    await route.rests.refused(route.keys[at], rest)
    return True


async def _listen(route: Route, prompt: Prompt, client: Client, heard: Hearing, emit: Emit | None) -> None:
    deltas: Any = route.provider.dialect(prompt, route.model, client)
    try:
        async for delta in deltas:
            heard.take(delta)
            if emit is not None and isinstance(delta, Text | Thinking) and delta.text:
                await emit(delta)
    finally:
        if close := getattr(deltas, "aclose", None):
            await close()


def _wait(error: SimError, attempt: int, patience: Patience) -> float | None:
    """Seconds until the next try; `None` when there should be none."""
    if isinstance(error, Expired) or not isinstance(error, Refused) or error.reason == "quota":
        return None
    passing = isinstance(error, Unreachable) or error.http_status in PASSING
    if not passing:
        return None
    if error.retry_after is not None:
        return error.retry_after if error.retry_after <= patience.longest_wait_s else None
    return min(patience.first_wait_s * 2**attempt * random.uniform(0.75, 1.25), patience.longest_wait_s)
