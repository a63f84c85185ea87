"""A crowd whose service is killed: everybody comes back by itself, and has what was written meanwhile."""

import asyncio
import random
import time

import psutil
from msgspec import Struct

from tests.realtime.crowd import Crowd, Member, Plan
from tests.realtime.service import Service

SOON_S, SOON_WAIT_S, MAX_WAIT_S = 10.0, 1.0, 10.0
"""As the browser does: so many tries with short waits, then longer ones."""


class Storm(Struct):
    """What came of it."""

    people: int = 0
    back_s: float = 0.0
    """From the kill to the first connection that can be made."""
    converged_s: float = 0.0
    """From then until everybody has the last operation."""
    tries: int = 0
    vain: int = 0
    """Tries to which nobody listened."""
    last_s: float = 0.0
    """From the first connection that could be made until the last one tried: no service is to blame for that."""
    service_cpu_s: float = 0.0
    people_cpu_s: float = 0.0


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
    assert service.process.child
    process = psutil.Process(service.process.child.pid)
    spent, own = sum(process.cpu_times()[:2]), time.process_time()
    found.last_s = max(await asyncio.gather(*coming)) - listening
    for member in crowd.members[: len(workflow_ids)]:
        member.change(1)
    wanted = {member.workflow_id: member for member in crowd.members[: len(workflow_ids)]}
    while any(member.seq < max(1, wanted[member.workflow_id].seq) for member in crowd.members):
        await asyncio.sleep(0.01)
    found.converged_s = time.monotonic() - listening
    found.service_cpu_s = sum(process.cpu_times()[:2]) - spent
    found.people_cpu_s = time.process_time() - own
    for member in crowd.members:
        member.wire.transport.abort()
    return found


async def _come_back(member: Member, up: asyncio.Task[float], found: Storm) -> float:
    """Try again and again, at moments of chance, as a browser does; when the try began that let it in."""
    failures, lost = 0, time.monotonic()
    while True:
        longest = SOON_WAIT_S if time.monotonic() - lost < SOON_S else MAX_WAIT_S
        await asyncio.sleep(max(0.02, random.random() * min(longest, 0.25 * 2**failures)))
        found.tries += 1
        began = time.monotonic()
        try:
            await member.join(member.seq)
            return began
        except (OSError, TimeoutError):
            found.vain += not up.done()
            failures += 1
