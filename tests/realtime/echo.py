"""A process with one hub that echoes, and tells about itself: `python -m tests.realtime.echo KIND PORT`."""

import asyncio
import json
import signal
import sys

import uvloop

from sim_realtime.asyncio_hub import AsyncioHub
from sim_realtime.hub import MAX_BEHIND, Connection, Handlers, Hub
from sim_realtime.socketify_hub import SocketifyHub

HUBS: dict[str, type[Hub]] = {"asyncio": AsyncioHub, "socketify": SocketifyHub}


class Echo:
    """Echoes; `bye` closes, `stats` tells, `late` writes to all that have left, `flood N` fills the N-th connection;
    `follow`, `unfollow` and `cry` are about one topic, `others` is told to everybody else on it."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.all: list[Connection] = []
        self.closed: list[Connection] = []
        self.received = 0

    def opened(self, connection: Connection) -> None:
        connection.session = len(self.all)
        self.all.append(connection)

    def ended(self, connection: Connection) -> None:
        self.closed.append(connection)

    def message(self, connection: Connection, text: bytes) -> None:
        self.received += 1
        words = text.split()
        if text == b"bye":
            connection.close(4001, "bye")
        elif text == b"stats":
            connection.send(json.dumps(self.stats()).encode())
        elif text == b"late":
            sent = [gone.send(b"anyone?") for gone in self.closed]
            for gone in self.closed:
                gone.close(1000)
            connection.send(json.dumps(any(sent)).encode())
        elif words and words[0] in (b"follow", b"unfollow", b"cry", b"others"):
            self.topical(connection, words[0].decode(), text)
        elif words and words[0] == b"flood":
            asyncio.get_running_loop().create_task(self.flood(self.all[int(words[1])]))
        else:
            connection.send(b"echo " + text)

    def topical(self, connection: Connection, verb: str, text: bytes) -> None:
        match verb:
            case "follow":
                self.hub.tell("topic", b"too early")
                connection.follow("topic")
            case "unfollow":
                connection.unfollow("topic")
                self.hub.tell("topic", b"too late")
            case "cry":
                for number in range(5):
                    self.hub.tell("topic", text + b" %d" % number)
                    connection.send(b"alone %d" % number)
                return
            case _:
                connection.tell("topic", text)
        connection.send(b"done")

    async def flood(self, victim: Connection) -> None:
        for _ in range(64 * MAX_BEHIND // 65536):
            if not victim.send(b"x" * 65536):
                return
            await asyncio.sleep(0.001)

    def stats(self) -> dict[str, int]:
        alive = sum(connection.is_open for connection in self.all)
        return {"all": len(self.all), "closed": len(self.closed), "alive": alive, "received": self.received}


async def main(kind: str, port: int) -> None:
    hub = HUBS[kind]()
    echo = Echo(hub)
    await hub.start("127.0.0.1", port, Handlers(echo.opened, echo.message, echo.ended, lambda: b'{"ok":true}'))
    print("up", flush=True)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await stop.wait()
    await hub.stop()


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], int(sys.argv[2])))
