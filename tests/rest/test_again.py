import asyncio
from typing import Any

from tests.rest.conftest import APPROVAL, ASK, START, Api, Gate, events, response, wait, workflow

SUM = {"id": "sum", "type": "function", "values": {"code": "return <start.n> + 1"}}
TWICE = {"id": "twice", "type": "function", "values": {"code": "return <sum.result> * 2"}}
CHAIN = workflow(START, SUM, TWICE, edges="start>sum, sum>twice")


def code(id: str, text: str, **more: Any) -> dict[str, Any]:
    return {"id": id, "type": "function", "values": {"code": text}, **more}


async def names(api: Api, run_id: str) -> list[tuple[str, str]]:
    told = events((await api.ask("GET", f"/runs/{run_id}/events")).text)
    return [(name, data.get("block", "")) for _, name, data in told]


async def change(api: Api, id: str, block: str, field: str, value: Any) -> None:
    op = {"op": "value.update", "items": [{"block_id": block, "field": field, "value": value}]}
    reply = await api.ask("PATCH", f"/workflows/{id}", {"operations": [op]})
    assert reply.status_code == 200, reply.text


async def test_a_run_is_repeated_from_a_block_with_edited_inputs(api: Api) -> None:
    id = await api.make(CHAIN)
    first = (await api.execute(id, {"n": 1})).json()
    assert first["output"]["result"] == 4
    body = {"from_block": "twice", "values": {"twice": {"code": "return <sum.result> * 100"}}}
    again = (await api.ask("POST", f"/runs/{first['run_id']}/replay", body)).json()
    assert (again["status"], again["output"]["result"]) == ("finished", 200)
    assert again["run_id"] != first["run_id"]
    told = await names(api, again["run_id"])
    assert [block for name, block in told if name == "block.started"] == ["twice"]
    run = (await api.ask("GET", f"/runs/{again['run_id']}")).json()
    assert (run["repeats"], run["trigger"], run["input"]) == (first["run_id"], "replay", {"n": 1})
    # one built on that, from the same block and from an earlier one
    third = (await api.ask("POST", f"/runs/{again['run_id']}/replay", {"from_block": "twice"})).json()
    assert third["output"]["result"] == 200
    fourth = (await api.ask("POST", f"/runs/{third['run_id']}/replay", {"from_block": "sum"})).json()
    assert fourth["output"]["result"] == 200
    whole = (await api.ask("POST", f"/runs/{first['run_id']}/replay", {"input": {"n": 10}})).json()
    assert whole["output"]["result"] == 22


async def test_what_cannot_be_repeated_is_refused_before_anything_runs(api: Api) -> None:
    id = await api.make(CHAIN)
    run_id = (await api.execute(id, {"n": 1})).json()["run_id"]
    for body, reason in (
        ({"from_block": "nobody"}, "no_such_block"),
        ({"values": {"nobody": {"code": "1"}}}, "no_such_block"),
        ({"values": {"twice": {"kode": "1"}}}, "no_such_field"),
        ({"from_block": "twice", "nonsense": 1}, None),
        ({"stream": True, "async": True}, "invalid"),
    ):
        reply = await api.ask("POST", f"/runs/{run_id}/replay", body)
        assert reply.status_code in (400, 422), reply.text
        assert reason is None or reply.json()["code"] == reason
    broken = await api.make(workflow(START, code("a", "return 1/0"), code("b", "return 2"), edges="start>a, a>b"))
    failed = (await api.execute(broken)).json()["run_id"]
    reply = await api.ask("POST", f"/runs/{failed}/replay", {"from_block": "b"})
    assert (reply.status_code, reply.json()["code"]) == (422, "cannot_run_from")
    assert len((await api.ask("GET", f"/runs?workflow_id={broken}")).json()["items"]) == 1
    other = await api.ask("POST", f"/runs/{run_id}/replay", {}, headers={"x-api-key": api.other_key})
    assert other.status_code == 404
    sleeping = await api.make(workflow(START, wait("w", 30), edges="start>w"))
    going = (await api.execute(sleeping, **{"async": True})).json()["run_id"]
    assert (await api.ask("POST", f"/runs/{going}/replay", {})).json()["code"] == "run_not_ended"
    assert (await api.ask("POST", f"/runs/{run_id}/retry", {})).json()["code"] == "not_failed"


