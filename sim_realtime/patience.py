"""Waiting for a database that does not answer, instead of telling people about it."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from sim_core.errors import Missing, Refused, SimError

AGAIN_S = 0.25
"""Seconds between two tries."""


async def patiently(work: Callable[[], Coroutine[Any, Any, None]], holds: Callable[[], bool] = lambda: True) -> None:
    """Do it, however long the database does not answer, for as long as somebody wants it; raises what else is wrong."""
    while True:
        try:
            return await work()
        except Refused:
            if not holds():
                return None
            await asyncio.sleep(AGAIN_S)


async def forgiving(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Do what nobody waits for, however often it takes; a workflow that is gone needs nothing."""
    while True:
        try:
            return await work()
        except Missing:
            return None
        except SimError:
            await asyncio.sleep(AGAIN_S)
