"""Asking again with less, when a vendor refuses a wish that the answer can do without."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TypeAlias

from sim_core.errors import Refused
from sim_core.models.dialects.sdk import Told
from sim_core.spec.prompts import Delta

Send: TypeAlias = Callable[[Told], AsyncGenerator[Delta, None]]
Ease: TypeAlias = Callable[[Told, str], bool]
"""Takes one wish out of a request, when the words of a refusal name it; whether it did."""


async def eased(asked: Told, send: Send, ease: Ease) -> AsyncGenerator[Delta, None]:
    """The answer to a request, or to what is left of it once the vendor takes it."""
    while True:
        begun = False
        try:
            async with aclosing(send(asked)) as deltas:
                async for delta in deltas:
                    begun = True
                    yield delta
            return
        except Refused as error:
            if begun or error.http_status not in (400, 422) or not ease(asked, error.message.lower()):
                raise


def drop(asked: Told, words: str, names: tuple[str, ...]) -> bool:
    """Drop the first of these fields that the words name."""
    for name in names:
        if name in asked and name in words:
            del asked[name]
            return True
    return False
