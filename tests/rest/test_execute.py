import asyncio
import time

from tests.rest.conftest import APPROVAL, ECHO, SLOW, START, TOTAL, Api, events, response, wait, workflow


async def test_a_run_answers_with_its_output_and_leaves_a_record(api: Api) -> None:
    id = await api.make(TOTAL)
    reply = await api.execute(id, {"n": 7})
    ran = reply.json()
    assert (reply.status_code, ran["status"]) == (200, "finished")
    assert reply.headers["x-run-id"] == ran["run_id"]
    run = (await api.ask("GET", f"/runs/{ran['run_id']}?trace=true")).json()
    assert (run["input"], run["status"], run["trigger"]) == ({"n": 7}, "finished", "api")
    assert [span["name"] for span in run["trace"]["children"]] == ["Start", "Keep"]


async def test_a_response_block_chooses_body_status_and_harmless_headers(api: Api) -> None:
    headers = [
        {"key": "X-Mine", "value": "yes"},
        {"key": "Set-Cookie", "value": "a=b"},
        {"key": "Content-Length", "value": "1"},
    ]
    id = await api.make(
        workflow(START, response("out", {"a": "<start.n>"}, status=201, headers=headers), edges="start>out")
    )
    reply = await api.execute(id, {"n": 3})
    assert (reply.status_code, reply.json(), reply.headers["x-mine"]) == (201, {"a": 3}, "yes")
    assert "set-cookie" not in reply.headers


async def test_a_failed_run_is_a_problem_that_names_the_block(api: Api) -> None:
    broken = {"id": "code", "type": "function", "values": {"code": "return 1 / <start.n>"}}
    id = await api.make(workflow(START, broken, edges="start>code"))
    reply = await api.execute(id, {"n": 0})
    problem = reply.json()
    assert reply.status_code == 500
    assert reply.headers["content-type"] == "application/problem+json"
    assert (problem["code"], problem["error"]["block"]) == ("run_failed", "code")
    assert "ZeroDivisionError" in problem["detail"]
    assert (await api.ask("GET", f"/runs/{problem['run_id']}")).json()["error"]["block_name"] == "Code"


async def test_an_input_that_lacks_something_is_the_callers_mistake(api: Api) -> None:
    start = {**START, "values": {"input_format": [{"name": "n", "type": "number", "required": True}]}}
    id = await api.make(workflow(start, response("out", "<start.n>"), edges="start>out"))
    reply = await api.execute(id, {})
    assert (reply.status_code, reply.json()["code"]) == (422, "bad_input")


async def test_a_workflow_that_cannot_run_says_everything_that_is_wrong(api: Api) -> None:
    lacking = {"type": "function"}
    id = await api.make(workflow(START, {"id": "a", **lacking}, {"id": "b", **lacking}, edges="start>a, start>b"))
    reply = await api.execute(id)
    problem = reply.json()
    assert (reply.status_code, problem["code"]) == (422, "invalid_workflow")
    assert {one["block"] for one in problem["problems"]} == {"a", "b"}
    assert (await api.ask("GET", "/runs")).json()["items"] == []
    checked = (await api.ask("POST", f"/workflows/{id}/validate")).json()
    assert checked["valid"] is False


async def test_a_stream_tells_what_happens_in_order_and_ends(api: Api) -> None:
    id = await api.make(ECHO)
    reply = await api.execute(id, {"n": 1}, stream=True)
    told = events(reply.text)
    assert reply.headers["content-type"].startswith("text/event-stream")
    assert [number for number, _, _ in told] == [str(n) for n in range(1, len(told) + 1)]
    names = [name for _, name, _ in told]
    assert (names[0], names[-1]) == ("run.started", "run.finished")
    assert told[-1][2]["output"]["data"] == {"got": 1}


async def test_a_stream_goes_on_after_the_last_event_that_was_seen(api: Api) -> None:
    id = await api.make(workflow(START, wait("wait", 0.2), response("out", 1), edges="start>wait, wait>out"))
    run_id = (await api.execute(id, **{"async": True})).json()["run_id"]
    whole = events((await api.ask("GET", f"/runs/{run_id}/events")).text)
    rest = await api.ask("GET", f"/runs/{run_id}/events", headers={"last-event-id": whole[2][0] or ""})
    assert events(rest.text) == whole[3:]
    assert events((await api.ask("GET", f"/runs/{run_id}/events?after={len(whole)}")).text) == []
    bad = await api.ask("GET", f"/runs/{run_id}/events", headers={"last-event-id": "x"})
    assert bad.status_code == 422


async def test_a_run_in_the_background_is_asked_for_until_it_ends(api: Api) -> None:
    id = await api.make(ECHO)
    reply = await api.execute(id, {"n": 2}, **{"async": True})
    accepted = reply.json()
    assert (reply.status_code, reply.headers["location"]) == (202, f"/api/v1/runs/{accepted['run_id']}")
    assert (await api.until(accepted["run_id"], "finished"))["output"]["data"] == {"got": 2}


