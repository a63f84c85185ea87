"""Handing a newcomer what may be much, no faster than its line takes it: who comes in is not behind yet."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence

from sim_realtime import protocol
from sim_realtime.session import Session

ROOMY = 256 * 1024
"""Bytes behind which a newcomer is waited for; well below what closes a connection."""
LOOK_S = 0.01
PIECE = 64 * 1024
"""Bytes of operations in one message; an operation that is larger goes alone."""


async def hand(session: Session, texts: Iterable[bytes]) -> bool:
    """Send texts one after the other; whether anything had to be waited for, so that others may have come between."""
    waited = False
    for text in texts:
        while session.connection.is_open and session.connection.behind > ROOMY:
            waited = True
            await asyncio.sleep(LOOK_S)
        session.connection.send(text)
    return waited


def told(workflow_id: str, ops: Sequence[protocol.Done]) -> Iterator[bytes]:
    """What was committed, in messages of moderate size."""
    page: list[protocol.Done] = []
    size = 0
    for done in ops:
        weight = len(protocol.encode(done))
        if page and size + weight > PIECE:
            yield protocol.encode(protocol.Committed(r=workflow_id, ops=tuple(page)))
            page, size = [], 0
        page.append(done)
        size += weight
    if page:
        yield protocol.encode(protocol.Committed(r=workflow_id, ops=tuple(page)))
