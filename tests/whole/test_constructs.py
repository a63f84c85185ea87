"""What runs do by the front door: stopped, timed out, stopped by a mistake, streamed, traced, with large values."""

import json
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.support import vendors
from tests.support.door import START, Door, agent, code, events, workflow
from tests.support.http import Answer, Seen, Server, serve, sse

LONG_S = 50
"""What is stopped would take so long."""
SOON_S = 25
"""What is stopped has stopped within a second on a quiet machine; a busy one is given time."""


@pytest_asyncio.fixture
async def vendor(door: Door) -> AsyncIterator[Server]:
    """A model that says one word and then falls silent, a page that never comes, and models that answer."""
    word = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "usage": None}

    def answers(seen: Seen) -> Answer:
        if seen.path == "/slow":
            return Answer(body="late", delay_s=LONG_S)
        if seen.path == "/v1/responses":
            return vendors.responses("Four ", "words ", "in ", "all.")
        if "silent" in seen.json["model"]:
            begun = {**word, "choices": [{"index": 0, "delta": {"content": "Well"}, "finish_reason": None}]}
            return sse(begun, begun, pause_s=LONG_S)
        if "judge" in seen.json["model"]:
            return vendors.chat('{"reasoning": "Plain.", "scores": {"clarity_1": 4.5}}')
        return vendors.chat("Hel", "lo")

    async with serve(answers) as server:
        for name, value in (
            ("OPENAI_COMPATIBLE_BASE_URL", f"{server.url}/v1"),
            ("OPENAI_BASE_URL", f"{server.url}/v1"),
            ("OPENAI_API_KEY", "not-a-key"),
        ):
            reply = await door.ask("PUT", f"/secrets/{name}", {"value": value})
            assert reply.status_code < 300, reply.text
        yield server


SPIN = {
    "python": "import time\nwhile True: pass",
    "javascript": "while (true) {}",
    "sleeping": f"import time\ntime.sleep({LONG_S})",
}


def busy(kind: str, server: Server, child: str, parent: str | None = None) -> dict[str, Any]:
    """A block that is at work for long."""
    inside = {} if parent is None else {"parent": parent}
    match kind:
        case "agent":
            return agent("x", "openai_compatible/silent", **inside)
        case "api":
            return {"id": "x", "type": "api", "values": {"url": f"{server.url}/slow"}, **inside}
        case "workflow":
            return {"id": "x", "type": "workflow", "values": {"workflow_id": child}, **inside}
        case _:
            return code("x", SPIN[kind], language="javascript" if kind == "javascript" else "python", **inside)


@pytest.mark.parametrize("kind", ["python", "javascript", "sleeping", "api", "agent", "workflow"])
@pytest.mark.parametrize("where", ["alone", "in branches"])
async def test_stopping_a_run_reaches_what_its_block_is_doing(
    door: Door, vendor: Server, kind: str, where: str
) -> None:
    child = await door.make(workflow(START, code("c", SPIN["sleeping"]), edges="start>c"))
    after = code("after", "return 1")
    if where == "alone":
        document = workflow(START, busy(kind, vendor, child), after, edges="start>x, x>after")
    else:
        document = workflow(
            START, {"id": "p", "type": "parallel"}, busy(kind, vendor, child, "p"), after,
            edges="start>p, p:parallel-start-source>x, p>after",
            subflows={"p": {"kind": "parallel", "id": "p", "count": 2}},
        )  # fmt: skip
    run_id = await door.begin(await door.make(document))
    await door.until_told(run_id, "block.started", "x")
    began = time.monotonic()
    assert (await door.ask("POST", f"/runs/{run_id}/cancel")).json()["status"] == "cancelled"
    run = await door.until(run_id)
    assert time.monotonic() - began < SOON_S
    assert run["status"] == "cancelled"
    for inner in (await door.ask("GET", f"/runs?parent_id={run_id}")).json()["items"]:
        assert (await door.until(inner["id"]))["status"] == "cancelled"
    told = await door.told(run_id)
    assert "after" not in {data.get("block") for _, data in told}
    assert told[-1][0] == "run.cancelled"


