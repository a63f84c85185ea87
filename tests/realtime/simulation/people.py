"""Simulated people: each has a replica, a link that can break, and ideas of what to do next."""

import asyncio
import random
from typing import Any

from msgspec.structs import replace

from sim_core.document.inverse import inverse
from sim_core.document.operations import (
    AddBlocks,
    AddEdges,
    BlockChange,
    Move,
    MoveBlocks,
    Operation,
    RemoveBlocks,
    RemoveEdges,
    UpdateBlocks,
    UpdateValues,
    UpdateVariable,
    ValueChange,
)  # fmt: skip
from sim_core.document.workflow import Block, Edge, Position, Workflow
from sim_core.store.documents import Change
from sim_core.store.stamps import written
from sim_realtime import protocol
from sim_realtime.client import Replica
from sim_realtime.replica_text import ReplicaText
from sim_realtime.service import Service


class Square:
    """Where everybody who follows a topic is told the same."""

    kind = "none"

    def __init__(self) -> None:
        self.topics: dict[str, dict[Link, None]] = {}

    def tell(self, topic: str, text: bytes, but: "Link | None" = None) -> None:
        for link in tuple(self.topics.get(topic, ())):
            if link is not but:
                link.send(text)


class Link:
    """A connection of the service on one side, a client on the other; messages take time and arrive in order."""

    def __init__(self, person: "Person", service: Service, square: Square, rng: random.Random) -> None:
        self.square = square
        self.session: Any = None
        self.is_open = True
        self.behind = 0
        self.code = 0
        self._person, self._service, self._rng = person, service, rng
        self._at = {"up": 0.0, "down": 0.0}
        service.handlers.opened(self)

    def send(self, text: bytes) -> bool:
        """The server says something."""
        if self.is_open:
            self._later("down", lambda: self._person.hear(self, protocol.decode_server.decode(text)))
        return self.is_open

    def follow(self, topic: str) -> None:
        self.square.topics.setdefault(topic, {})[self] = None

    def unfollow(self, topic: str) -> None:
        self.square.topics.get(topic, {}).pop(self, None)

    def tell(self, topic: str, text: bytes) -> None:
        self.square.tell(topic, text, but=self)

    def close(self, code: int, reason: str = "") -> None:
        self.code = self.code or code
        self._later("down", lambda: self.cut())

    def say(self, message: protocol.FromClient) -> None:
        """The client says something."""
        if self.is_open:
            text = protocol.encode(message)
            self._later("up", lambda: self._service.handlers.received(self, text))
            if self._rng.random() < 0.03 and isinstance(message, protocol.Ops):
                self._later("up", lambda: self._service.handlers.received(self, text))

    def cut(self) -> None:
        """It breaks; what was on the way is gone."""
        if self.is_open:
            self.is_open = False
            self._service.handlers.closed(self)
            self._person.lost(self)

    def _later(self, way: str, work: Any) -> None:
        loop = asyncio.get_running_loop()
        self._at[way] = max(self._at[way] + 1e-6, loop.time() + self._rng.random() * 0.03)
        loop.call_at(self._at[way], lambda: work() if self.is_open else None)


class Letters:
    """What is typed: each letter once, of one to four bytes in turn, so that one that is there twice is a double."""

    FROM = (0x21, 0xC0, 0x4E00, 0x1F300)
    """What the text began with is Greek, so that it is not typed again."""

    def __init__(self) -> None:
        self.count = 0
        self.deleted: set[str] = set()
        """Those that somebody took out again."""

    def next(self) -> str:
        place, alphabet = divmod(self.count, len(self.FROM))
        self.count += 1
        return chr(self.FROM[alphabet] + place) if alphabet or place < 15 else chr(0x3400 + place)

    @staticmethod
    def typed(text: str) -> str:
        """What of a text was typed, rather than written as a whole."""
        return "".join(letter for letter in text if not letter.isascii() or letter < "0")


