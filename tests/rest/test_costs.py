"""What requests do not cost: queries whose answers are known, and lists that a client has already."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from sim_core.store import deployments
from sim_core.store.pool import open_store
from sim_core.store.wire import Connection
from tests.rest.conftest import START, Api, response, workflow


def answering(word: str) -> dict[str, Any]:
    return workflow(START, response("answer", {"got": word}), edges="start>answer")


async def deployed(api: Api, word: str) -> str:
    id = await api.make(answering(word))
    assert (await api.ask("POST", f"/workflows/{id}/deployments", {})).status_code == 201
    return id


async def says(api: Api, id: str) -> Any:
    reply = await api.ask("POST", f"/workflows/{id}/execute?version=live", {"input": {}})
    return reply.json().get("got", reply.status_code)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is known is not asked again for its age, and nothing is looked at now and then: time plays no part."""
    for place in ("store.lives.KEPT_S", "rest.access.REMEMBER_S", "app.motor.SECRETS_S"):
        monkeypatch.setattr(f"sim_core.{place}", 3600.0)
    for place in ("keeping.BEAT_S", "sleepers.LOOK_S", "worker.LOOK_S"):
        monkeypatch.setattr(f"sim_core.jobs.{place}", 3600.0)


async def test_a_run_of_a_deployed_workflow_costs_its_two_commits(
    patient: None, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = await deployed(api, "one")
    await says(api, id)
    store = api.platform.services.store
    original, taken = store.connection, 0

    @asynccontextmanager
    async def counted() -> AsyncGenerator[Connection]:
        nonlocal taken
        taken += 1
        async with original() as connection:
            yield connection

    monkeypatch.setattr(store, "connection", counted)
    for _ in range(5):
        assert await says(api, id) == "one"
    assert taken == 10


async def test_another_live_version_counts_at_once_wherever_it_was_made(patient: None, api: Api) -> None:
    id = await deployed(api, "one")
    assert await says(api, id) == "one"
    change = {"op": "value.update", "items": [{"block_id": "answer", "field": "data", "value": {"got": "two"}}]}
    changed = await api.ask("POST", f"/workflows/{id}/operations", {"operations": [change]})
    assert changed.status_code == 200, changed.text
    await api.ask("POST", f"/workflows/{id}/deployments", {})
    assert await says(api, id) == "two"
    elsewhere = await open_store(api.platform.services.store.url, size=1)
    workspace = await elsewhere.value("SELECT workspace_id FROM workflow WHERE id = $1", id)
    try:
        await deployments.promote(elsewhere, id, workspace, version=1)
        async with asyncio.timeout(60):
            while await says(api, id) != "one":
                await asyncio.sleep(0.005)
        await deployments.undeploy(elsewhere, id, workspace)
        async with asyncio.timeout(60):
            while await says(api, id) != 404:
                await asyncio.sleep(0.005)
    finally:
        await elsewhere.close()


@pytest.mark.parametrize("path", ["/blocks", "/integrations", "/tools", "/tools?integration=github", "/models"])
async def test_a_list_that_a_client_has_is_not_sent_again(api: Api, path: str) -> None:
    first = await api.ask("GET", path)
    assert first.json()["items"]
    again = await api.ask("GET", path, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = await api.ask("GET", path, headers={"if-none-match": '"of another day"'})
    assert (other.status_code, other.content) == (200, first.content)
