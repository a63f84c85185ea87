import contextlib
import json
import threading
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.stack import Stack, gone

WAITING = {
    "name": "waiting",
    "blocks": {
        "start": {"id": "start", "type": "start", "name": "Start"},
        "wait": {"id": "wait", "type": "wait", "name": "Wait", "values": {"time_value": 60, "time_unit": "seconds"}},
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


@pytest.fixture
def stack() -> Iterator[Stack]:
    stack = Stack()
    yield stack
    stack.end()


def make(stack: Stack, document: dict[str, Any]) -> str:
    status, made = stack.ask("POST", "/workflows", {"workflow": document})
    assert status == 201, made
    return made["id"]


def test_a_stack_starts_runs_stops_and_starts_again(stack: Stack) -> None:
    stack.start()
    stack.make_key()
    workflow = make(stack, QUICK)
    status, ran = stack.ask("POST", f"/workflows/{workflow}/execute", {"input": {"n": 21}})
    assert (status, ran["output"]["result"]) == (200, 42)
    with urllib.request.urlopen(f"http://127.0.0.1:{stack.realtime_port}/health", timeout=5) as reply:
        assert json.load(reply)["status"] == "ok"
    members = stack.members()
    assert stack.stop() < 5
    assert gone(members) == []
    stack.start()
    assert stack.cpu_s() < 20
    status, runs = stack.ask("GET", f"/runs?workflow_id={workflow}")
    assert status == 200
    assert [run["id"] for run in runs["items"]] == [ran["run_id"]]


def test_a_second_stack_on_the_same_data_is_refused_with_words(stack: Stack) -> None:
    stack.start()
    second = stack.sim("up", check=False)
    assert second.returncode != 0
    assert "already runs" in second.stdout + second.stderr
    assert "Traceback" not in second.stdout + second.stderr


def test_killing_the_supervisor_leaves_nothing_running_and_nothing_broken(stack: Stack) -> None:
    stack.start()
    stack.make_key()
    workflow = make(stack, QUICK)
    for _ in range(2):
        members = stack.members()
        assert stack.process
        stack.process.kill()
        stack.process.wait(10)
        assert gone(members, 20) == []
        stack.start()
        status, ran = stack.ask("POST", f"/workflows/{workflow}/execute", {"input": {"n": 1}})
        assert (status, ran["output"]["result"]) == (200, 2)


def test_a_service_that_dies_is_started_again(stack: Stack) -> None:
    stack.start()
    stack.make_key()
    workflow = make(stack, QUICK)
    server = next(process for process in stack.members() if "serve" in process.cmdline())
    server.kill()
    deadline = time.monotonic() + 30
    while True:
        try:
            status, ran = stack.ask("POST", f"/workflows/{workflow}/execute", {"input": {"n": 2}})
            break
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
    assert (status, ran["output"]["result"]) == (200, 4)


def test_a_database_that_is_killed_is_started_again_and_runs_go_on(stack: Stack) -> None:
    stack.start()
    stack.make_key()
    workflow = make(stack, BRIEF)
    ids = [stack.ask("POST", f"/workflows/{workflow}/execute", {"async": True})[1]["run_id"] for _ in range(10)]
    while stack.ask("GET", f"/runs/{ids[-1]}")[1]["status"] == "pending":
        time.sleep(0.05)
    before = {process.pid for process in stack.members()}
    next(process for process in stack.members() if "postgres" in process.name() and "-D" in process.cmdline()).kill()
    waiting, deadline = set(ids), time.monotonic() + 60
    while waiting:
        assert time.monotonic() < deadline, waiting
        time.sleep(0.2)
        for id in tuple(waiting):
            status, run = stack.ask("GET", f"/runs/{id}")
            if status == 200 and run["status"] not in ("pending", "running"):
                assert run["status"] == "finished", run
                waiting.discard(id)
    services = {process.pid for process in stack.members() if "sim_core.cli" in process.cmdline()}
    assert services <= before, "a service died with it"
    assert stack.stop() < 12


def test_stopping_with_runs_in_flight_takes_at_most_twelve_seconds_and_the_durable_one_goes_on(stack: Stack) -> None:
    stack.start()
    stack.make_key()
    workflow = make(stack, WAITING)
    status, accepted = stack.ask("POST", f"/workflows/{workflow}/execute", {"async": True})
    assert status == 202
    asking = threading.Thread(target=lambda: _quietly(stack, workflow), daemon=True)
    asking.start()
    time.sleep(0.5)
    members = stack.members()
    assert stack.stop() < 12
    assert gone(members) == []
    stack.start()
    status, run = stack.ask("GET", f"/runs/{accepted['run_id']}")
    assert status == 200
    assert run["status"] in ("running", "pending")
    status, runs = stack.ask("GET", f"/runs?workflow_id={workflow}&status=failed")
    assert [one["error"]["code"] for one in runs["items"]] == ["interrupted"]


def _quietly(stack: Stack, workflow: str) -> None:
    with contextlib.suppress(OSError):
        stack.ask("POST", f"/workflows/{workflow}/execute", {})


def test_a_taken_port_is_said_plainly(stack: Stack) -> None:
    stack.start()
    other = Stack(SIM_PORT=str(stack.port))
    said = other.sim("up", check=False)
    other.end()
    assert said.returncode != 0
    assert "SIM_PORT" in said.stdout + said.stderr
