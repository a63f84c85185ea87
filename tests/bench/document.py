"""What the document costs at a thousand blocks: checking it, one operation, references, its digest."""

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from sim_core.document.operations import Move, MoveBlocks, Operation, UpdateValues, ValueChange
from sim_core.document.reduce import apply, digest
from sim_core.document.validate import check
from sim_core.document.workflow import Block, Edge, Workflow
from sim_core.registry import Registry
from tests.bench.figures import Figure

BLOCKS = 1000


def run() -> Iterator[Figure]:
    """A chain of functions, each with references to the one before and to the first."""
    workflow = chain(BLOCKS)
    with tempfile.TemporaryDirectory() as folder:
        find = Registry.open(Path(folder)).block
    found = check(workflow, find)
    if found:
        raise SystemExit(f"the document has problems: {found[0]}")
    yield Figure(name="check 1,000 blocks", value=_best(lambda: check(workflow, find), 5), unit="ms CPU", goal=50)
    move = MoveBlocks(items=(Move("b500", 1.0, 2.0),))
    yield Figure(name="move one of 1,000 blocks", value=_each(workflow, move), unit="µs CPU", goal=100)
    value = UpdateValues(items=(ValueChange(block_id="b500", field="code", value="return 2"),))
    yield Figure(name="change a value of one of 1,000", value=_each(workflow, value), unit="µs CPU", goal=200)
    yield Figure(name="digest of 1,000 blocks", value=_best(lambda: digest(workflow), 5), unit="ms CPU")
    text = msgspec.json.encode(workflow)
    yield Figure(
        name="read 1,000 blocks", value=_best(lambda: msgspec.json.decode(text, type=Workflow), 5), unit="ms CPU"
    )


def chain(size: int) -> Workflow:
    """Functions, one after another."""

    def code(n: int) -> str:
        return f"return <b{n - 1}.result> + <b0.result>" if n else "return 1"

    blocks = [Block(id="start", type="start", name="Start")]
    blocks += [Block(id=f"b{n}", type="function", name=f"b{n}", values={"code": code(n)}) for n in range(size)]
    edges = [
        Edge(id=f"e{n}", source=f"b{n - 1}" if n else "start", target=f"b{n}", source_handle="source")
        for n in range(size)
    ]
    return Workflow(blocks={one.id: one for one in blocks}, edges={one.id: one for one in edges})


def _each(workflow: Workflow, op: Operation) -> float:
    rounds = 200

    def many() -> None:
        for _ in range(rounds):
            apply(workflow, op)

    return round(_best(many, 5) / rounds * 1e3, 2)


def _best(do: Callable[[], object], rounds: int) -> float:
    times: list[float] = []
    for _ in range(rounds):
        began = time.process_time()
        do()
        times.append(time.process_time() - began)
    return round(min(times) * 1e3, 3)
