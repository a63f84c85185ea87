"""Golden vectors: what operations do to documents, told by the reducer of the server to that of the browser.

`python -m tests.vectors.make` writes `reduce.json`; the same seed gives the same file, and a test notices when the
reducer no longer does what the file says.
"""

import random
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from sim_core.document.inverse import inverse
from sim_core.document.operations import Operation
from sim_core.document.reduce import apply, digest
from sim_core.document.workflow import Workflow

FILE = Path(__file__).with_name("reduce.json")
SEED = 20_26
CHAINS, STEPS = 90, 14

_TYPES = ("agent", "api", "condition", "router@2", "agent", "api", "loop", "parallel", "loop@2", "note", "start")
_NAMES = (
    "Agent",
    "agent",
    "A g.ent",
    "Käse",
    "Σίσυφος",
    "loop",
    "",
    "  ",
    "Fetch",
    "Route 1",
    "Naïve\u00a0step",
    "turned\u202eround",
    "👨\u200d👩 ශ්\u200dරී",
    "雪",
    "x" * 201,
)
_IDS = tuple(f"b{number}" for number in range(12))
_EDGES = tuple(f"e{number}" for number in range(14))
_FIELDS = ("prompt", "code", "temperature", "rows", "__proto__", "constructor", "", "é")
_NUMBERS = (0, 1, -1, 2.5, 0.1, 1e-3, 3e-6, 123456.789, 2**53 - 1, -7.25)
_VALUES: tuple[Any, ...] = (None, True, False, *_NUMBERS, "", "text", "<agent.content>",
           "line\nline\t\"quoted\" \u2028 €",
           [], [1, True], {}, {"b": 1, "a": [None, {"z": "é"}]})  # fmt: skip
_VARIABLES = ("v1", "v2", "v3", "v4")