async def test_a_loop_that_never_waits_and_never_ends_is_stopped_too(door: Door) -> None:
    row = {"id": "v", "variable_name": "n", "type": "number", "value": "<loop.index>"}
    spin = {"id": "x", "type": "variables", "parent": "l", "values": {"variables": [row]}}
    document = workflow(
        START, {"id": "l", "type": "loop"}, spin, edges="start>l, l:loop-start-source>x",
        subflows={"l": {"kind": "loop", "id": "l", "iterations": 1_000_000}},
        variables={"n": {"id": "n", "name": "n", "type": "number", "value": 0}},
    )  # fmt: skip
    run_id = await door.begin(await door.make(document))
    await door.until_told(run_id, "block.started", "x")
    await door.ask("POST", f"/runs/{run_id}/cancel")
    assert (await door.until(run_id))["status"] == "cancelled"


@pytest.mark.parametrize("kind", ["python", "javascript", "api", "agent", "workflow"])
async def test_a_block_that_takes_longer_than_it_may_fails_by_its_port_and_the_run_goes_on(
    door: Door, vendor: Server, kind: str
) -> None:
    child = await door.make(workflow(START, code("c", SPIN["sleeping"]), edges="start>c"))
    slow = {**busy(kind, vendor, child), "timeout_s": 0.5}
    document = workflow(START, slow, code("sorry", "return <x.error>"), edges="start>x, x:error>sorry")
    reply = await door.execute(await door.make(document))
    assert reply.status_code == 200, reply.text
    assert reply.json()["output"]["result"] == "It took longer than 0.5 s."
    for inner in (await door.ask("GET", f"/runs?parent_id={reply.json()['run_id']}")).json()["items"]:
        assert (await door.until(inner["id"]))["status"] == "cancelled"


async def test_a_block_that_takes_too_long_is_tried_again_and_then_fails_the_run(door: Door) -> None:
    slow = code("x", SPIN["sleeping"], timeout_s=0.2, retry={"tries": 2, "wait_ms": 0})
    reply = await door.execute(await door.make(workflow(START, slow, edges="start>x")))
    assert (reply.status_code, reply.json()["error"]["code"]) == (500, "block_timeout")
    run = await door.run(reply.json()["run_id"], trace=True)
    assert run["trace"]["children"][-1]["tries"] == 2


async def test_a_run_that_takes_longer_than_it_may_is_stopped_by_a_worker_too(door: Door) -> None:
    id = await door.make(workflow(START, code("x", SPIN["python"]), edges="start>x"))
    run = await door.until(await door.begin(id, timeout_s=1))
    assert (run["status"], run["error"]["code"]) == ("cancelled", "timeout")


STARTED = ("block.started",)
ROWS = [
    {"id": "one", "title": "if", "value": "1 > 2"},
    {"id": "two", "title": "else if", "value": "1 +\n<start.n> + nothing"},
]


@pytest.mark.parametrize(
    ("bad", "words", "line"),
    [
        (code("bad", "a = 1\nreturn <start.n>['x']"), "line 2: TypeError", 2),
        (code("bad", "a = 1\nreturn (<start.n>"), "SyntaxError", 2),
        (code("bad", "const a = 1;\nreturn <start.n>.x.y;", language="javascript"), "line 2: TypeError", 2),
        (
            {"id": "bad", "type": "condition", "values": {"conditions": ROWS}},
            'condition "else if" (row 2): line 2: NameError',
            2,
        ),
    ],
)
async def test_code_that_fails_is_told_by_block_row_line_and_message(
    door: Door, bad: dict[str, Any], words: str, line: int
) -> None:
    reply = await door.execute(await door.make(workflow(START, bad, edges="start>bad")), {"n": 1})
    problem = reply.json()
    assert (reply.status_code, problem["error"]["block"], problem["error"]["block_name"]) == (500, "bad", "Bad")
    assert words in problem["detail"], problem["detail"]
    assert "__ref" not in problem["detail"]
    [failed] = [data for name, data in await door.told(problem["run_id"]) if name == "block.failed"]
    assert (failed["line"], failed["field"]) == (line, "conditions" if bad["type"] == "condition" else "code")