class Person:
    def __init__(self, name: str, rng: random.Random, skew_ms: int, letters: "Letters") -> None:
        self.name, self.rng, self.link, self.said = name, rng, None, 0
        self.letters = letters
        self.replica = Replica("w", f"tab-{name}", self.say, clock=self.clock)
        self.text = ReplicaText(self.replica, "a", "prompt")
        self.link: Link | None = None
        self.types = rng.random() < 0.7
        self.typed: dict[str, int] = {}
        """Letters that are on their way, and with which update."""
        self.acked: set[str] = set()
        """Letters that were acknowledged."""
        self.skew = skew_ms
        self.done: dict[int, tuple[Operation, tuple[Operation, ...]]] = {}
        self.undone: dict[int, int] = {}
        self.evicted = ""
        self.log: list[Change] = []
        self.lies: list[int] = []
        self.way = ""
        """The process that it was shown to."""
        self.is_old = rng.random() < 0.2
        """Its page is of an earlier version, and knows nothing of clocks."""

    def clock(self) -> int:
        return int(asyncio.get_running_loop().time() * 1000) + self.skew

    def say(self, message: protocol.FromClient) -> None:
        if self.is_old and isinstance(message, protocol.Ops):
            plain = tuple(replace(sent, base=None, ts=None) for sent in message.ops)
            message = replace(message, ops=plain)
        if self.link:
            self.link.say(message)

    def connect(self, service: Service, square: Square) -> None:
        self.link = Link(self, service, square, self.rng)
        self.say(protocol.Hello(v=1, client_id=f"tab-{self.name}", key=self.name))

    def lost(self, link: Link) -> None:
        if self.link is link:
            self.link = None
            self.replica.lost()
            self.text.is_open = False

    def outbox(self) -> dict[int, protocol.Sent]:
        """What a browser keeps of a tab that is closed."""
        return dict(self.replica.pending)

    def reload(self) -> None:
        """The tab is closed, and opened again: all that was not kept is gone."""
        if self.link:
            self.link.cut()
        old, kept = self.replica, self.outbox()
        self.replica = Replica("w", old.client_id, self.say, clock=self.clock)
        self.replica.pending, self.replica.cseq = kept, old.cseq
        self.replica.outcomes, self.replica.acked = old.outcomes, old.acked
        self.text.replica, self.text.is_open = self.replica, False

    def hear(self, link: Link, message: protocol.FromServer) -> None:
        if link is not self.link:
            return
        if isinstance(message, protocol.Welcome):
            self.replica.join()
        if isinstance(message, protocol.Evict):
            self.evicted = message.code
        if isinstance(message, protocol.Moved):
            self.way = message.url
            link.cut()
            return
        if isinstance(message, protocol.Ack):
            self._check_durable(message)
        self._note_letters(message)
        was = self.replica.is_joined
        self.replica.hear(message)
        self.text.hear(message)
        if self.replica.is_joined and not was and self.types:
            self.text.open()

    def _check_durable(self, ack: protocol.Ack) -> None:
        """What is acknowledged is in the history by now."""
        for item in ack.items:
            if item.seq is None or (sent := self.replica.pending.get(item.cseq)) is None:
                continue
            there = self.log[item.seq - 1].effective if item.seq <= len(self.log) else None
            if item.outcome == "coalesced" and (there is None or not {*written(sent.op)} & {*written(there)}):
                self.lies.append(item.cseq)

    def _note_letters(self, message: protocol.FromServer) -> None:
        if isinstance(message, protocol.TextReject):
            self.typed.clear()
        if isinstance(message, protocol.TextAck):
            through = {letter for letter, n in self.typed.items() if n <= message.n}
            self.acked |= through
            for letter in through:
                del self.typed[letter]

    def do(self, op: Operation) -> None:
        back = inverse(self.replica.view, op)
        self.done[self.replica.change(op)] = (op, back)

    def act(self) -> None:
        if self.replica.seq is None or self.evicted:
            return
        rng, view = self.rng, self.replica.view
        kind = rng.random()
        if self.types and self.text.is_open and rng.random() < 0.4:
            self.type()
        elif kind < 0.1 and self.done and (cseq := rng.choice(list(self.done))) not in self.undone:
            for op in self.done[cseq][1]:
                self.undone[self.replica.change(op, undo_of=cseq)] = cseq
        elif op := idea(rng, view, self.name):
            self.do(op)
        if rng.random() < 0.2:
            self.say(protocol.Pres(r="w", d=protocol.Presence(cursor=(rng.random(), 0.0))))

    def type(self) -> None:
        text, at = self.text.text, self.rng.randint(0, len(self.text.text))
        if text and self.rng.random() < 0.2:
            self.letters.deleted |= {*text[max(0, at - 1) : at]}
            self.text.type(text[: max(0, at - 1)] + text[at:])
        else:
            letter = self.letters.next()
            self.text.type(text[:at] + letter + text[at:])
            self.typed[letter] = self.text.n

    @property
    def is_settled(self) -> bool:
        return (
            self.replica.is_joined
            and not self.replica.pending
            and (
                not self.types or (self.text.durable >= self.text.n and (self.text.is_open or bool(self.text.refused)))
            )
        )


def idea(rng: random.Random, view: Workflow, name: str) -> Operation | None:
    ids = list(view.blocks)
    if not ids or rng.random() < 0.12:
        id = f"{name}{rng.randrange(1000)}"
        block = Block(id=id, type="function", name=f"Block {id}", position=Position(rng.randrange(100), 0))
        return AddBlocks(blocks=(block,))
    some = rng.choice(ids)
    match rng.randrange(8):
        case 0 | 1:
            return MoveBlocks(
                items=tuple(Move(id, rng.randrange(500), 0) for id in dict.fromkeys((some, rng.choice(ids))))
            )
        case 2 | 3:
            field = rng.choice(("code", "prompt", "model"))
            field = "model" if field == "prompt" and rng.random() < 0.7 else field
            return UpdateValues(items=(ValueChange(block_id=some, field=field, value=f"{name}{rng.randrange(99)}"),))
        case 4:
            lock = {"locked": rng.random() < 0.3}
            fact = rng.choice(
                ({"name": f"N{rng.randrange(6)}"}, {"enabled": rng.random() < 0.5}, {"advanced": True}, lock)
            )
            return UpdateBlocks(items=(BlockChange(some, fact),))
        case 5 if len(ids) > 3:
            others = [id for id in ids if id != "a"]
            return RemoveBlocks(ids=tuple(dict.fromkeys((rng.choice(others), rng.choice(others)))))
        case 6 if view.edges and rng.random() < 0.4:
            return RemoveEdges(ids=(rng.choice(list(view.edges)),))
        case 6:
            other = rng.choice(ids)
            return AddEdges(edges=(Edge(id=f"{name}e{rng.randrange(1000)}", source=some, target=other),))
        case _:
            return UpdateVariable(id="v", set={rng.choice(("value", "value")): rng.randrange(9)})
