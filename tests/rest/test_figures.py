from datetime import UTC, datetime, timedelta
from typing import Any

from tests.rest.conftest import START, Api, workflow

WORKS = workflow(START, {"id": "f", "type": "function", "values": {"code": "return 1"}}, edges="start>f")
BREAKS = workflow(START, {"id": "f", "type": "function", "values": {"code": "return 1 / 0"}}, edges="start>f")


def since(**ago: float) -> str:
    return (datetime.now(UTC) - timedelta(**ago)).isoformat().replace("+00:00", "Z")


async def figures(api: Api, **query: Any) -> list[dict[str, Any]]:
    reply = await api.ask("GET", "/runs/figures", params={"since": since(hours=1), "stretches": 4, **query})
    assert reply.status_code == 200, reply.text
    return reply.json()["items"]


async def test_runs_failures_latency_and_cost_are_told_over_time(api: Api) -> None:
    good, bad = await api.make(WORKS), await api.make(BREAKS)
    for _ in range(3):
        await api.execute(good)
    await api.execute(bad)
    (last,) = await figures(api)
    assert (last["runs"], last["failed"], last["tokens"], last["cost"]) == (4, 1, 0, 0.0)
    assert 0 < last["p50_ms"] <= last["p95_ms"]
    (of_one,) = await figures(api, workflow_id=good)
    assert (of_one["runs"], of_one["failed"]) == (3, 0)
    assert await figures(api, trigger="nobody") == []
    reply = await api.ask(
        "GET", "/runs/figures", params={"since": since(hours=1)}, headers={"x-api-key": api.other_key}
    )
    assert reply.json()["items"] == []


async def test_a_time_that_makes_no_sense_is_refused(api: Api) -> None:
    for query in ({"since": since(hours=-1)}, {"since": since(days=5000)}, {"since": "yesterday"}, {"stretches": 0}):
        reply = await api.ask("GET", "/runs/figures", params={"since": since(hours=1), **query})
        assert reply.status_code in (400, 422), reply.text


async def test_a_run_keeps_the_document_that_it_ran(api: Api) -> None:
    id = await api.make(WORKS)
    run_id = (await api.execute(id)).json()["run_id"]
    change = {"op": "value.update", "items": [{"block_id": "f", "field": "code", "value": "return 2"}]}
    assert (await api.ask("PATCH", f"/workflows/{id}", {"operations": [change]})).status_code == 200
    kept = (await api.ask("GET", f"/runs/{run_id}/document")).json()["workflow"]
    assert kept["blocks"]["f"]["values"]["code"] == "return 1"
    foreign = await api.ask("GET", f"/runs/{run_id}/document", headers={"x-api-key": api.other_key})
    assert foreign.status_code == 404


async def test_runs_are_found_by_name_failure_and_id(api: Api) -> None:
    good = await api.make({**WORKS, "name": "Ledger 100%"})
    bad = await api.make({**BREAKS, "name": "Other"})
    one = (await api.execute(good)).json()["run_id"]
    two = (await api.execute(bad)).json()["run_id"]

    async def found(text: str) -> list[str]:
        return [run["id"] for run in (await api.ask("GET", "/runs", params={"text": text})).json()["items"]]

    assert await found("ledger 100%") == [one]
    assert await found("DIVISION") == [two]
    assert await found(one) == [one]
    assert await found("nothing is called so") == []
