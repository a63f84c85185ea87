"""Large workflows by the front door."""

from typing import Any

import psutil
import pytest

from tests.support.door import START, Door
from tests.support.stack import Stack

MB = 1 << 20


def chain(size: int) -> dict[str, Any]:
    """Blocks that each take what the one before gave."""
    blocks: dict[str, Any] = {"start": {**START, "name": "Start"}}
    edges: dict[str, Any] = {}
    for n in range(size):
        given = f"<b{n - 1}.total>" if n else "<start.n>"
        row = {"id": "v", "variable_name": "total", "type": "number", "value": given}
        blocks[f"b{n}"] = {"id": f"b{n}", "type": "variables", "name": f"b{n}", "values": {"variables": [row]}}
        source = f"b{n - 1}" if n else "start"
        edges[f"e{n}"] = {"id": f"e{n}", "source": source, "target": f"b{n}", "source_handle": "source"}
    total = {"id": "t", "name": "total", "type": "number", "value": 0}
    return {"name": "large", "blocks": blocks, "edges": edges, "variables": {"t": total}}


def held(stack: Stack) -> float:
    """Megabytes of the server process."""
    [server] = [one for one in stack.members() if "cli serve" in " ".join(one.cmdline())]
    assert isinstance(server, psutil.Process)
    return server.memory_info().rss / MB


@pytest.mark.parametrize(("size", "more_mb"), [(1000, 40), (5000, 120)])
async def test_thousands_of_blocks_are_stored_and_run_in_little_memory(
    door: Door, standing: Stack, size: int, more_mb: float
) -> None:
    before = held(standing)
    id = await door.make(chain(size))
    reply = await door.execute(id, {"n": 7})
    assert reply.status_code == 200, reply.text[:500]
    assert reply.json()["output"] == {"total": 7}
    assert held(standing) - before < more_mb
    run = await door.until(await door.begin(id, {"n": 8}))
    assert (run["status"], run["output"]) == ("finished", {"total": 8})
