"""A client in Python for tests, bots and the copilot: the rules of a client without a socket, and one with it."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from sim_core.document.operations import Operation
from sim_core.document.reduce import apply, digest
from sim_core.document.workflow import Workflow
from sim_core.errors import Anonymous, Denied, SimError, Unreachable
from sim_core.ids import new_id
from sim_realtime import limits, protocol

PATIENCE_S = 30.0
"""Seconds that something is waited for, unless said otherwise."""
Say = Callable[[protocol.FromClient], None]
_document = msgspec.json.Decoder(Workflow).decode


class Replica:
    """One client's copy of a workflow: what is confirmed, and its own operations that are on their way."""

    def __init__(self, workflow_id: str, client_id: str, say: Say, *, clock: Callable[[], int] | None = None) -> None:
        self.workflow_id = workflow_id
        self.client_id = client_id
        self.say = say
        self.confirmed = Workflow()
        self.seq: int | None = None
        self.cseq = 0
        self.role: protocol.Role = "read"
        self.pending: dict[int, protocol.Sent] = {}
        self.outcomes: dict[int, str] = {}
        """What came of each operation: `applied`, an outcome of an ack, or the code of a refusal."""
        self.acked: dict[int, int | None] = {}
        """Where acknowledged operations stand in the history."""
        self.is_joined = False
        self.people: dict[str, protocol.Person] = {}
        self.diverged = 0
        self._clock = clock or (lambda: time.time_ns() // 1_000_000)
        self._latest = 0
        self._sent: set[int] = set()
        self._parts: list[str] = []
        self._wanted = self._snapshot_seq = 0

    @property
    def view(self) -> Workflow:
        """The document as its user sees it: what is confirmed, with what is on its way."""
        workflow = self.confirmed
        for sent in self.pending.values():
            workflow = apply(workflow, sent.op).workflow
        return workflow

    def join(self) -> None:
        """Enter the room, or come back to it."""
        self.is_joined = False
        self._sent.clear()
        self.say(protocol.Join(r=self.workflow_id, since=self.seq))

    def change(self, op: Operation, *, undo_of: int | None = None) -> int:
        """Do an operation; its number."""
        self.cseq += 1
        self._latest = max(self._clock(), self._latest + 1)
        self.pending[self.cseq] = protocol.Sent(cseq=self.cseq, op=op, base=self.seq, ts=self._latest, undo_of=undo_of)
        self.send()
        return self.cseq

    def send(self) -> None:
        """Send what waits, so many at once as is allowed."""
        if not self.is_joined:
            return
        room = limits.IN_FLIGHT - len(self._sent)
        fresh = [sent for cseq, sent in self.pending.items() if cseq not in self._sent][: max(0, room)]
        if fresh:
            self._sent.update(sent.cseq for sent in fresh)
            self.say(protocol.Ops(r=self.workflow_id, ops=tuple(fresh)))

    def hear(self, message: protocol.FromServer) -> None:
        """Follow what the server says."""
        match message:
            case protocol.Joined():
                self._joined(message)
            case protocol.Part(data=data):
                self._parts.append(data)
                if len(self._parts) == self._wanted:
                    self.confirmed = _document("".join(self._parts).encode())
                    self.seq = self._snapshot_seq
                    self._enter()
            case protocol.Committed(ops=dones):
                for done in dones:
                    self._apply(done)
                self.send()
            case protocol.Ack(items=items):
                for item in items:
                    self._settle(item.cseq, item.outcome, item.seq)
                self.send()
            case protocol.Reject(cseq=cseq, code=code):
                self._settle(cseq, code, None)
                self.send()
            case protocol.Hash(seq=seq, h=h):
                if seq == self.seq and self.is_joined and h != digest(self.confirmed):
                    self.diverged += 1
                    self.seq = None
                    self.join()
            case protocol.Roster(joined=joined, left=left):
                self.people.update({person.sid: person for person in joined})
                for sid in left:
                    self.people.pop(sid, None)
            case protocol.RoleChanged(role=role):
                self.role = role
            case protocol.Evict():
                self.is_joined = False
            case _:
                pass

    def lost(self) -> None:
        """The connection has gone; what was sent may or may not have arrived."""
        self.is_joined = False
        self._sent.clear()
        self._parts = []

    def _joined(self, message: protocol.Joined) -> None:
        self.role = message.role
        self.people = {person.sid: person for person in message.roster}
        self.cseq = max(self.cseq, message.cseq)
        if message.mode == "snapshot":
            self._parts, self._wanted, self._snapshot_seq = [], message.parts, message.seq
        else:
            self._enter()

    def _enter(self) -> None:
        self.is_joined = True
        self.send()

    def _apply(self, done: protocol.Done) -> None:
        if self.seq is None or done.seq <= self.seq:
            return
        if done.seq != self.seq + 1:
            self.join()  # something was missed
            return
        self._latest = max(self._latest, done.ts or 0)
        self.confirmed = apply(self.confirmed, done.op).workflow
        self.seq = done.seq
        if done.client_id == self.client_id and done.cseq is not None:
            self._settle(done.cseq, "applied", done.seq)

    def _settle(self, cseq: int, outcome: str, seq: int | None) -> None:
        self._sent.discard(cseq)
        if self.pending.pop(cseq, None) is not None or cseq not in self.outcomes:
            self.outcomes[cseq] = outcome
            self.acked[cseq] = seq


class Client:
    """A connection to the realtime service that comes back by itself, and follows its workflow to where its room is.

    It is one connection: where several processes serve rooms, a client follows one workflow.
    """

    def __init__(
        self, url: str, enter: Callable[[], Awaitable[dict[str, str]]], *, client_id: str = "", retry_s: float = 0.25
    ) -> None:
        """`enter` gives `{"key": …}` or a fresh `{"ticket": …}` for each connection."""
        self.url = url
        self.client_id = client_id or new_id()
        self.replicas: dict[str, Replica] = {}
        self.heard: Callable[[protocol.FromServer], None] = lambda message: None
        self.sid = ""
        self.limits: protocol.Limits | None = None
        self._enter = enter
        self._retry_s = retry_s
        self._at = url
        """Where it is now: the process that has the room, which may be another than the one at `url`."""
        self._outgoing: asyncio.Queue[bytes] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self._refused: SimError | None = None

    async def __aenter__(self) -> "Client":
        self._task = asyncio.create_task(self._stay())
        await self.until(lambda: bool(self.sid))
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def open(self, workflow_id: str) -> Replica:
        """Follow a workflow."""
        replica = self.replicas[workflow_id] = Replica(workflow_id, self.client_id, self.say)
        replica.join()
        return replica

    def say(self, message: protocol.FromClient) -> None:
        """Say something, if there is a connection; a replica says again what was not heard."""
        if self.sid:
            self._outgoing.put_nowait(protocol.encode(message))

    async def until(self, holds: Callable[[], bool], within: float = PATIENCE_S) -> None:
        """Wait until something holds; raises `TimeoutError`, or what the service refused the connection for."""
        async with asyncio.timeout(within):
            while not holds():
                if self._refused:
                    raise self._refused
                self._news.clear()
                await self._news.wait()

    async def saved(self, replicas: Iterable[Replica] = (), within: float = PATIENCE_S) -> None:
        """Wait until everything that was done is durable."""
        wanted = tuple(replicas) or tuple(self.replicas.values())
        await self.until(lambda: all(one.is_joined and not one.pending for one in wanted), within)

    async def _stay(self) -> None:
        while self._refused is None:
            try:
                async with connect(self._at, proxy=None, max_size=None, compression=None) as socket:
                    await self._talk(socket)
            except (ConnectionClosed, OSError, TimeoutError):
                self._at = self.url  # whoever had the room may be gone
            except _Moved as moved:
                self._at = moved.args[0] or self._at
            except Denied as error:
                self._refused = error
            self.sid = ""
            for replica in self.replicas.values():
                replica.lost()
            self._news.set()
            await asyncio.sleep(self._retry_s)

    async def _talk(self, socket: ClientConnection) -> None:
        hello: dict[str, Any] = await self._enter()
        await socket.send(
            protocol.encode(protocol.Hello(v=protocol.VERSION, client_id=self.client_id, **hello)), text=True
        )
        welcome = protocol.decode_server.decode(await socket.recv())
        if isinstance(welcome, protocol.Refusal):
            raise Anonymous(welcome.message, code=welcome.code)
        if not isinstance(welcome, protocol.Welcome):
            raise Unreachable("the service did not say welcome")
        self.sid, self.limits = welcome.sid, welcome.limits
        self._outgoing = asyncio.Queue()
        self._news.set()
        writer = asyncio.create_task(self._write(socket))
        try:
            for replica in self.replicas.values():
                replica.join()
            async for text in socket:
                self._hear(protocol.decode_server.decode(text))
        finally:
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)

    async def _write(self, socket: ClientConnection) -> None:
        while True:
            await socket.send(await self._outgoing.get(), text=True)

    def _hear(self, message: protocol.FromServer) -> None:
        if isinstance(message, protocol.Moved):
            raise _Moved(message.url)
        workflow_id = getattr(message, "r", None)
        if workflow_id in self.replicas:
            self.replicas[workflow_id].hear(message)
        self.heard(message)
        self._news.set()


class _Moved(Exception):
    """The room is at the address that it carries, or, without one, nobody knows yet where."""
