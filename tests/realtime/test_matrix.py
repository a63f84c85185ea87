"""Who may say what: every message, every operation and every role, decided here as a stranger would decide it."""

import asyncio
import json
from typing import Any

import pytest

from sim_core.accounts.actors import SCOPES, Actor
from sim_core.accounts.bootstrap import add_workspace
from sim_core.accounts.sessions import Lifetimes, authenticate_session, open_session, revoke_session
from sim_core.accounts.tickets import create_ticket
from sim_core.document.operations import Operation
from sim_core.ids import new_id
from sim_core.store.documents import load
from sim_realtime import protocol
from sim_realtime.service import SWEEP_S
from tests.realtime.service import Service
from tests.realtime.wire import Wire, dial

MEMBERS = ("read", "write", "admin", "owner")
"""Those who may come in: three roles in the workspace, and who owns the organization that it belongs to."""
OUTSIDERS = ("stranger", "removed", "disabled")
"""Somebody of another workspace, somebody whose role was taken away, and somebody who was shut out."""

TEXT = {"block_id": "a", "field": "prompt"}
MESSAGES: dict[str, dict[str, Any]] = {
    "hello": {"v": 1, "key": "sim_x", "client_id": "again"},
    "ping": {},
    "pres": {"d": {"cursor": [1, 2]}},
    "applied": {"seq": 1},
    "text_open": TEXT,
    "text": TEXT | {"n": 1, "update": "AAA="},
    "text_close": TEXT,
    "flush": {},
    "ops": {},
    "join": {},
    "leave": {},
}
"""In this order they are sent; `ops` once for each operation."""
OPERATIONS: dict[str, dict[str, Any]] = {
    "block.add": {"blocks": [{"id": "n", "type": "function", "name": "New"}]},
    "block.move": {"items": [{"id": "a", "x": 7, "y": 7}]},
    "block.update": {"items": [{"id": "a", "set": {"enabled": False}}]},
    "block.parent": {"items": [{"id": "b", "parent": None, "x": 1, "y": 1}]},
    "value.update": {"items": [{"block_id": "a", "field": "code", "value": "x"}]},
    "edge.add": {"edges": [{"id": "e", "source": "a", "target": "b"}]},
    "edge.remove": {"ids": ["e"]},
    "subflow.update": {"id": "s", "set": {"count": 2}},
    "variable.add": {"variables": [{"id": "v", "name": "v", "value": 1}]},
    "variable.update": {"id": "v", "set": {"value": 2}},
    "variable.remove": {"ids": ["v"]},
    "workflow.update": {"set": {"description": "x"}},
    "block.remove": {"ids": ["n"]},
}
LOCK = {"op": "block.update", "items": [{"id": "c", "set": {"locked": True}}]}
ANSWERS = {
    # what a member hears who may write, and what one who may only read; "" is nothing
    "hello": ("error hello_twice", "error hello_twice"),
    "ping": ("pong", "pong"),
    "pres": ("", ""),
    "applied": ("", ""),
    "text_open": ("text_state", "text_state"),
    "text": ("text_ack", "text_reject forbidden"),
    "text_close": ("", ""),
    "flush": ("flushed", "flushed"),
    "join": ("joined", "joined"),
    "leave": ("", ""),
}
OUTSIDE = {"hello": "error hello_twice", "ping": "pong", "join": "error not_found", "leave": ""}
"""What an outsider hears; everything else is `not_joined`."""
QUIET = ("roster", "slow", "hash", "role", "part")
SOON_S = SWEEP_S - 5
"""Whoever hears of a change within this was told, and did not find out when looking round."""


class Voice:
    """One connection, and what it heard since it was last asked."""

    def __init__(self, service: Service) -> None:
        self.service, self.heard = service, list[dict[str, Any]]()
        self.wire: Wire
        self._news = asyncio.Event()

    async def enter(self, ticket: str) -> "Voice":
        self.wire = await dial(self.service.port, self._hear, self._news.set)
        self.say("hello", v=1, ticket=ticket, client_id=new_id())
        await self.until(lambda: bool(self.heard))
        return self

    def say(self, kind: str, **facts: Any) -> None:
        self.wire.send(json.dumps({"t": kind, **facts}).encode())

    async def ask(self, kind: str, **facts: Any) -> list[str]:
        """What comes of a message: everything until the pong of a ping that is sent behind it."""
        self.heard.clear()
        named = facts if kind in ("hello", "ping") else facts | {"r": self.service.workflow_id}
        self.say(kind, **named)
        if kind in ("ops", "text"):  # until it is committed; who is not in is told so once more
            self.say("text_close", r=self.service.workflow_id, **TEXT)
            self.say("flush", r=self.service.workflow_id)
        self.say("ping")
        pongs = 2 if kind == "ping" else 1
        await self.until(lambda: sum(one["t"] == "pong" for one in self.heard) == pongs)
        said = [f"{one['t']} {one.get('code', '')}".strip() for one in self.heard if one["t"] not in QUIET]
        if kind in ("ops", "text"):
            said = [one for at, one in enumerate(said) if not (at and one in ("flushed", "error not_joined"))]
        return said[:-1]

    async def until(self, holds: Any) -> None:
        async with asyncio.timeout(SOON_S):
            while not holds() and self.wire.is_open:
                self._news.clear()
                await self._news.wait()

    def _hear(self, text: bytes) -> None:
        self.heard.append(json.loads(text))
        self._news.set()


