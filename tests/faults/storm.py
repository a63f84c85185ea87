"""A crowd whose service is killed: everybody comes back by itself, and has what was written meanwhile."""

import asyncio
import random
import time

from msgspec import Struct

from tests.realtime.crowd import Crowd, Member, Plan
from tests.realtime.service import Service

JITTER_S = 1.0
"""Seconds over which those who lost their connection come back."""


class Storm(Struct):
    """What came of it."""

    people: int = 0
    back_s: float = 0.0
    """From the kill to the first connection that can be made."""
    converged_s: float = 0.0
    """From then until everybody has the last operation."""
    tries: int = 0


async def storm(service: Service, workflow_ids: list[str], *, people: int, key: str) -> Storm:
    """Kill the service under so many people, start it again, and wait until all have what one of them writes."""
    found = Storm(people=people)
    plan = Plan(port=service.port, key=key, name="storm", seats=[], rate=1, seconds=1)
    crowd = Crowd(plan)
    crowd.members = [Member(crowd, workflow_ids[n % len(workflow_ids)], n) for n in range(people)]
    await crowd.enter()
    for member in crowd.members[: len(workflow_ids)]:
        member.place = 0
        member.change(0)
    began = time.monotonic()
    service.kill()
    starting = asyncio.create_task(service.start())
    coming = [asyncio.create_task(_come_back(member, starting, found)) for member in crowd.members]
    await starting
    listening = time.monotonic()
    found.back_s = listening - began
    await asyncio.gather(*coming)
    for member in crowd.members[: len(workflow_ids)]:
        member.change(1)
    wanted = {member.workflow_id: member for member in crowd.members[: len(workflow_ids)]}
    while any(member.seq < max(1, wanted[member.workflow_id].seq) for member in crowd.members):
        await asyncio.sleep(0.01)
    found.converged_s = time.monotonic() - listening
    for member in crowd.members:
        member.wire.transport.abort()
    return found


async def _come_back(member: Member, up: asyncio.Task[float], found: Storm) -> None:
    """Try again and again, at moments of chance, as a browser does."""
    wait = 0.25
    while True:
        await asyncio.sleep(random.random() * (JITTER_S if up.done() else wait))
        found.tries += 1
        try:
            return await member.join(member.seq)
        except (OSError, TimeoutError):
            wait = min(wait * 2, 10.0)