class Dice:
    """Documents and operations, as a seed has them: mostly sensible, sometimes not."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def one(self, *choices: Any) -> Any:
        """One of these."""
        return self.random.choice(choices)

    def some(self, choices: tuple[Any, ...], most: int = 3) -> list[Any]:
        """A few of these, possibly one of them twice."""
        return [self.random.choice(choices) for _ in range(self.random.randint(1, most))]

    def often(self, chance: float) -> bool:
        """Whether it happens this time."""
        return self.random.random() < chance

    def place(self) -> float:
        """A coordinate."""
        if self.often(0.02):
            return 2e7
        return self.one(self.random.randint(-9, 9) * 20, round(self.random.uniform(-500, 500), 3))

    def known(self, there: dict[str, Any], all: tuple[str, ...]) -> str:
        """An id that is mostly there."""
        return self.one(*there) if there and self.often(0.97) else self.one(*all)

    def block(self, state: Workflow) -> dict[str, Any]:
        """A block to add."""
        free = [id for id in _IDS if id not in state.blocks]
        id = self.one(*free) if free and self.often(0.92) else self.one(*_IDS, "", "a\nb")
        block: dict[str, Any] = {"id": id, "type": self.one(*_TYPES), "name": self._name(id)}
        containers = [inner.id for inner in state.blocks.values() if inner.type.startswith(("loop", "parallel"))]
        if containers and self.often(0.45):
            block["parent"] = self.one(*containers)
        elif self.often(0.04):
            block["parent"] = self.one(id, *_IDS)
        if self.often(0.8):
            block["position"] = {"x": self.place(), "y": self.place()}
        if self.often(0.5):
            block["values"] = {self.one(*_FIELDS[:6]): self.one(*_VALUES) for _ in range(2)}
        for fact, value in (("enabled", False), ("locked", True), ("trigger", True), ("error_port", True)):
            if self.often(0.07):
                block[fact] = value
        if self.often(0.1):
            block |= {"retry": {"tries": 4}, "size": [300, 120.5], "modes": {"tool": "basic"}, "extra": {"k": [1]}}
            block |= {"timeout_s": self.one(5, 1.5, -1), "pinned": {"output": self.one(*_VALUES)}}
        return block

    def _name(self, id: str) -> str:
        return self.one(*_NAMES) if self.often(0.12) else f"Step {id[:8].strip() or 'x'}".replace("\n", "")

    def edge(self, state: Workflow) -> dict[str, Any]:
        """An edge to add."""
        free = [id for id in _EDGES if id not in state.edges]
        edge = {
            "id": self.one(*free) if free and self.often(0.95) else self.one(*_EDGES),
            "source": self.known(state.blocks, _IDS),
            "target": self.known(state.blocks, _IDS),
        }
        if self.often(0.25):
            edge["source_handle"] = self.one("error", "condition-1", "loop-start-source", "source", "")
        return edge

    def growth(self, state: Workflow) -> dict[str, Any]:
        """An operation that puts something in."""
        return self.one(self._add, self._join, self._join, self._new_variables, self._values)(state)

    def operation(self, state: Workflow) -> dict[str, Any]:
        """An operation on a document."""
        kinds = (self._add, self._add, self._add, self._remove, self._move, self._parent, self._parent, self._facts,
                 self._facts, self._values, self._values, self._join, self._join, self._join, self._cut, self._subflow,
                 self._subflow, self._new_variables, self._variable, self._less_variables, self._head)  # fmt: skip
        return self.one(*kinds)(state)

    def _add(self, state: Workflow) -> dict[str, Any]:
        blocks = [self.block(state) for _ in range(self.one(1, 1, 2, 3))]
        op: dict[str, Any] = {"op": "block.add", "blocks": blocks}
        ids = [block["id"] for block in blocks]
        if self.often(0.4):
            ends = (*ids, *state.blocks)
            op["edges"] = [{"id": self.one(*_EDGES), "source": self.one(*ends), "target": self.one(*ends)}]
        if self.often(0.3):
            kind = self.one("loop", "parallel")
            op["subflows"] = [{"kind": kind, "id": self.one(*ids)} | ({"batch_size": 3} if kind == "parallel" else {})]
        return op

    def _remove(self, state: Workflow) -> dict[str, Any]:
        return {"op": "block.remove", "ids": [self.known(state.blocks, _IDS) for _ in range(self.one(1, 1, 2))]}

    def _move(self, state: Workflow) -> dict[str, Any]:
        ids = [self.known(state.blocks, _IDS) for _ in range(self.one(1, 2, 3))]
        return {"op": "block.move", "items": [{"id": id, "x": self.place(), "y": self.place()} for id in ids]}

    def _parent(self, state: Workflow) -> dict[str, Any]:
        containers = [block.id for block in state.blocks.values() if block.type.startswith(("loop", "parallel"))]
        items: list[dict[str, Any]] = []
        for _ in range(self.one(1, 1, 2)):
            parent = self.one(None, *containers, *containers, *(_IDS if self.often(0.1) else ()))
            item = {"id": self.known(state.blocks, _IDS), "parent": parent, "x": self.place(), "y": self.place()}
            if state.edges and self.often(0.2):
                item["drop_edges"] = [self.one(*state.edges)]
            items.append(item)
        return {"op": "block.parent", "items": items}

    def _facts(self, state: Workflow) -> dict[str, Any]:
        sets: tuple[dict[str, Any], ...] = (
            {"name": self._name(self.one(*_IDS))}, {"enabled": self.one(True, False)},
            {"locked": self.one(True, False)},
            {"locked": False}, {"locked": False, "name": "Freed"}, {"type": self.one(*_TYPES)}, {"retry": None},
            {"retry": {"tries": 2, "wait_ms": 0}}, {"retry": {"tries": "2"}}, {"size": [100, 50.5]}, {"size": [1]},
            {"size": None}, {"modes": {"tool": "advanced"}}, {"modes.tool": "basic"}, {"modes.tool": None},
            {"modes.a/b~c": 7}, {"extra": {"from": [1, 2]}}, {"extra": []}, {"trigger": True}, {"advanced": 1},
            {"timeout_s": 2.5}, {"timeout_s": 0}, {"timeout_s": None}, {"timeout_s": "1"},
            {"pinned": {"output": {"a": 1}}},
            {"pinned": {"output": [1], "port": "error"}}, {"pinned": {"port": None}}, {"pinned": None}, {"pinned": 3},
            {"error_port": True, "advanced": True}, {"nonsense": 1}, {"name": None}, {"locked": True, "enabled": False},
        )  # fmt: skip
        ids = [self.known(state.blocks, _IDS) for _ in range(self.one(1, 1, 2, 3))]
        return {"op": "block.update", "items": [{"id": id, "set": self.one(*sets)} for id in ids]}

    def _values(self, state: Workflow) -> dict[str, Any]:
        items: list[dict[str, Any]] = []
        for _ in range(self.one(1, 1, 2, 4)):
            item = {"block_id": self.known(state.blocks, _IDS), "field": self.one(*_FIELDS[:7], "prompt", "code")}
            if self.often(0.9):
                item["value"] = self.one(*_VALUES)
            if self.often(0.12):
                item["expected"] = self.one(*_VALUES)
            items.append(item)
        return {"op": "value.update", "items": items}

    def _join(self, state: Workflow) -> dict[str, Any]:
        return {"op": "edge.add", "edges": [self.edge(state) for _ in range(self.one(1, 1, 2, 6))]}

    def _cut(self, state: Workflow) -> dict[str, Any]:
        return {"op": "edge.remove", "ids": [self.known(state.edges, _EDGES) for _ in range(self.one(1, 2))]}

    def _subflow(self, state: Workflow) -> dict[str, Any]:
        sets: tuple[dict[str, Any], ...] = (
            {"iterations": 7}, {"iterations": "<a.b>"}, {"iterations": 2.5},
            {"loop_type": "while", "condition": "x > 1"},
            {"loop_type": "never"}, {"collection": [1, 2, {"a": None}]}, {"count": 3}, {"batch_size": 5},
            {"batch_size": None}, {"parallel_type": "collection"}, {"language": "javascript"}, {"id": "other"},
        )  # fmt: skip
        return {"op": "subflow.update", "id": self.known(dict(state.subflows), _IDS), "set": self.one(*sets)}

    def _new_variables(self, state: Workflow) -> dict[str, Any]:
        def fresh() -> dict[str, Any]:
            names = ("total", "To tal", "count", "名前", "", "a\tb", "rest")
            return {"id": self.one(*_VARIABLES), "name": self.one(*names), "value": self.one(*_VALUES)}

        return {"op": "variable.add", "variables": [fresh() for _ in range(self.one(1, 1, 2))]}

    def _variable(self, state: Workflow) -> dict[str, Any]:
        sets = ({"name": "total"}, {"name": "renamed"}, {"type": "number"}, {"type": "money"},
                {"value": self.one(*_VALUES)},
                {"name": 3}, {"value": {"deep": [1]}, "type": "object"}, {"scope": 1})  # fmt: skip
        return {"op": "variable.update", "id": self.known(dict(state.variables), _VARIABLES), "set": self.one(*sets)}

    def _less_variables(self, state: Workflow) -> dict[str, Any]:
        return {"op": "variable.remove", "ids": self.some(_VARIABLES, 2)}

    def _head(self, state: Workflow) -> dict[str, Any]:
        sets = (
            {"name": "Flow"},
            {"description": "What it does"},
            {"name": 5},
            {"seq": 1},
            {"name": "Flow", "description": ""},
        )
        return {"op": "workflow.update", "set": self.one(*sets)}


def chains() -> Iterator[dict[str, Any]]:
    """Documents with operations one after the other, and what came of each."""
    for number in range(CHAINS):
        dice = Dice(SEED * 1000 + number)
        state = Workflow(name=f"chain {number}")
        for _ in range(30 if number % 4 else 0):
            state = apply(state, _read(dice.growth(state))).workflow
        yield _chain(state, (dice.operation for _ in range(STEPS)))
    block = {"id": "b1", "type": "agent", "name": "One", "values": {"code": True}}
    truths = (True, 1, 1.0, [1, {"a": 0}], [True, {"a": 0}], [1, {"a": False}], False, 0)
    values = [{"op": "value.update", "items": [{"block_id": "b1", "field": "code", "value": one}]} for one in truths]
    values[3]["items"][0]["expected"] = True
    yield _chain(_read_state({"blocks": {"b1": block}}), (lambda _, given=given: given for given in values))


def _chain(state: Workflow, givers: Iterable[Callable[[Workflow], dict[str, Any]]]) -> dict[str, Any]:
    chain: dict[str, Any] = {"state": msgspec.to_builtins(state), "steps": []}
    for give in givers:
        step, state = _step(state, give(state))
        chain["steps"].append(step)
    return chain | {"after": msgspec.to_builtins(state)}


def _read_state(given: dict[str, Any]) -> Workflow:
    return msgspec.convert(given, Workflow)


def _step(state: Workflow, given: dict[str, Any]) -> tuple[dict[str, Any], Workflow]:
    op = _read(given)
    done = apply(state, op)
    refusals = [
        {"code": why.code, "pointer": why.pointer, "index": why.index, "now": msgspec.to_builtins(why.now)}
        for why in done.refusals
    ]
    step = {
        "op": given,
        "effective": msgspec.to_builtins(done.effective),
        "refusals": refusals,
        "inverse": [_settled(msgspec.to_builtins(back)) for back in inverse(state, op)],
        "digest": digest(done.workflow),
    }
    return {key: value for key, value in step.items() if value or key == "digest"}, done.workflow


def _settled(op: dict[str, Any]) -> dict[str, Any]:
    """The same whatever order a set has."""
    return op | {"ids": sorted(op["ids"])} if op["op"] == "block.remove" else op


def _read(given: dict[str, Any]) -> Operation:
    return msgspec.json.decode(msgspec.json.encode(given), type=Operation)


def text() -> bytes:
    """The file's content."""
    lines = b",\n".join(msgspec.json.encode(chain) for chain in chains())
    return b"[\n" + lines + b"\n]\n"


if __name__ == "__main__":
    FILE.write_bytes(text())