async def person(service: Service, role: str) -> str:
    """Somebody with a role in the workspace, or in another one when there is none; the user's id."""
    if role == "owner":
        return service.home.user_id
    user_id, home = new_id(), service.home
    await service.store.execute(
        'INSERT INTO "user" (id, name, email, created_at) VALUES ($1, $2, $3, now())', user_id, role, f"{user_id}@x.org"
    )
    place = home.workspace_id
    if role == "stranger":
        place = await add_workspace(
            service.store, organization_id=home.organization_id, user_id=home.user_id, name="other"
        )
    await service.store.execute(
        "INSERT INTO permission (id, workspace_id, user_id, role, created_at) VALUES ($1, $2, $3, $4, now())",
        new_id(), place, user_id, role if role in MEMBERS else "admin",
    )  # fmt: skip
    return user_id


async def voice(service: Service, user_id: str, session_id: str | None = None) -> Voice:
    actor = Actor(user_id=user_id, roles={}, scopes=SCOPES, session_id=session_id)
    return await Voice(service).enter((await create_ticket(service.store, actor)).ticket)


def tags(union: Any) -> set[str]:
    return {kind.__struct_config__.tag for kind in union.__args__}


def test_every_message_and_every_operation_is_in_the_matrix() -> None:
    assert set(MESSAGES) == tags(protocol.FromClient)
    assert set(ANSWERS) | {"ops"} == set(MESSAGES)
    assert set(OPERATIONS) == tags(Operation)


@pytest.mark.parametrize("role", MEMBERS)
async def test_what_a_member_may_say(service: Service, role: str) -> None:
    """RT-21, RT-22: each message and each operation."""
    watcher = await voice(service, service.home.user_id)
    await watcher.ask("join")
    one = await voice(service, await person(service, role))
    assert await one.ask("join") == ["joined"]
    cseq = 0
    for kind, facts in MESSAGES.items():
        watcher.heard.clear()
        if kind == "text":
            await one.ask("text_open", **TEXT)
        if kind != "ops":
            said = await one.ask(kind, **facts)
            expected = ANSWERS[kind][role == "read"]
            assert said == ([expected] if expected else []), (role, kind)
        for op, body in OPERATIONS.items() if kind == "ops" else ():
            cseq += 1
            said = await one.ask("ops", ops=[{"cseq": cseq, "op": {"op": op, **body}}])
            if role == "read":
                assert said == ["reject forbidden"], op
            else:
                assert said in (["ops"], ["ack"], ["reject not_found"]), (op, said)
        if kind == "pres":  # where somebody is they may tell whoever they are
            await watcher.until(lambda: any(heard["t"] == "pres" for heard in watcher.heard))
    await one.ask("join")
    said = await one.ask("ops", ops=[{"cseq": cseq + 1, "op": LOCK}])
    assert said == (["ops"] if role in ("admin", "owner") else ["reject forbidden"])
    await one.ask("leave")
    assert await one.ask("flush") == ["error not_joined"]
    stored = await load(service.store, service.workflow_id, service.home.workspace_id)
    assert (stored.seq > 10) == (role != "read")
    assert stored.workflow.blocks["c"].locked == (role in ("admin", "owner"))
    for left in (one, watcher):
        left.wire.transport.abort()


@pytest.mark.parametrize("role", OUTSIDERS)
async def test_what_an_outsider_may_say(service: Service, role: str) -> None:
    """RT-21, RT-23: nothing has an effect, and nothing tells that there is such a workflow."""
    watcher = await voice(service, service.home.user_id)
    await watcher.ask("join")
    before = await load(service.store, service.workflow_id, service.home.workspace_id)
    user_id = await person(service, role)
    one = await voice(service, user_id)
    if role != "stranger":
        assert await one.ask("join") == ["joined"]
        one.heard.clear()
        if role == "removed":
            await service.store.execute("DELETE FROM permission WHERE user_id = $1", user_id)
        else:
            await service.store.execute('UPDATE "user" SET disabled_at = now() WHERE id = $1', user_id)
        await one.until(lambda: any(heard["t"] == "evict" for heard in one.heard))
    watcher.heard.clear()
    if role == "disabled":
        await one.until(lambda: False)
        assert one.wire.code == 4401
    for kind, facts in () if role == "disabled" else MESSAGES.items():
        bodies = [{"ops": [{"cseq": 1, "op": {"op": op, **body}}]} for op, body in OPERATIONS.items()]
        for body in bodies if kind == "ops" else [facts]:
            expected = OUTSIDE.get(kind, "error not_joined")
            assert await one.ask(kind, **body) == ([expected] if expected else []), (role, kind)
    await watcher.ask("ping")
    assert [heard["t"] for heard in watcher.heard if heard["t"] not in ("pong", "roster")] == []
    after = await load(service.store, service.workflow_id, service.home.workspace_id)
    assert after.seq == before.seq
    for left in (one, watcher):
        left.wire.transport.abort()


async def test_a_session_that_is_revoked_is_shown_out_at_once(service: Service) -> None:
    """RT-20, RT-21: and a ticket that it had asked for lets nobody in."""
    user_id = await person(service, "write")
    session_id, token = await open_session(service.store, user_id, way="password", lifetimes=Lifetimes())
    actor = await authenticate_session(service.store, token, Lifetimes())
    assert actor.session_id == session_id
    one = await voice(service, user_id, session_id)
    other = await voice(service, user_id)
    assert await one.ask("join") == ["joined"]
    assert await other.ask("join") == ["joined"]
    ticket = (await create_ticket(service.store, actor)).ticket
    await revoke_session(service.store, session_id, user_id=user_id)
    await one.until(lambda: False)
    assert one.wire.code == 4401
    assert [heard["code"] for heard in one.heard if heard["t"] == "evict"] == ["access"]
    late = await Voice(service).enter(ticket)
    assert late.heard[0]["t"] == "error"
    assert await other.ask("flush") == ["flushed"]  # what is not of this session goes on
    other.wire.transport.abort()