async def test_a_block_in_a_container_is_repeated_with_its_container(api: Api) -> None:
    loop = {"id": "loop", "type": "loop", "name": "Each"}
    inner = code("inner", "return <loop.index> * 10", parent="loop")
    id = await api.make(
        workflow(
            START, loop, inner, code("after", "return <each.results>"),
            edges="start>loop, loop:loop-start-source>inner, loop>after",
            subflows={"loop": {"kind": "loop", "id": "loop", "iterations": 3}},
        )
    )  # fmt: skip
    first = (await api.execute(id)).json()
    assert len(first["output"]["result"]) == 3
    body = {"from_block": "inner", "values": {"inner": {"code": "return 'x'"}}}
    again = (await api.ask("POST", f"/runs/{first['run_id']}/replay", body)).json()
    assert [[one["result"] for one in results] for results in again["output"]["result"]] == [["x"]] * 3


async def test_a_replay_that_pauses_goes_on_with_what_it_was_built_on(api: Api) -> None:
    last = response("out", {"sum": "<sum.result>", "yes": "<ask.approved>"})
    id = await api.make(workflow(START, SUM, ASK, last, edges="start>sum, sum>ask, ask>out"))
    first = (await api.execute(id, {"n": 1})).json()["run_id"]
    await api.ask("POST", f"/runs/{first}/resume", {"input": {"approved": False}})
    again = (await api.ask("POST", f"/runs/{first}/replay", {"from_block": "ask"})).json()
    assert again["status"] == "paused"
    done = await api.ask("POST", f"/runs/{again['run_id']}/resume", {"input": {"approved": True}})
    assert done.json() == {"sum": 2, "yes": True}
    assert [one for one in await names(api, again["run_id"]) if one[1] == "sum"] == []


async def test_a_failed_run_goes_on_where_it_failed_and_stays_the_same_run(api: Api) -> None:
    flaky = code("flaky", "if {{DOOR}} == <start.shut>: raise ValueError('not yet')\nreturn 'ok'")
    id = await api.make(workflow(START, code("once", "return 'o'"), flaky, edges="start>once, once>flaky"))
    await api.ask("PUT", "/secrets/DOOR", {"value": "shut-for-now"})
    failed = await api.execute(id, {"shut": "shut-for-now"})
    run_id = failed.json()["run_id"]
    assert "not yet" in failed.json()["detail"]
    assert "__ref" not in failed.json()["detail"]
    await api.ask("PUT", "/secrets/DOOR", {"value": "open-by-now"})
    again = await api.ask("POST", f"/runs/{run_id}/retry", {})
    assert (again.status_code, again.json()["run_id"], again.json()["output"]["result"]) == (200, run_id, "ok")
    run = (await api.ask("GET", f"/runs/{run_id}?trace=true")).json()
    assert (run["status"], "error" in run) == ("finished", False)
    started = [block for name, block in await names(api, run_id) if name == "block.started"]
    assert started == ["start", "once", "flaky", "flaky"]
    assert (await api.ask("POST", f"/runs/{run_id}/retry", {})).status_code == 409


async def test_a_cancelled_run_can_be_taken_up_again(api: Api, gate: Gate) -> None:
    gate.close()
    id = await api.make(workflow(START, gate.block("w"), code("b", "return 1"), edges="start>w, w>b"))
    run_id = (await api.execute(id, **{"async": True})).json()["run_id"]
    await api.until(run_id, "running")
    await api.ask("POST", f"/runs/{run_id}/cancel")
    gate.open()
    again = await api.ask("POST", f"/runs/{run_id}/retry", {})
    assert again.json()["status"] == "finished"
    stopped = await api.ask("POST", f"/runs/{run_id}/retry", {"async": True})
    assert stopped.status_code == 409


async def test_a_draft_runs_from_a_block_and_until_one(api: Api) -> None:
    id = await api.make(CHAIN)
    none = await api.execute(id, from_block="twice")
    assert (none.status_code, none.json()["code"]) == (409, "no_history")
    until = (await api.execute(id, {"n": 1}, stop_after="sum")).json()
    assert (until["status"], [b for n, b in await names(api, until["run_id"]) if n == "block.started"]) == (
        "finished",
        ["start", "sum"],
    )
    await change(api, id, "twice", "code", "return <sum.result> * 3")
    ran = (await api.execute(id, from_block="twice")).json()
    assert ran["output"]["result"] == 6
    named = (await api.execute(id, from_block="sum", of_run=until["run_id"], stop_after="sum")).json()
    assert named["status"] == "finished"
    other = await api.make(CHAIN)
    wrong = await api.execute(other, from_block="sum", of_run=until["run_id"])
    assert (wrong.status_code, wrong.json()["code"]) == (422, "other_workflow")
    assert (await api.execute(id, from_block="sum", of_run="none")).status_code == 404