async def test_a_loop_whose_condition_fails_names_its_iteration(door: Door) -> None:
    loop = {"kind": "loop", "id": "l", "loop_type": "while", "condition": "<loop.index> < 1 or\n<x.result>.nope"}
    document = workflow(
        START, {"id": "l", "type": "loop", "name": "Again"}, code("x", "return 1", parent="l"),
        edges="start>l, l:loop-start-source>x", subflows={"l": loop},
    )  # fmt: skip
    problem = (await door.execute(await door.make(document))).json()
    assert 'The condition of loop "Again" failed at iteration 1: line 2: ' in problem["detail"]
    assert problem["error"]["block"] == "l"


@pytest.mark.parametrize("parent", [{}, {"parent": "l"}], ids=["outside", "in a loop"])
async def test_blocks_that_would_wait_for_each_other_are_refused_by_their_names(
    door: Door, parent: dict[str, str]
) -> None:
    document = workflow(
        START, {"id": "l", "type": "loop"}, code("ask", "return 1", **parent), code("bring", "return 2", **parent),
        edges="start>l, ask>bring, bring>ask", subflows={"l": {"kind": "loop", "id": "l", "iterations": 2}},
    )  # fmt: skip
    made = await door.ask("POST", "/workflows", {"workflow": document})
    assert (made.status_code, made.json()["problems"][0]["code"]) == (422, "edge_cycle")
    assert made.json()["problems"][0]["message"] == "'Ask' leads to 'Bring' already: this edge would close a ring"


async def test_words_of_chosen_outputs_stream_and_fields_of_others_come_whole(door: Door, vendor: Server) -> None:
    document = workflow(
        START, agent("a"), agent("quiet"), code("f", "return {'deep': {'list': [1, <a.content>]}}"),
        edges="start>a, a>quiet, quiet>f",
    )  # fmt: skip
    reply = await door.execute(await door.make(document), stream=True, select=["A.content", "f.result.deep.list[1]"])
    told = [(name, data.get("block"), data.get("text")) for _, name, data in events(reply.text)]
    spoken = [text for name, block, text in told if (name, block) == ("block.delta", "a")]
    assert "".join(spoken) == "Hello"
    assert told[len(spoken) :] == [("block.delta", "f", "Hello"), ("run.finished", None, None)]


async def test_a_trace_has_spans_in_containers_and_children_with_tokens_and_cost(door: Door, vendor: Server) -> None:
    model = "openai/gpt-6.1-sol"
    child = await door.make(workflow(START, agent("in", model), edges="start>in"))
    call = {"id": "call", "type": "workflow", "values": {"workflow_id": child}}
    document = workflow(
        START, {"id": "l", "type": "loop"}, agent("a", model, parent="l"), call,
        edges="start>l, l:loop-start-source>a, l>call", subflows={"l": {"kind": "loop", "id": "l", "iterations": 2}},
    )  # fmt: skip
    reply = await door.execute(await door.make(document))
    assert reply.status_code == 200, reply.text
    run = await door.run(reply.json()["run_id"], trace=True)
    root = run["trace"]
    assert [span["name"] for span in root["children"]] == ["Start", "L", "Call"]
    iterations = root["children"][1]["children"]
    assert [(one["name"], one["type"]) for one in iterations] == [
        ("Iteration 1", "iteration"), ("Iteration 2", "iteration"),
    ]  # fmt: skip
    steps = [*(span["children"][0] for span in iterations)]
    [inner] = root["children"][2]["children"]
    steps.append(next(span for span in inner["children"] if span["name"] == "In"))
    assert [(step["usage"]["input"], step["usage"]["output"]) for step in steps] == [(100, 20)] * 3
    # 60 fresh and 40 cached tokens asked, 20 answered: prices per million
    each = (60 * 2.0 + 40 * 0.1 + 20 * 10.0) / 1e6
    assert [step["cost"]["total"] for step in steps] == pytest.approx([each] * 3)
    assert (root["usage"]["input"], root["usage"]["output"]) == (300, 60)
    assert root["cost"]["total"] == pytest.approx(3 * each)
    assert (run["tokens_input"], run["tokens_output"], run["cost"]) == (200, 40, pytest.approx(2 * each))
    assert all(span["started_at"] and span["ms"] >= 0 for span in steps)


