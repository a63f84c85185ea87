"""A process that serves the room: it can be killed, lose its hold on the room, and miss what the database tells."""

import asyncio

from sim_realtime.service import Service
from tests.realtime.simulation.disk import Disk, MemoryLedger
from tests.realtime.simulation.people import Link, Square


class Node:
    def __init__(self, disk: Disk, place: int) -> None:
        self.disk = disk
        self.ledger = MemoryLedger(disk, str(place))
        self.square = Square()
        self.service = Service(self.ledger, crier=self.square, version="0")
        self._is_deaf = False

    def hear(self, told: str) -> None:
        """The database tells of a commit."""
        if not self._is_deaf:
            self._later(0.01, lambda: self.service.heard_ops(told))

    def go_deaf(self) -> None:
        """For a while it hears nothing, and then that it may have missed something."""
        self._is_deaf = True
        asyncio.get_running_loop().call_later(0.4, self._hear_again)

    def _hear_again(self) -> None:
        self._is_deaf = False
        self._later(0.01, lambda: self.service.heard_ops(None))
        self._later(0.01, lambda: self.service.heard_permission(None))

    def lose(self) -> None:
        """The database lets go of the room; the process hears of it a little later, or after seconds."""
        if self.disk.owner is self.ledger:
            self.disk.owner = None
        self._later(self.disk.rng.choice((0.2, 0.2, 4)), self.service.lost_rooms)

    def kill(self) -> None:
        self.ledger.dead = True
        if self.disk.owner is self.ledger:
            self.disk.owner = None
        for session in tuple(self.service.sessions):
            link = session.connection
            assert isinstance(link, Link)
            link.is_open = False
            link._person.lost(link)

    def _later(self, within: float, work: object) -> None:
        assert callable(work)
        wait = self.disk.rng.random() * within
        asyncio.get_running_loop().call_later(wait, lambda: None if self.ledger.dead else work())
