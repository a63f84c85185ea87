import contextlib
import json
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from http.client import HTTPException
from typing import Any

import pytest

from tests.support.stack import Stack, gone

WAITING = {
    "name": "waiting",
    "blocks": {
        "start": {"id": "start", "type": "start", "name": "Start"},
        "wait": {"id": "wait", "type": "wait", "name": "Wait", "values": {"time_value": 300, "time_unit": "seconds"}},
    },
    "edges": {"e": {"id": "e", "source": "start", "target": "wait"}},
}
BRIEF = {
    "name": "brief",
    "blocks": {
        "start": {"id": "start", "type": "start", "name": "Start"},
        "wait": {"id": "wait", "type": "wait", "name": "Wait", "values": {"time_value": 3, "time_unit": "seconds"}},
        "more": {"id": "more", "type": "wait", "name": "More", "values": {"time_value": 1, "time_unit": "seconds"}},
    },
    "edges": {
        "e": {"id": "e", "source": "start", "target": "wait"},
        "f": {"id": "f", "source": "wait", "target": "more"},
    },
}
QUICK = {
    "name": "quick",
    "blocks": {
        "start": {"id": "start", "type": "start", "name": "Start"},
        "code": {
            "id": "code",
            "type": "function",
            "name": "Code",
            "values": {"language": "python", "code": "return <start.n> * 2"},
        },
    },
    "edges": {"e": {"id": "e", "source": "start", "target": "code"}},
}


@pytest.fixture(scope="module")
def whole() -> Iterator[Stack]:
    stack = Stack()
    stack.start()
    stack.make_key()
    yield stack
    stack.end()


@pytest.fixture
def stack(whole: Stack) -> Stack:
    """A stack that runs, whatever the test before has left."""
    assert whole.process
    if whole.process.poll() is not None:
        whole.start()
    return whole


def make(stack: Stack, document: dict[str, Any]) -> str:
    status, made = stack.ask("POST", "/workflows", {"workflow": document})
    assert status == 201, made
    return made["id"]


def until(holds: Callable[[], Any], what: str) -> Any:
    """What holds, once it does."""
    deadline = time.monotonic() + 120
    while not (found := holds()):
        assert time.monotonic() < deadline, what
        time.sleep(0.1)
    return found


def doubled(stack: Stack, workflow: str, n: int) -> None:
    """Runs are performed; a server that is away for a moment is waited for."""

    def ran() -> tuple[int, Any] | None:
        with contextlib.suppress(OSError, HTTPException):
            return stack.ask("POST", f"/workflows/{workflow}/execute", {"input": {"n": n}})
        return None

    status, reply = until(ran, "the server is not started again")
    assert (status, reply["output"]["result"]) == (200, 2 * n)


def states(stack: Stack, workflow: str) -> list[str]:
    return [run["status"] for run in stack.ask("GET", f"/runs?workflow_id={workflow}")[1]["items"]]


def test_a_stack_starts_runs_stops_and_starts_again(stack: Stack) -> None:
    workflow = make(stack, QUICK)
    doubled(stack, workflow, 21)
    with urllib.request.urlopen(f"http://127.0.0.1:{stack.realtime_port}/health", timeout=60) as reply:
        assert json.load(reply)["status"] == "ok"
    members = stack.members()
    stack.stop()
    assert gone(members) == []
    stack.start()
    assert stack.cpu_s() < 20
    assert states(stack, workflow) == ["finished"]


def test_a_second_stack_on_the_same_data_is_refused_with_words(stack: Stack) -> None:
    second = stack.sim("up", check=False)
    assert second.returncode != 0
    assert "already runs" in second.stdout + second.stderr
    assert "Traceback" not in second.stdout + second.stderr


def test_killing_the_supervisor_leaves_nothing_running_and_nothing_broken(stack: Stack) -> None:
    workflow = make(stack, QUICK)
    members = stack.members()
    assert stack.process
    stack.process.kill()
    stack.process.wait(60)
    assert gone(members) == []
    stack.start()
    doubled(stack, workflow, 1)


def test_a_service_that_dies_is_started_again(stack: Stack) -> None:
    workflow = make(stack, QUICK)
    [server] = stack.those("serve")
    server.kill()
    server.wait(60)
    doubled(stack, workflow, 2)


def test_a_database_that_is_killed_is_started_again_and_runs_go_on(stack: Stack) -> None:
    workflow = make(stack, BRIEF)
    for _ in range(10):
        assert stack.ask("POST", f"/workflows/{workflow}/execute", {"async": True})[0] == 202
    until(lambda: "pending" not in states(stack, workflow), "runs wait for a worker")
    before = {process.pid for process in stack.those("sim_core.cli")}
    [database] = stack.those("-D")
    database.kill()
    database.wait(60)

    def ended() -> list[str]:
        status, listed = stack.ask("GET", f"/runs?workflow_id={workflow}")
        found = [run["status"] for run in listed["items"]] if status == 200 else ["unknown"]
        return [] if {"unknown", "pending", "running"} & {*found} else found

    assert until(ended, "runs do not go on") == ["finished"] * 10
    assert {process.pid for process in stack.those("sim_core.cli")} == before, "a service died with it"


def test_stopping_does_not_wait_for_runs_in_flight_and_the_durable_one_goes_on(stack: Stack) -> None:
    workflow = make(stack, WAITING)
    status, accepted = stack.ask("POST", f"/workflows/{workflow}/execute", {"async": True})
    assert status == 202
    asking = threading.Thread(target=lambda: _quietly(stack, workflow), daemon=True)
    asking.start()
    until(lambda: states(stack, workflow) == ["running", "running"], "they do not begin")
    members = stack.members()
    stack.stop()
    assert gone(members) == []
    stack.start()
    status, run = stack.ask("GET", f"/runs/{accepted['run_id']}")
    assert status == 200
    assert run["status"] in ("running", "pending")
    _, runs = stack.ask("GET", f"/runs?workflow_id={workflow}&status=failed")
    assert [one["error"]["code"] for one in runs["items"]] == ["interrupted"]


def _quietly(stack: Stack, workflow: str) -> None:
    with contextlib.suppress(OSError, HTTPException):
        stack.ask("POST", f"/workflows/{workflow}/execute", {})


def test_a_taken_port_is_said_plainly(stack: Stack) -> None:
    other = Stack(SIM_PORT=str(stack.port))
    said = other.sim("up", check=False)
    other.end()
    assert said.returncode != 0
    assert "SIM_PORT" in said.stdout + said.stderr
