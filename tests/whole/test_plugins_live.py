"""A package that is installed, upgraded or removed while the server runs shows in the next run."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.packages import block, install, uninstall
from tests.support.stack import Stack

DOCUMENT = {
    "name": "shout",
    "blocks": {
        "start": {"id": "start", "type": "start", "name": "Start"},
        "shout": {"id": "shout", "type": "shout", "name": "Shout", "values": {"text": "<start.text>"}},
    },
    "edges": {"e": {"id": "e", "source": "start", "target": "shout"}},
}


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    stack = Stack(PYTHONPATH=str(tmp_path))
    stack.start()
    stack.make_key()
    yield stack
    stack.end()


def run_until(stack: Stack, workflow: str, holds: Any) -> None:
    deadline = time.monotonic() + 60
    while True:
        status, answer = stack.ask("POST", f"/workflows/{workflow}/execute", {"input": {"text": "hi"}})
        if holds(status, answer):
            return
        assert time.monotonic() < deadline, answer
        time.sleep(0.1)


def test_a_package_is_found_changed_and_missed_without_a_restart(stack: Stack, tmp_path: Path) -> None:
    status, made = stack.ask("POST", "/workflows", {"workflow": DOCUMENT})
    assert status == 201
    run_until(stack, made["id"], lambda status, answer: (status, answer["code"]) == (422, "invalid_workflow"))
    install(tmp_path, "sim-block-shout", block("shout", body="return text.upper()"))
    run_until(stack, made["id"], lambda status, answer: status == 200 and answer["output"] == "HI")
    uninstall(tmp_path, "sim-block-shout")
    run_until(stack, made["id"], lambda status, answer: status == 422)
