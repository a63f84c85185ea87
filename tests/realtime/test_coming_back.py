"""Somebody whose line breaks while an operation is being committed comes back and hears what became of it."""

import asyncio
import random
from collections.abc import Sequence

from sim_core.document.operations import Move, MoveBlocks
from sim_core.errors import SimError
from sim_core.store.chains import Appended, Batch
from sim_realtime.service import Service
from tests.realtime.simulation.clock import run
from tests.realtime.simulation.disk import Disk, MemoryLedger
from tests.realtime.simulation.people import Letters, Person, Square
from tests.realtime.simulation.play import START


class SlowToTell(MemoryLedger):
    """A database that has written and does not say so for a second."""

    async def append(self, batches: Sequence[Batch]) -> Sequence[Appended | SimError]:
        results = await super().append(batches)
        await asyncio.sleep(1)
        return results


def test_what_is_sent_again_while_it_is_being_committed_is_answered() -> None:
    """RT-6: who joins with the effect in the snapshot is never told of it, and would send it for good."""

    async def scene() -> None:
        disk = Disk(START, random.Random(1))
        disk.roles = {"p": "write"}
        square = Square()
        service = Service(SlowToTell(disk), crier=square, version="0")
        person = Person("p", random.Random(2), 0, Letters())
        person.types, person.is_old, person.log = False, False, disk.log
        person.connect(service, square)
        await asyncio.sleep(0.5)
        person.do(MoveBlocks(items=(Move("a", 5, 5),)))
        await asyncio.sleep(0.3)
        assert disk.log, "it is written"
        person.reload()
        person.connect(service, square)
        await asyncio.sleep(3)
        assert person.is_settled
        assert person.replica.outcomes == {1: "dup"}
        assert len(disk.log) == 1

    run(scene())
