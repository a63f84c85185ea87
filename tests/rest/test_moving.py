"""Runs that another process goes on with while somebody waits for them, and those that wait for a worker."""

import asyncio
from typing import Any

import pytest

from tests.rest.conftest import APPROVAL, START, Api, Gate, events, response, variables, wait, workflow


def through(gate: Gate) -> dict[str, Any]:
    """A workflow that waits at the gate on its way."""
    return workflow(
        START, gate.block("w"), variables("keep", "<start.n>"), response("out", {"n": "<start.n>"}),
        edges="start>w, w>keep, keep>out", variables={"t": {"id": "t", "name": "total", "type": "number", "value": 0}},
    )  # fmt: skip


async def deployed(api: Api, document: dict[str, Any], **facts: Any) -> str:
    id = await api.make(document)
    reply = await api.ask("POST", f"/workflows/{id}/deployments", facts)
    assert reply.status_code == 201, reply.text
    return id


async def live(api: Api, id: str, input: Any, **more: Any) -> Any:
    return await api.ask("POST", f"/workflows/{id}/execute?version=live", {"input": input, **more})


async def hand_over(api: Api, run_id: str) -> int:
    """Have whoever performs a run give it back to the line, as a process that leaves does; the epoch it had."""
    async with asyncio.timeout(60):
        while (running := api.platform.runs.find(run_id)) is None:
            await asyncio.sleep(0.01)
    running.interrupt()
    return running.epoch


async def newest(api: Api, id: str, besides: str = "") -> str:
    async with asyncio.timeout(60):
        while True:
            items = (await api.ask("GET", f"/runs?workflow_id={id}")).json()["items"]
            if items and items[0]["id"] != besides and items[0]["status"] == "running":
                return items[0]["id"]
            await asyncio.sleep(0.01)


async def epoch(api: Api, run_id: str) -> int:
    return await api.platform.services.store.value("SELECT epoch FROM workflow_execution_logs WHERE id = $1", run_id)


@pytest.mark.parametrize("stream", [False, True], ids=["waits", "streams"])
async def test_whoever_waits_for_a_replay_gets_what_it_comes_to_in_another_process(
    api: Api, gate: Gate, stream: bool
) -> None:
    id = await deployed(api, through(gate))
    first = await live(api, id, {"n": 1})
    assert first.json() == {"n": 1}
    base = first.headers["x-run-id"]
    gate.close()
    asked = asyncio.ensure_future(api.ask("POST", f"/runs/{base}/replay", {"input": {"n": 2}, "stream": stream}))
    run_id = await newest(api, id, besides=base)
    before = await hand_over(api, run_id)
    gate.open()
    reply = await asked
    assert (reply.status_code, reply.headers["x-run-id"]) == (200, run_id), reply.text
    assert await epoch(api, run_id) > before
    if stream:
        told = [(name, data.get("block")) for _, name, data in events(reply.text)]
        assert told[-1][0] == "run.finished"
        assert [block for name, block in told if name == "block.finished"] == ["start", "w", "keep", "out"]
    else:
        assert reply.json() == {"n": 2}


@pytest.mark.parametrize("stream", [False, True], ids=["waits", "streams"])
async def test_whoever_waits_for_a_retry_gets_what_it_comes_to_in_another_process(
    api: Api, gate: Gate, stream: bool
) -> None:
    gate.close()
    id = await deployed(api, through(gate))
    run_id = (await live(api, id, {"n": 3}, **{"async": True})).json()["run_id"]
    await api.until(run_id, "running")
    assert (await api.ask("POST", f"/runs/{run_id}/cancel")).json()["status"] == "cancelled"
    asked = asyncio.ensure_future(api.ask("POST", f"/runs/{run_id}/retry", {"stream": stream}))
    await hand_over(api, run_id)
    gate.open()
    reply = await asked
    assert reply.status_code == 200, reply.text
    if stream:
        names = [name for _, name, _ in events(reply.text)]
        assert (names.count("run.cancelled"), names[-1]) == (0, "run.finished")
    else:
        assert reply.json() == {"n": 3}


