"""Uploads and a server that is killed in the middle of them."""

import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.stack import Stack

PIECE = b"x" * (1 << 20)


@pytest.fixture
def stack() -> Iterator[Stack]:
    stack = Stack(SIM_WORKERS="0")
    stack.start()
    stack.make_key()
    yield stack
    stack.end()


def on_their_way(stack: Stack) -> list[Path]:
    def has_bytes(place: Path) -> bool:
        with suppress(FileNotFoundError):  # it went between the two looks
            return place.stat().st_size > 0
        return False

    return [place for place in (stack.data / "files/incoming").glob("*") if has_bytes(place)]


def until(what: str, holds: object) -> None:
    assert callable(holds)
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end, what
        time.sleep(0.05)


def test_a_killed_server_leaves_no_half_file_and_keeps_the_whole_ones(stack: Stack) -> None:
    status, whole = stack.ask("POST", "/files?name=whole.json", {"words": "all of them"})
    assert status == 201, whole
    head = ("POST /api/v1/files?name=half.bin HTTP/1.1", "host: localhost", f"x-api-key: {stack.key}",
            f"content-length: {8 * len(PIECE)}", "", "")  # fmt: skip
    with socket.create_connection(("127.0.0.1", stack.port)) as sending:
        sending.sendall("\r\n".join(head).encode() + 3 * PIECE)
        until("nothing of it is written", lambda: on_their_way(stack))
        [server] = stack.those("serve")
        server.kill()
        server.wait(30)
    until("it is not started again", lambda: _answers(stack))
    until("what it left is there still", lambda: not on_their_way(stack))
    assert [one["name"] for one in stack.ask("GET", "/files")[1]["items"]] == ["whole.json"]
    assert stack.ask("GET", f"/files/{whole['id']}/content") == (200, {"words": "all of them"})
    assert stack.ask("POST", "/files?name=half.bin", {"words": "now whole"})[0] == 201


def _answers(stack: Stack) -> bool:
    try:
        return stack.ask("GET", "/files")[0] == 200
    except OSError:
        return False