BIG = 400_000


async def test_large_values_cross_loops_children_and_workers_whole(door: Door) -> None:
    child = await door.make(workflow(START, code("c", "return <start.text> + '!'"), edges="start>c"))
    call = {
        "id": "call", "type": "workflow", "parent": "l",
        "values": {"workflow_id": child, "input_mapping": {"text": "<big.result>"}},
    }  # fmt: skip
    document = workflow(
        START, code("big", "return <start.letter> * <start.n>"), {"id": "l", "type": "loop"}, call,
        code("sizes", "return [len(one[0]['result']['result']) for one in <l.results>]"),
        edges="start>big, big>l, l:loop-start-source>call, l>sizes",
        subflows={"l": {"kind": "loop", "id": "l", "iterations": 2}},
    )  # fmt: skip
    id = await door.make(document)
    given = {"letter": "é", "n": BIG, "pad": "x" * BIG}
    run = await door.until(await door.begin(id, given))
    assert (run["status"], run["output"]["result"]) == ("finished", [BIG + 1] * 2)
    assert len(run["input"]["pad"]) == BIG
    root = (await door.run(run["id"], trace=True))["trace"]
    assert root["children"][1]["output"]["result"] == "é" * BIG
    told = await door.told(run["id"])
    assert max(len(json.dumps(data, ensure_ascii=False)) for _, data in told) > 2 * BIG
    whole = await door.ask("POST", f"/runs/{run['id']}/replay", {"from_block": "sizes"})
    assert whole.json()["output"]["result"] == [BIG + 1] * 2


async def test_runs_from_a_block_until_one_and_again_with_edited_inputs_on_a_worker(door: Door) -> None:
    document = workflow(
        START, code("a", "return <start.n> + 1"), code("b", "return <a.result> * 10"), code("c", "return -<b.result>"),
        edges="start>a, a>b, b>c",
    )  # fmt: skip
    id = await door.make(document)
    until = await door.until(await door.begin(id, {"n": 1}, stop_after="b"))
    assert (until["status"], [data["block"] for name, data in await door.told(until["id"]) if name in STARTED]) == (
        "finished",
        ["start", "a", "b"],
    )
    onward = await door.until(await door.begin(id, from_block="c", of_run=until["id"]))
    assert onward["output"]["result"] == -20
    body = {"async": True, "from_block": "b", "values": {"b": {"code": "return <a.result> * 7"}}}
    reply = await door.ask("POST", f"/runs/{onward['id']}/replay", body)
    assert reply.status_code == 202, reply.text
    again = await door.until(reply.json()["run_id"])
    assert (again["output"]["result"], again["repeats"]) == (-14, onward["id"])
    assert [data["block"] for name, data in await door.told(again["id"]) if name in STARTED] == ["b", "c"]


async def test_a_run_that_failed_on_a_worker_is_taken_up_by_one_again(door: Door) -> None:
    flaky = "if {{WEATHER}} == 'bad': raise ValueError('not yet')\nreturn 'ok'"
    document = workflow(
        START, {"id": "p", "type": "parallel"}, code("sure", "return <parallel.index>", parent="p"),
        code("flaky", flaky, parent="p"), code("end", "return <p.results>"),
        edges="start>p, p:parallel-start-source>sure, sure>flaky, p>end",
        subflows={"p": {"kind": "parallel", "id": "p", "count": 2}},
    )  # fmt: skip
    await door.ask("PUT", "/secrets/WEATHER", {"value": "bad"})
    failed = await door.until(await door.begin(await door.make(document)))
    assert (failed["status"], "not yet" in failed["error"]["message"]) == ("failed", True)
    await door.ask("PUT", "/secrets/WEATHER", {"value": "good"})
    reply = await door.ask("POST", f"/runs/{failed['id']}/retry", {"async": True})
    assert reply.status_code == 202, reply.text
    run = await door.until(failed["id"], "finished")
    assert [one[-1]["result"] for one in run["output"]["result"]] == ["ok", "ok"]
    started = [data["block"] for name, data in await door.told(run["id"]) if name == "block.started"]
    assert started.count("sure") == 2


