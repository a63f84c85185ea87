"""One connection: who it is, which rooms it follows, and how fast it has been sending."""

import asyncio
from collections import deque

from sim_core.accounts.actors import Actor
from sim_core.ids import new_id
from sim_realtime import limits, protocol
from sim_realtime.hub import Connection
from sim_realtime.limits import Bucket


class Session:
    """What the service keeps about a connection; its messages are handled one after the other."""

    def __init__(self, connection: Connection, now: float) -> None:
        self.connection = connection
        self.sid = new_id()
        self.actor: Actor | None = None
        self.client_id = ""
        self.name = ""
        self.inbox: deque[bytes] = deque()
        self.task: asyncio.Task[None] | None = None
        """What its next message waits for."""
        self.deadline: asyncio.TimerHandle | None = None
        """When it must have said hello."""
        self.rooms: set[str] = set()
        self.asked = self.decided = 0
        """How often it was asked what it may do, and up to which of the answers that is decided."""
        self.ops = Bucket(limits.OPS_PER_SECOND, limits.OPS_BURST, now)
        self.presence = Bucket(limits.PRESENCE_PER_SECOND, limits.PRESENCE_BURST, now)
        self.frames = Bucket(limits.FRAMES_PER_SECOND, limits.FRAMES_BURST, now)

    def send(self, message: protocol.FromServer) -> None:
        """Say something, if anybody still listens."""
        self.connection.send(protocol.encode(message))

    def refuse(self, code: str, message: str, r: str | None = None) -> None:
        """Say that a message cannot be followed."""
        self.send(protocol.Refusal(code=code, message=message, r=r))
