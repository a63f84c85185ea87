"""Handing a newcomer what may be much, no faster than its line takes it: who comes in is not behind yet."""

import asyncio
from collections.abc import Iterable

from sim_realtime.session import Session

ROOMY = 256 * 1024
"""Bytes behind which a newcomer is waited for; well below what closes a connection."""
LOOK_S = 0.01


async def hand(session: Session, texts: Iterable[bytes]) -> bool:
    """Send texts one after the other; whether anything had to be waited for, so that others may have come between."""
    waited = False
    for text in texts:
        while session.connection.is_open and session.connection.behind > ROOMY:
            waited = True
            await asyncio.sleep(LOOK_S)
        session.connection.send(text)
    return waited