async def test_a_pin_stands_in_for_its_block_in_the_draft_only(door: Door) -> None:
    spent = code("a", "raise ValueError('asked')", pinned={"output": {"result": 5}})
    id = await door.make(workflow(START, spent, code("b", "return <a.result> + 1"), edges="start>a, a>b"))
    run = await door.until(await door.begin(id))
    assert run["output"]["result"] == 6
    assert (await door.ask("POST", f"/workflows/{id}/deployments", {})).status_code == 201
    live = await door.ask("POST", f"/workflows/{id}/execute?version=live", {})
    assert (live.status_code, "asked" in live.json()["detail"]) == (500, True)


async def test_a_worker_knows_a_secret_as_soon_as_it_is_set(door: Door) -> None:
    id = await door.make(workflow(START, code("a", "return len({{FRESH_TOKEN}})"), edges="start>a"))
    for length in (20, 30, 40):
        assert (await door.ask("PUT", "/secrets/FRESH_TOKEN", {"value": "x" * length})).status_code < 300
        assert (await door.until(await door.begin(id)))["output"]["result"] == length
    assert (await door.ask("DELETE", "/secrets/FRESH_TOKEN")).status_code < 300
    gone = await door.until(await door.begin(id))
    assert gone.get("output") != {"result": 40, "stdout": ""}


async def test_an_evaluator_is_in_the_catalogue_and_a_condition_goes_by_its_score(door: Door, vendor: Server) -> None:
    facts = (await door.ask("GET", "/blocks/evaluator")).json()
    assert {field["name"]: field["kind"] for field in facts["form"]}["metrics"] == "metrics"
    metrics = [{"id": "1", "name": "Clarity", "description": "How clear it is.", "range": {"min": 1, "max": 5}}]
    values = {"model": "openai_compatible/judge", "metrics": metrics, "content": "<start.text>"}
    rows = [{"id": "i", "title": "if", "value": "<judge.clarity> >= 4"}, {"id": "e", "title": "else"}]
    document = workflow(
        START, {"id": "judge", "type": "evaluator", "values": values},
        {"id": "c", "type": "condition", "values": {"conditions": rows}},
        code("good", "return <judge.clarity>"), code("poor", "return 0"),
        edges="start>judge, judge>c, c:condition-i>good, c:condition-e>poor",
    )  # fmt: skip
    reply = await door.execute(await door.make(document), {"text": "A cat sat."})
    assert (reply.status_code, reply.json()["output"]["result"]) == (200, 4.5), reply.text


SECRET = "s3cr3t-of-the-house"


@pytest.mark.parametrize("language", ["python", "javascript"])
async def test_code_has_the_secrets_it_names_and_no_others_and_what_it_says_of_them_is_masked(
    door: Door, language: str
) -> None:
    for name, value in (("HOUSE_TOKEN", SECRET), ("OTHER_TOKEN", "not-to-be-seen")):
        assert (await door.ask("PUT", f"/secrets/{name}", {"value": value})).status_code < 300
    bodies = {
        "python": "import os\nprint({{T}})\nreturn {'n': len({{T}}), 'all': str(dict(os.environ)) + str(env)}",
        "javascript": "console.log({{T}});\nreturn {n: {{T}}.length, all: JSON.stringify([env, process.env, params])}",
    }
    fail = {"python": "raise ValueError('bad ' + {{T}})", "javascript": "throw Error('bad ' + {{T}})"}
    asks, fails = (
        code(id, body[language].replace("{{T}}", "{{HOUSE_TOKEN}}"), language=language)
        for id, body in (("a", bodies), ("b", fail))
    )
    run_id = await door.begin(await door.make(workflow(START, asks, fails, edges="start>a, a>b")))
    run = await door.until(run_id)
    traced = await door.run(run_id, trace=True)
    told = await door.told(run_id)
    [did] = [data for name, data in told if (name, data.get("block")) == ("block.finished", "a")]
    assert did["output"]["result"]["n"] == len(SECRET)
    assert did["stdout"].strip() == "{{HOUSE_TOKEN}}"
    assert run["error"]["message"].endswith("bad {{HOUSE_TOKEN}}")
    everything = json.dumps([run, traced, told])
    assert SECRET not in everything
    assert "not-to-be-seen" not in everything
