"""One workflow of ten blocks gives the same answer by every way there is to run it."""

import json
import threading
import time
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.house.layers import ROOT
from tests.support.stack import Stack

TEN = ROOT / "docs/examples/ten_blocks.yaml"
HEADERS = {"Content-Type": "application/json"}


class Service(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body = json.dumps({"heard": told}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/sums"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def workflow(standing: Stack) -> str:
    return json.loads(standing.sim("import", str(TEN), "--json").stdout)["id"]


@pytest.fixture
def given(service: str) -> dict[str, Any]:
    return {"numbers": [1, 2, 3], "url": service}


EXPECTED = {"total": 14, "most": 3, "told": {"heard": {"sum": 14, "words": "the sum is 14"}}}


def test_by_sim_run(standing: Stack, given: dict[str, Any]) -> None:
    ran = standing.sim("run", str(TEN), "--input", json.dumps(given), "--json")
    assert json.loads(ran.stdout)["output"]["data"] == EXPECTED


def test_by_sim_run_along_the_other_branch(standing: Stack, given: dict[str, Any]) -> None:
    ran = standing.sim("run", str(TEN), "--input", json.dumps({**given, "numbers": [1]}), "--json")
    assert json.loads(ran.stdout)["output"]["data"] == {"total": 1, "most": 1, "told": None}


def test_by_rest_at_once(standing: Stack, workflow: str, given: dict[str, Any]) -> None:
    status, answer = standing.ask("POST", f"/workflows/{workflow}/execute", {"input": given})
    assert (status, answer) == (200, EXPECTED)


def test_by_rest_as_a_stream(standing: Stack, workflow: str, given: dict[str, Any]) -> None:
    events = read_events(standing, f"/workflows/{workflow}/execute", {"input": given, "stream": True})
    names = [name for name, _ in events]
    assert names[0] == "run.started"
    assert names[-1] == "run.finished"
    assert names.count("block.finished") >= 10
    assert events[-1][1]["output"]["data"] == EXPECTED


def test_by_rest_in_the_background(standing: Stack, workflow: str, given: dict[str, Any]) -> None:
    status, accepted = standing.ask("POST", f"/workflows/{workflow}/execute", {"input": given, "async": True})
    assert status == 202
    deadline = time.monotonic() + 60
    while True:
        status, run = standing.ask("GET", f"/runs/{accepted['run_id']}?trace=true")
        if run["status"] not in ("pending", "running") or time.monotonic() > deadline:
            break
        time.sleep(0.05)
    assert (status, run["status"]) == (200, "finished")
    assert run["output"]["data"] == EXPECTED
    assert "Square" in json.dumps(run["trace"])


def read_events(standing: Stack, path: str, body: Any) -> list[tuple[str, Any]]:
    headers = {**HEADERS, "X-API-Key": standing.key}
    request = urllib.request.Request(f"{standing.url}/api/v1{path}", json.dumps(body).encode(), headers)
    found: list[tuple[str, Any]] = []
    with urllib.request.urlopen(request, timeout=60) as reply:
        for event in reply.read().decode().split("\n\n"):
            fields = dict(line.split(": ", 1) for line in event.splitlines() if ": " in line)
            if "data" in fields:
                found.append((fields.get("event", "message"), json.loads(fields["data"])))
    return found


def test_a_failure_names_block_and_cause_and_exits_with_one(standing: Stack, tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text((ROOT / "docs/examples/hello.yaml").read_text().replace("return ", "return 1/0 or "))
    ran = standing.sim("run", str(broken), check=False)
    assert ran.returncode == 1
    assert "Greet" in ran.stderr
    assert "ZeroDivisionError" in ran.stderr
    assert "Traceback" not in ran.stderr