async def test_a_run_that_is_stopped_before_its_first_step_says_so(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    id = await deployed(api, workflow(START, wait("w", 60), edges="start>w"))
    runs = api.platform.runs
    perform = runs.perform

    def stopped(*given: Any) -> Any:
        running = perform(*given)
        running.cancel()
        return running

    monkeypatch.setattr(runs, "perform", stopped)
    run_id = (await live(api, id, {"n": 1})).headers["x-run-id"]
    assert (await api.until(run_id, "cancelled"))["status"] == "cancelled"
    told = [name for _, name, _ in events((await api.ask("GET", f"/runs/{run_id}/events")).text)]
    assert told[-1] == "run.cancelled"


async def test_whoever_answers_a_pause_gets_what_the_run_comes_to_in_another_process(api: Api, gate: Gate) -> None:
    gate.close()
    blocks = {**APPROVAL["blocks"], "w": {**gate.block("w"), "name": "W"}}
    edges = workflow(edges="start>ask, ask>w, w>answer")["edges"]
    id = await deployed(api, {**APPROVAL, "blocks": blocks, "edges": edges})
    run_id = (await live(api, id, {})).json()["run_id"]
    asked = asyncio.ensure_future(api.ask("POST", f"/runs/{run_id}/resume", {"input": {"approved": True}}))
    await hand_over(api, run_id)
    gate.open()
    assert (await asked).json() == {"yes": True}


async def test_replays_and_retries_in_the_background_wait_for_a_worker(api: Api, gate: Gate) -> None:
    id = await deployed(api, through(gate))
    base = (await live(api, id, {"n": 1})).headers["x-run-id"]
    store = api.platform.services.store
    offered = "SELECT offered_at IS NOT NULL FROM workflow_execution_logs WHERE id = $1"
    reply = await api.ask("POST", f"/runs/{base}/replay", {"async": True, "from_block": "keep", "input": {"n": 1}})
    assert (reply.status_code, reply.json()["status"]) == (202, "queued")
    again = reply.json()["run_id"]
    done = await api.until(again, "finished", "failed")
    assert (done["status"], done["output"]["data"], done["repeats"]) == ("finished", {"n": 1}, base)
    assert await store.value(offered, again)
    told = events((await api.ask("GET", f"/runs/{again}/events")).text)
    assert [data["block"] for _, name, data in told if name == "block.started"] == ["keep", "out"]

    gate.close()
    stopped = (await live(api, id, {"n": 4}, **{"async": True})).json()["run_id"]
    await api.until(stopped, "running")
    await api.ask("POST", f"/runs/{stopped}/cancel")
    gate.open()
    reply = await api.ask("POST", f"/runs/{stopped}/retry", {"async": True})
    assert (reply.status_code, reply.json()) == (
        202, {"run_id": stopped, "status": "queued", "url": f"/api/v1/runs/{stopped}"},
    )  # fmt: skip
    # whoever follows it now is told of what comes, not only of the old end
    told = [name for _, name, _ in events((await api.ask("GET", f"/runs/{stopped}/events")).text)]
    assert told[-1] == "run.finished"
    assert (await api.until(stopped, "finished"))["output"]["data"] == {"n": 4}
    assert (await api.ask("POST", f"/runs/{stopped}/retry", {"async": True})).json()["code"] == "not_failed"
    both = await api.ask("POST", f"/runs/{stopped}/retry", {"async": True, "stream": True})
    assert both.status_code in (400, 422)


async def test_a_deployment_says_whether_its_runs_are_taken_over(api: Api) -> None:
    durable = "SELECT durable FROM workflow_execution_logs WHERE id = $1"
    store = api.platform.services.store
    simple = workflow(START, response("out", 1), edges="start>out")

    async def made(reply: Any) -> bool:
        return await store.value(durable, reply.headers["x-run-id"])

    id = await deployed(api, simple)
    assert await made(await live(api, id, {}))
    assert not await made(await live(api, id, {}, durable=False))
    assert not await made(await api.execute(id, {}))  # a test run of the draft
    assert await made(await api.execute(id, {}, **{"async": True}))
    light = await api.ask("POST", f"/workflows/{id}/deployments", {"durable": False})
    assert light.json()["durable"] is False
    first = await live(api, id, {})
    assert not await made(first)
    assert not await made(await live(api, id, {}, **{"async": True}))
    assert await made(await live(api, id, {}, durable=True))
    again = await api.ask("POST", f"/runs/{first.headers['x-run-id']}/replay", {})
    assert not await made(again)
    versions = (await api.ask("GET", f"/workflows/{id}/deployments")).json()["items"]
    assert [version["durable"] for version in versions] == [False, True]
    await api.ask("POST", f"/workflows/{id}/deployments/1/promote")
    assert await made(await live(api, id, {}))


async def test_a_run_keeps_its_deadline_when_it_moves_and_gets_all_of_its_time_when_it_wakes(api: Api) -> None:
    store = api.platform.services.store
    deadline = "SELECT deadline_at FROM workflow_execution_logs WHERE id = $1"
    slow = await deployed(api, workflow(START, wait("w", 60), edges="start>w"))
    asked = asyncio.ensure_future(live(api, slow, {}, timeout_s=30))
    run_id = await newest(api, slow)
    at = await store.value(deadline, run_id)
    before = await hand_over(api, run_id)
    async with asyncio.timeout(60):
        while await epoch(api, run_id) <= before + 1 or (await api.until(run_id, "running")) is None:
            await asyncio.sleep(0.01)
    assert await store.value(deadline, run_id) == at
    await store.execute("UPDATE workflow_execution_logs SET deadline_at = now() + interval '1 s' WHERE id = $1", run_id)
    await hand_over(api, run_id)
    reply = await asyncio.wait_for(asked, 60)
    assert (reply.status_code, reply.json()["code"]) == (504, "timeout")

    sleeps = await deployed(api, APPROVAL)
    run_id = (await live(api, sleeps, {}, timeout_s=50)).json()["run_id"]
    assert await store.value(deadline, run_id) is None
    await api.ask("POST", f"/runs/{run_id}/resume", {"input": {"approved": True}})
    assert (await api.until(run_id, "finished"))["output"]["data"] == {"yes": True}
