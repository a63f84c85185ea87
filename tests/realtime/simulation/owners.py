"""Two processes that both have the room for a while: one was lost and has not heard of it."""

import asyncio
import random

from sim_core.document.operations import UpdateValues, ValueChange
from tests.realtime.simulation.people import Person
from tests.realtime.simulation.play import Play
from tests.realtime.simulation.process import Node


class Owners(Play):
    """People type into one text at both, others write it as a whole; then the one that was lost hears of it."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.disk.faults = self.rng.choice((0.0, 0.05))
        self.disk.delay = 0.2
        """Slow, so that both are at it at once, and a room takes a while to close."""
        self.nodes = [Node(self.disk, place) for place in range(2)]
        self.disk.roles = {"p": "admin", "q": "write"}
        self.people = [Person(name, random.Random(self.rng.random()), 0, self.letters) for name in "pq"]
        for person in self.people:
            person.log, person.types = self.disk.log, False

    async def go(self) -> None:
        late, heir = self.people
        await self._enter(late, self.nodes[0])
        self.disk.owner = None
        await self._enter(heir, self.nodes[1])
        for person in self.people:
            person.types = True
            person.text.open()
        for _ in range(self.rng.randrange(40, 120)):
            await asyncio.sleep(self.rng.random() * 0.1)
            self._write()
        self.nodes[0].service.lost_rooms()
        await self._knock_again(late)
        await self.heal()
        self.check()

    async def _enter(self, person: Person, node: Node) -> None:
        while not person.replica.is_joined:
            if person.link is None:  # the database did not answer: come again
                person.connect(node.service, node.square)
            await asyncio.sleep(0.01)

    def _write(self) -> None:
        person = self.rng.choice(self.people)
        if person.text.is_open:
            person.type()
        if self.rng.random() < 0.03:
            whole = f"W{self.rng.randrange(99)}"
            self.disk.write(UpdateValues(items=(ValueChange(block_id="a", field="prompt", value=whole),)), "rest")

    async def _knock_again(self, person: Person) -> None:
        """Whoever is shown the way knocks at the same door once more, while the room behind it is being closed."""
        while person.link and not person.way:
            await asyncio.sleep(0.001)
        person.way = "0"
        self.connect(person)