async def test_a_cancelled_run_stops_at_once(api: Api) -> None:
    id = await api.make(SLOW)
    run_id = (await api.execute(id, **{"async": True})).json()["run_id"]
    waiting = asyncio.ensure_future(api.ask("GET", f"/runs/{run_id}/events"))
    await api.until(run_id, "running")
    began = time.monotonic()
    reply = await api.ask("POST", f"/runs/{run_id}/cancel")
    assert (reply.status_code, reply.json()["status"]) == (200, "cancelled")
    assert time.monotonic() - began < 30
    assert events((await waiting).text)[-1][1] == "run.cancelled"
    again = await api.ask("POST", f"/runs/{run_id}/cancel")
    assert (again.status_code, again.json()["code"]) == (409, "run_ended")


async def test_a_run_that_takes_too_long_is_stopped(api: Api) -> None:
    id = await api.make(SLOW)
    reply = await api.execute(id, timeout_s=0.2)
    assert (reply.status_code, reply.json()["code"]) == (504, "timeout")


async def test_a_key_starts_a_run_once(api: Api) -> None:
    id = await api.make(workflow(START, wait("wait", 0.3), response("out", 1), edges="start>wait, wait>out"))
    headers = {"idempotency-key": "one"}
    first, second = await asyncio.gather(*(api.execute(id, {"n": 1}, headers=headers) for _ in range(2)))
    assert first.headers["x-run-id"] == second.headers["x-run-id"]
    assert {first.headers.get("idempotency-replayed"), second.headers.get("idempotency-replayed")} == {None, "true"}
    later = await api.execute(id, {"n": 1}, headers=headers)
    assert (later.status_code, later.json()) == (first.status_code, first.json())
    other = await api.execute(id, {"n": 2}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_mismatch")


async def test_a_pause_waits_for_an_answer_that_fits_its_form(api: Api) -> None:
    id = await api.make(APPROVAL)
    paused = await api.execute(id)
    assert (paused.status_code, paused.json()["status"]) == (202, "paused")
    run_id = paused.json()["run_id"]
    pauses = (await api.ask("GET", f"/runs/{run_id}/pauses")).json()["items"]
    assert [(one["kind"], one["block"], one["form"][0]["name"]) for one in pauses] == [("human", "ask", "approved")]
    bad = await api.ask("POST", f"/runs/{run_id}/resume", {"input": {"approved": "maybe"}})
    assert (bad.status_code, bad.json()["pointer"]) == (422, "/input/approved")
    unknown = await api.ask("POST", f"/runs/{run_id}/resume", {"pause": "other", "input": {"approved": True}})
    assert unknown.status_code == 409
    done = await api.ask("POST", f"/runs/{run_id}/resume", {"input": {"approved": True}})
    assert (done.status_code, done.json()) == (200, {"yes": True})
    again = await api.ask("POST", f"/runs/{run_id}/resume", {"input": {"approved": True}})
    assert (again.status_code, again.json()["code"]) == (409, "not_paused")
    names = [name for _, name, _ in events((await api.ask("GET", f"/runs/{run_id}/events")).text)]
    assert "run.paused" in names and names[-1] == "run.finished"


async def test_only_one_of_two_answers_counts(api: Api) -> None:
    id = await api.make(APPROVAL)
    run_id = (await api.execute(id)).json()["run_id"]
    answers = [api.ask("POST", f"/runs/{run_id}/resume", {"input": {"approved": True}}) for _ in range(4)]
    statuses = sorted(reply.status_code for reply in await asyncio.gather(*answers))
    assert statuses == [200, 409, 409, 409]


async def test_a_paused_run_can_be_cancelled(api: Api) -> None:
    id = await api.make(APPROVAL)
    run_id = (await api.execute(id)).json()["run_id"]
    assert (await api.ask("POST", f"/runs/{run_id}/cancel")).json()["status"] == "cancelled"
    assert (await api.ask("GET", f"/runs/{run_id}")).json()["status"] == "cancelled"


async def test_a_pause_in_a_child_pauses_its_parent_until_the_child_is_answered(api: Api) -> None:
    child = await api.make(APPROVAL)
    call = {"id": "call", "type": "workflow", "values": {"workflow_id": child}}
    parent = await api.make(workflow(START, call, response("out", "<call.result>"), edges="start>call, call>out"))
    paused = (await api.execute(parent)).json()
    assert paused["status"] == "paused"
    [pause] = (await api.ask("GET", f"/runs/{paused['run_id']}/pauses")).json()["items"]
    assert pause["kind"] == "child"
    done = await api.ask("POST", f"/runs/{pause['child']}/resume", {"input": {"approved": True}})
    assert done.status_code == 200
    run = await api.until(paused["run_id"], "finished", "failed")
    assert run["status"] == "finished"
    assert run["output"]["data"]["data"] == {"yes": True}


async def test_a_child_is_a_run_of_its_own_and_stops_with_its_parent(api: Api) -> None:
    child = await api.make(SLOW)
    call = {"id": "call", "type": "workflow", "values": {"workflow_id": child}}
    parent = await api.make(workflow(START, call, edges="start>call"))
    run_id = (await api.execute(parent, **{"async": True})).json()["run_id"]
    inner = None
    async with asyncio.timeout(60):
        while inner is None:
            inner = next(iter((await api.ask("GET", f"/runs?parent_id={run_id}")).json()["items"]), None)
            await asyncio.sleep(0.02)
    await api.ask("POST", f"/runs/{run_id}/cancel")
    assert (await api.until(inner["id"], "cancelled"))["workflow_id"] == child


async def test_a_deployed_version_stays_as_it_was(api: Api) -> None:
    id = await api.make(ECHO)
    made = await api.ask("POST", f"/workflows/{id}/deployments", {"note": "first"})
    assert (made.status_code, made.json()["version"], made.json()["live"]) == (201, 1, True)
    change = {"op": "value.update", "items": [{"block_id": "answer", "field": "data", "value": "changed"}]}
    assert (await api.ask("PATCH", f"/workflows/{id}", {"operations": [change]})).status_code == 200
    body = {"input": {"n": 5}}
    assert (await api.ask("POST", f"/workflows/{id}/execute", body)).json() == "changed"
    assert (await api.ask("POST", f"/workflows/{id}/execute?version=live", body)).json() == {"got": 5}
    assert (await api.ask("POST", f"/workflows/{id}/execute?version=2", body)).status_code == 404


async def test_versions_are_read_with_their_document_promoted_and_taken_offline(api: Api) -> None:
    id = await api.make(ECHO)
    await api.ask("POST", f"/workflows/{id}/deployments", {"note": "first"})
    change = {"op": "value.update", "items": [{"block_id": "answer", "field": "data", "value": "changed"}]}
    await api.ask("PATCH", f"/workflows/{id}", {"operations": [change]})
    await api.ask("POST", f"/workflows/{id}/deployments", {})
    listed = (await api.ask("GET", f"/workflows/{id}/deployments")).json()["items"]
    assert [(one["version"], one["live"], one["author"]) for one in listed] == [
        (2, True, ""),
        (1, False, ""),
    ]  # by a key
    first, live = [(await api.ask("GET", f"/workflows/{id}/deployments/{one}")).json() for one in (1, "live")]
    assert (first["note"], first["workflow"]["blocks"]["answer"]["values"]["data"]) == ("first", {"got": "<start.n>"})
    assert (live["version"], live["workflow"]["blocks"]["answer"]["values"]["data"]) == (2, "changed")
    for wrong in ("3", "0x1", "latest"):
        assert (await api.ask("GET", f"/workflows/{id}/deployments/{wrong}")).status_code == 404
    assert (await api.ask("POST", f"/workflows/{id}/deployments/1/promote")).json()["live"]
    assert (await api.ask("GET", f"/workflows/{id}/deployments/live")).json()["version"] == 1
    stranger = {"x-api-key": api.other_key}
    for method, place in (("GET", "deployments/1"), ("GET", "deployments/live"), ("POST", "undeploy")):
        assert (await api.ask(method, f"/workflows/{id}/{place}", headers=stranger)).status_code == 404
    assert (await api.ask("POST", f"/workflows/{id}/undeploy")).status_code == 204
    assert (await api.ask("POST", f"/workflows/{id}/execute?version=live", {"input": {"n": 5}})).status_code == 404
    assert len((await api.ask("GET", f"/workflows/{id}/deployments")).json()["items"]) == 2


async def test_twenty_runs_at_once_all_answer_with_their_own(api: Api) -> None:
    id = await api.make(ECHO)
    replies = await asyncio.gather(*(api.execute(id, {"n": n}) for n in range(20)))
    assert [reply.json() for reply in replies] == [{"got": n} for n in range(20)]
    page = (await api.ask("GET", "/runs?limit=15")).json()
    rest = (await api.ask("GET", f"/runs?limit=15&cursor={page['next_cursor']}")).json()
    assert len({run["id"] for run in (*page["items"], *rest["items"])}) == 20


async def test_a_server_that_stops_interrupts_what_does_not_end_and_hands_over_what_is_durable(api: Api) -> None:
    id = await api.make(SLOW)
    light, durable = [
        (await api.execute(id, **{"async": True, "durable": durable})).json()["run_id"] for durable in (False, True)
    ]
    await api.until(light, "running")
    await api.until(durable, "running")
    await api.platform.runs.drain(0.1)
    assert (await api.execute(id)).json()["code"] == "busy"
    run = (await api.ask("GET", f"/runs/{light}")).json()
    assert (run["status"], run["error"]["code"]) == ("failed", "interrupted")
    assert (await api.ask("GET", f"/runs/{durable}")).json()["status"] == "pending"
    assert (await api.client.get("/health/ready")).status_code == 503
    assert (await api.client.get("/health/live")).status_code == 200
