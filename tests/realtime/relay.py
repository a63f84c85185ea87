"""A process that relays and does nothing else: what the same load costs without rules, rooms and a database.

usage: python -m tests.realtime.relay PORT
"""

import asyncio
import signal
import sys
import time
from typing import Any

import msgspec
import uvloop
from msgspec import Struct

from sim_realtime.hub import Connection, Handlers
from sim_realtime.hubs import choose


class Sent(Struct):
    """One operation."""

    cseq: int
    op: msgspec.Raw


class Message(Struct):
    """As much of a message as a relay needs."""

    t: str
    r: str = ""
    client_id: str = ""
    ops: list[Sent] = []
    d: msgspec.Raw = msgspec.Raw(b"null")


_decode = msgspec.json.Decoder(Message).decode
_encode = msgspec.json.Encoder().encode


class Relay:
    """Members by workflow, and how many operations each has seen."""

    def __init__(self) -> None:
        self.rooms: dict[str, list[Connection]] = {}
        self.seq: dict[str, int] = {}

    def opened(self, connection: Connection) -> None:
        connection.session = ""

    def received(self, connection: Connection, text: bytes) -> None:
        message = _decode(text)
        room = self.rooms.setdefault(message.r, [])
        match message.t:
            case "hello":
                connection.session = message.client_id
                connection.send(b'{"t":"welcome"}')
            case "join":
                room.append(connection)
                connection.send(_encode({"t": "joined", "seq": self.seq.get(message.r, 0), "parts": 0, "cseq": 0}))
            case "ops":
                for sent in message.ops:
                    seq = self.seq[message.r] = self.seq.get(message.r, 0) + 1
                    done = {"seq": seq, "client_id": connection.session, "op": sent.op, "cseq": sent.cseq}
                    self.say(room, {"t": "ops", "r": message.r, "ops": [done]}, None)
            case "pres":
                self.say(room, {"t": "pres", "r": message.r, "d": [[connection.session, message.d]]}, connection)
            case _:
                pass

    def say(self, room: list[Connection], told: Any, but: Connection | None) -> None:
        text = _encode(told)
        for connection in room:
            if connection is not but:
                connection.send(text)

    def closed(self, connection: Connection) -> None:
        for room in self.rooms.values():
            if connection in room:
                room.remove(connection)


async def main(port: int) -> None:
    """Relay until SIGTERM."""
    relay, (hub, _), stop = Relay(), choose(), asyncio.Event()

    def health() -> bytes:
        return _encode({"cpu_s": time.process_time(), "committed": 0, "waiting": 0})

    await hub.start("127.0.0.1", port, Handlers(relay.opened, relay.received, relay.closed, health))
    print("up", flush=True)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await stop.wait()
    await hub.stop()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