async def test_a_pin_counts_in_the_draft_and_not_in_a_deployed_version(api: Api) -> None:
    pin = {"op": "block.update", "items": [{"id": "sum", "set": {"pinned": {"output": {"result": 50}}}}]}
    id = await api.make(CHAIN)
    assert (await api.ask("PATCH", f"/workflows/{id}", {"operations": [pin]})).status_code == 200
    assert (await api.execute(id, {"n": 1})).json()["output"]["result"] == 100
    await api.ask("POST", f"/workflows/{id}/deployments", {})
    live = (await api.ask("POST", f"/workflows/{id}/execute?version=live", {"input": {"n": 1}})).json()
    assert live["output"]["result"] == 4
    text = (await api.ask("GET", f"/workflows/{id}/export?format=yaml")).text
    assert "pinned:" in text
    call = {"id": "call", "type": "workflow", "values": {"workflow_id": id, "input_mapping": {"n": 1}}}
    parent = await api.make(workflow(START, call, edges="start>call"))
    assert (await api.execute(parent)).json()["output"]["result"]["result"] == 4


async def test_a_stream_of_chosen_outputs_sends_them_and_the_end_and_nothing_else(api: Api) -> None:
    id = await api.make(CHAIN)
    reply = await api.execute(id, {"n": 1}, stream=True, select=["Sum.result", "twice"])
    told = [(name, data.get("text")) for _, name, data in events(reply.text)]
    assert told == [("block.delta", "2"), ("block.delta", '{"result":4,"stdout":""}'), ("run.finished", None)]
    wrong = await api.execute(id, {"n": 1}, stream=True, select=["nobody.x"])
    assert (wrong.status_code, wrong.json()["problems"][0]["pointer"]) == (422, "/select/0")


async def test_a_large_value_is_kept_apart_and_is_whole_again_when_the_run_goes_on(api: Api) -> None:
    big = code("big", "return 'x' * 400_000")
    last = code("size", "return [len(<big.result>), <ask.approved>]")
    id = await api.make(workflow(START, big, ASK, last, edges="start>big, big>ask, ask>size"))
    run_id = (await api.execute(id)).json()["run_id"]
    rows = await api.platform.services.store.rows(
        "SELECT event IS NULL AS apart, blob FROM execution_event WHERE run_id = $1 ORDER BY seq", run_id
    )
    assert [row["apart"] for row in rows].count(True) == 1
    done = (await api.ask("POST", f"/runs/{run_id}/resume", {"input": {"approved": True}})).json()
    assert done["output"]["result"] == [400_000, True]
    run = (await api.ask("GET", f"/runs/{run_id}?trace=true")).json()
    assert len(run["trace"]["children"][1]["output"]["result"]) == 400_000
    again = (await api.ask("POST", f"/runs/{run_id}/replay", {"from_block": "size"})).json()
    assert again["output"]["result"] == [400_000, True]


async def test_a_trace_has_times_and_the_spans_of_child_runs(api: Api) -> None:
    child = await api.make(CHAIN)
    call = {"id": "call", "type": "workflow", "values": {"workflow_id": child, "input_mapping": {"n": 2}}}
    parent = await api.make(workflow(START, call, edges="start>call"))
    run_id = (await api.execute(parent)).json()["run_id"]
    root = (await api.ask("GET", f"/runs/{run_id}?trace=true")).json()["trace"]
    [inner] = root["children"][1]["children"]
    assert [span["name"] for span in inner["children"]] == ["Start", "Sum", "Twice"]
    assert root["started_at"] <= inner["started_at"] <= inner["children"][1]["started_at"]


async def test_children_that_pause_in_branches_are_answered_one_by_one(api: Api) -> None:
    child = await api.make(APPROVAL)
    call = {"id": "call", "type": "workflow", "parent": "p", "values": {"workflow_id": child}}
    parent = await api.make(
        workflow(
            START, {"id": "p", "type": "parallel"}, call, response("out", "<p.results>"),
            edges="start>p, p:parallel-start-source>call, p>out",
            subflows={"p": {"kind": "parallel", "id": "p", "count": 3}},
        )
    )  # fmt: skip
    paused = (await api.execute(parent)).json()
    assert len(paused["pauses"]) == 3
    for number in range(3):
        items = (await api.ask("GET", f"/runs/{paused['run_id']}/pauses")).json()["items"]
        assert len(items) == 3 - number
        last = max(items, key=lambda item: item["pause"])
        reply = await api.ask("POST", f"/runs/{last['child']}/resume", {"input": {"approved": number == 0}})
        assert reply.status_code == 200
        async with asyncio.timeout(60):
            while len((await api.ask("GET", f"/runs/{paused['run_id']}/pauses")).json()["items"]) != 2 - number:
                await asyncio.sleep(0.02)
    run = await api.until(paused["run_id"], "finished")
    answers = [branch[0]["result"]["data"]["yes"] for branch in run["output"]["data"]]
    assert answers == [False, False, True]
