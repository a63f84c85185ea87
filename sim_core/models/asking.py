"""One request to a model, tried again while nothing of its answer has come."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from msgspec import Struct

from sim_core.errors import Expired, Refused, SimError, Unreachable
from sim_core.models.hearing import Hearing
from sim_core.spec.prompts import Delta, Prompt, Text, Thinking
from sim_core.spec.providers import Client, Model, Provider

Emit: TypeAlias = Callable[[Delta], Awaitable[None]]

PASSING = (408, 409, 425, 429, 500, 502, 503, 504, 529)
"""Statuses that a later try may not see."""


class Route(Struct, frozen=True, kw_only=True):
    """A model and the way to it; with several keys there are several clients, tried in turn."""

    provider: Provider
    model: Model
    clients: tuple[Client, ...]

    @property
    def name(self) -> str:
        """The model's name with its vendor's."""
        return f"{self.provider.id}/{self.model.id}"


class Patience(Struct, frozen=True, kw_only=True):
    """How often a request is tried, and how long it waits in between."""

    tries: int = 3
    first_wait_s: float = 0.5
    longest_wait_s: float = 30.0
    """A vendor that asks for more is left at once: a fallback may take over, or the person hears it now."""


async def ask_once(route: Route, prompt: Prompt, *, emit: Emit | None, patience: Patience) -> Hearing:
    """An answer heard to its end; raises what the last try failed with."""
    for attempt in range(patience.tries):
        heard = Hearing()
        client = route.clients[attempt % len(route.clients)]
        try:
            await _listen(route, prompt, client, heard, emit)
            return heard
        except SimError as error:
            if isinstance(error, Unreachable):
                error.partial = heard.text
            wait = _wait(error, attempt, patience)
            if heard.first is not None or wait is None or attempt + 1 == patience.tries:
                raise
            if _other_key_helps(error) and len(route.clients) > 1:
                wait = 0.0
            await asyncio.sleep(wait)
    raise Unreachable(f"{route.name} was not tried")


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


def _other_key_helps(error: SimError) -> bool:
    return isinstance(error, Refused) and error.http_status == 429
