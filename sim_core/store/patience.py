"""Waiting for a database that is away: what a run asks of it is asked again until it is there."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sim_core.errors import Unreachable

FIRST_S, LONGEST_S = 0.05, 1.0

T = TypeVar("T")


async def patiently(ask: Callable[[], Awaitable[T]]) -> T:
    """What `ask` gives, as soon as the database answers; only for what may be asked twice.

    It waits for as long as it takes, as the journal does: the deadline of a run, or whoever stops it, ends the wait.
    """
    wait = FIRST_S
    while True:
        try:
            return await ask()
        except Unreachable as error:
            if error.reason != "database":
                raise
        await asyncio.sleep(wait)
        wait = min(wait * 2, LONGEST_S)
