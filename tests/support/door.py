"""The API of a whole running stack, as a client uses it: real processes, and a worker for what is asked for `async`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2

from tests.rest.conftest import START, events, workflow
from tests.support.stack import Stack
from tests.support.tls import TRUST

PATIENCE_S = 60
ENDED = ("finished", "failed", "cancelled")
__all__ = ["START", "Door", "agent", "code", "events", "opened", "workflow"]


class Door:
    """What a client does; every answer is read as JSON."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self.client = client

    async def ask(self, method: str, path: str, body: Any = None, **options: Any) -> httpx2.Response:
        if body is not None:
            options["json"] = body
        return await self.client.request(method, f"/api/v1{path}", **options)

    async def make(self, document: dict[str, Any]) -> str:
        reply = await self.ask("POST", "/workflows", {"workflow": document})
        assert reply.status_code == 201, reply.text
        return reply.json()["id"]

    async def execute(self, id: str, input: Any = None, **more: Any) -> httpx2.Response:
        return await self.ask("POST", f"/workflows/{id}/execute", {"input": input, **more})

    async def begin(self, id: str, input: Any = None, **more: Any) -> str:
        """Have a worker run it; gives the id of the run."""
        reply = await self.execute(id, input, **{"async": True, **more})
        assert reply.status_code == 202, reply.text
        return reply.json()["run_id"]

    async def run(self, run_id: str, *, trace: bool = False) -> dict[str, Any]:
        return (await self.ask("GET", f"/runs/{run_id}?trace={str(trace).lower()}")).json()

    async def until(self, run_id: str, *statuses: str) -> dict[str, Any]:
        """The run once it stands like that."""
        async with asyncio.timeout(PATIENCE_S):
            while (run := await self.run(run_id))["status"] not in (statuses or ENDED):
                await asyncio.sleep(0.03)
        return run

    async def pauses(self, run_id: str, number: int) -> dict[str, dict[str, Any]]:
        """What the run waits for, by name, once it waits for that many answers."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                items = (await self.ask("GET", f"/runs/{run_id}/pauses")).json()["items"]
                if len(items) == number:
                    return {item["pause"]: item for item in items}
                await asyncio.sleep(0.03)

    async def answer(self, run_id: str, pause: str = "", **more: Any) -> httpx2.Response:
        """Answer one pause; the values are by the names of its form."""
        return await self.ask("POST", f"/runs/{run_id}/resume", {"pause": pause, "input": more})

    async def told(self, run_id: str) -> list[tuple[str, dict[str, Any]]]:
        """Every event of a run that has ended or sleeps."""
        reply = await self.ask("GET", f"/runs/{run_id}/events")
        return [(name, data) for _, name, data in events(reply.text)]

    async def until_told(self, run_id: str, name: str, block: str) -> None:
        """Follow a run, also past its pauses, until a block told that."""
        async with asyncio.timeout(PATIENCE_S):
            while not await self._heard(run_id, name, block):
                await asyncio.sleep(0.03)

    async def _heard(self, run_id: str, name: str, block: str) -> bool:
        async with self.client.stream("GET", f"/api/v1/runs/{run_id}/events") as reply:
            text = ""
            async for piece in reply.aiter_text():
                text += piece
                told = events(text[: text.rfind("\n\n") + 2])
                if any(one == name and data.get("block") == block for _, one, data in told):
                    return True
        return False


@asynccontextmanager
async def opened(stack: Stack) -> AsyncIterator[Door]:
    """A door to a stack that runs."""
    headers = {"x-api-key": stack.key}
    async with httpx2.AsyncClient(
        base_url=stack.url, headers=headers, timeout=90, trust_env=False, verify=TRUST
    ) as client:
        yield Door(client)


def code(id: str, text: str, **more: Any) -> dict[str, Any]:
    """A function; Python unless it says otherwise."""
    values = {"code": text, "language": more.pop("language", "python")}
    return {"id": id, "type": "function", "values": values, **more}


def agent(id: str, model: str = "openai_compatible/m", **more: Any) -> dict[str, Any]:
    """A model that is asked one thing."""
    values = {"model": model, "messages": [{"role": "user", "content": "Speak."}], **more.pop("values", {})}
    return {"id": id, "type": "agent", "values": values, **more}
