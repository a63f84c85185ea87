import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest
import pytest_asyncio
import uvicorn

from sim_core import settings as configuration
from sim_core.accounts.bootstrap import add_workspace, bootstrap
from sim_core.accounts.keys import create_key
from sim_core.app.platform import Platform, open_platform
from sim_core.rest.server import application
from sim_core.store.pool import open_store
from tests.support.http import Answer, Seen, Server, serve
from tests.support.ports import free_port
from tests.support.tls import TRUST


class Api:
    """The real API over real HTTP."""

    def __init__(self, platform: Platform, client: httpx2.AsyncClient, faults: list[BaseException]) -> None:
        self.platform = platform
        self.client = client
        self.faults = faults
        self.key = ""
        self.other_key = ""

    async def ask(self, method: str, path: str, body: Any = None, **options: Any) -> httpx2.Response:
        headers = {"x-api-key": self.key, **options.pop("headers", {})}
        if body is not None:
            options["json"] = body
        return await self.client.request(method, f"/api/v1{path}", headers=headers, **options)

    async def make(self, workflow: dict[str, Any]) -> str:
        reply = await self.ask("POST", "/workflows", {"workflow": workflow})
        assert reply.status_code == 201, reply.text
        return reply.json()["id"]

    async def execute(self, id: str, input: Any = None, **more: Any) -> httpx2.Response:
        headers = more.pop("headers", {})
        return await self.ask("POST", f"/workflows/{id}/execute", {"input": input, **more}, headers=headers)

    async def until(self, run_id: str, *statuses: str) -> dict[str, Any]:
        async with asyncio.timeout(60):
            while True:
                run = (await self.ask("GET", f"/runs/{run_id}")).json()
                if run["status"] in statuses:
                    return run
                await asyncio.sleep(0.02)


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rest")


@pytest_asyncio.fixture
async def api(clean_postgres: str, data: Path) -> AsyncIterator[Api]:
    settings = configuration.read(
        {"SIM_DATA": str(data), "SIM_MAX_BODY": "1000000", "SIM_WORKERS": "0", "SIM_ALLOW_HOSTS": "127.0.0.1"}
    )
    store = await open_store(clean_postgres, size=2)
    home = await bootstrap(store)
    other = await add_workspace(store, organization_id=home.organization_id, user_id=home.user_id, name="Other")
    everything = {"user_id": home.user_id, "name": "test", "scopes": ("admin",)}
    key = await create_key(store, workspace_id=home.workspace_id, **everything)
    other_key = await create_key(store, workspace_id=other, **everything)
    await store.close()
    faults: list[BaseException] = []
    platform = await open_platform(settings, clean_postgres, report=lambda error, id: faults.append(error))
    async with (
        served(platform) as url,
        httpx2.AsyncClient(base_url=url, timeout=30, trust_env=False, verify=TRUST) as client,
    ):
        found = Api(platform, client, faults)
        found.key, found.other_key = key.text, other_key.text
        yield found
        await platform.runs.drain(0)
    await platform.close()
    assert faults == []


class Gate:
    """A page that a run waits for until the test lets it through."""

    def __init__(self) -> None:
        self.server: Server
        self._open = asyncio.Event()
        self._open.set()

    def open(self) -> None:
        self._open.set()

    def close(self) -> None:
        self._open.clear()

    def block(self, id: str) -> dict[str, Any]:
        """A block that asks for the page."""
        return {"id": id, "type": "api", "values": {"url": f"{self.server.url}/"}}

    async def answer(self, seen: Seen) -> Answer:
        await self._open.wait()
        return Answer(body="come in")


@pytest_asyncio.fixture
async def gate() -> AsyncIterator[Gate]:
    made = Gate()
    async with serve(made.answer) as made.server:
        yield made


@asynccontextmanager
async def served(platform: Platform) -> AsyncIterator[str]:
    """The address of a server that speaks for a platform."""
    port = free_port()
    app: Any = application(platform.services)
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, ws="none", timeout_graceful_shutdown=1))
    serving = asyncio.ensure_future(server._serve())
    while not server.started:
        await asyncio.sleep(0.005)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await serving


def workflow(*blocks: dict[str, Any], edges: str = "", **more: Any) -> dict[str, Any]:
    """A document from blocks and edges written `a>b, a:port>b`."""
    named = {block["id"]: {"name": block["id"].capitalize(), **block} for block in blocks}
    drawn: dict[str, Any] = {}
    for edge in filter(None, edges.replace(" ", "").split(",")):
        left, target = edge.split(">")
        source, _, port = left.partition(":")
        drawn[edge] = {"id": edge, "source": source, "target": target, "source_handle": port or "source"}
    return {"name": "test", "blocks": named, "edges": drawn, **more}


START = {"id": "start", "type": "start"}
ASK = {
    "id": "ask",
    "type": "human_in_the_loop",
    "values": {"input_format": [{"name": "approved", "type": "boolean", "required": True}]},
}


def response(id: str, data: Any, **values: Any) -> dict[str, Any]:
    return {"id": id, "type": "response", "values": {"data_mode": "json", "data": data, **values}}


def variables(id: str, value: str) -> dict[str, Any]:
    """The cheapest block that computes something."""
    row = {"id": "v", "variable_name": "total", "type": "number", "value": value}
    return {"id": id, "type": "variables", "values": {"variables": [row]}}


def wait(id: str, seconds: float) -> dict[str, Any]:
    return {"id": id, "type": "wait", "values": {"time_value": seconds, "time_unit": "seconds"}}


ECHO = workflow(START, response("answer", {"got": "<start.n>"}), edges="start>answer")
TOTAL = workflow(
    START,
    variables("keep", "<start.n>"),
    edges="start>keep",
    variables={"t": {"id": "t", "name": "total", "type": "number", "value": 0}},
)
SLOW = workflow(START, wait("wait", 60), edges="start>wait")
APPROVAL = workflow(START, ASK, response("answer", {"yes": "<ask.approved>"}), edges="start>ask, ask>answer")


def events(text: str) -> list[tuple[str | None, str, Any]]:
    """Server-sent events as (id, name, data)."""
    found: list[tuple[str | None, str, Any]] = []
    for part in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in part.splitlines() if not line.startswith(":"))
        if "data" in fields:
            found.append((fields.get("id"), fields["event"], msgspec.json.decode(fields["data"])))
    return found
