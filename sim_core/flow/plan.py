"""A workflow compiled for running: blocks as numbers, edges by port, references parsed, containers as regions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sim_core.document.references import names, normalise
from sim_core.document.workflow import Block, Edge, Loop, Parallel, Retry, Workflow
from sim_core.errors import Invalid, Problem
from sim_core.flow.forms import form
from sim_core.flow.lookups import Lookup
from sim_core.flow.regions import Control, Get, Node, Region
from sim_core.flow.starts import Find, Surface, choose_start, reach
from sim_core.flow.templates import Values, fill
from sim_core.flow.variables import initial
from sim_core.spec.blocks import BlockType
from sim_core.spec.steps import Step

INNER_HANDLES = frozenset(("loop-start-source", "parallel-start-source"))
OUTER_HANDLES = frozenset(("loop-end-source", "parallel-end-source"))
CODE = ("python", "javascript", "$language")
TRIES, WAIT_MS = (2, 5), (0, 5000)


@dataclass(slots=True, eq=False)
class Plan:
    """What `run` needs of a workflow; compiled once for each version and shared by its runs."""

    workflow: Workflow
    start: Node
    root: Region
    nodes: dict[str, Node]
    """By block id."""
    variables: dict[str, int]
    """Place of each variable, by its id and by its name as references know it."""

    @property
    def initial(self) -> list[Any]:
        """The variables' values as a run finds them."""
        return [initial(variable) for variable in self.workflow.variables.values()]


def compile(
    workflow: Workflow, find: Find, *, start: str | None = None, surface: Surface = "api", everything: bool = False
) -> Plan:
    """The plan of a workflow; raises `Invalid` with every problem that keeps it from running.

    With `everything`, blocks that the start cannot reach belong to it too: they can be run from.
    """
    types = {block.id: _type(block, find) for block in workflow.blocks.values()}
    begin = choose_start(workflow, types, start, surface)
    reached = reach(workflow, None if everything else begin.id, lambda block: types[block.id].category != "note")
    problems = [_unknown(block) for block in workflow.blocks.values() if block.id in reached and not find(block.type)]
    if problems or begin.id not in reached:
        raise Invalid("The workflow cannot run.", problems=problems or [_misplaced(begin)])
    root, nodes = _nodes(workflow, types, reached)
    _wire(workflow, nodes, begin.id)
    variables = _variables(workflow)
    lookup = Lookup(names(workflow), nodes, variables)
    for node in nodes.values():
        _equip(node, workflow, lookup)
    return Plan(workflow=workflow, start=nodes[begin.id], root=root, nodes=nodes, variables=variables)


def _type(block: Block, find: Find) -> BlockType:
    found = find(block.type)
    return found or BlockType(id=block.type, title=block.type, doc="", input=Retry)


def _unknown(block: Block) -> Problem:
    return Problem(
        code="unknown_type",
        message=f"{block.name or block.id}: no plugin brings the block type {block.type!r}",
        pointer=f"/blocks/{block.id}/type",
        block=block.id,
    )


def _misplaced(block: Block) -> Problem:
    message = f"{block.name or block.id}: a run cannot start inside a container or at a note"
    return Problem(code="misplaced_start", message=message, pointer=f"/blocks/{block.id}", block=block.id)


def _variables(workflow: Workflow) -> dict[str, int]:
    slots = {variable.id: slot for slot, variable in enumerate(workflow.variables.values())}
    return slots | {normalise(variable.name): slot for slot, variable in enumerate(workflow.variables.values())}


def _nodes(workflow: Workflow, types: Mapping[str, BlockType], reached: set[str]) -> tuple[Region, dict[str, Node]]:
    root = Region()
    nodes: dict[str, Node] = {}

    def place(block: Block) -> Node:
        if block.id in nodes:
            return nodes[block.id]
        region = _inside(place(workflow.blocks[block.parent])) if block.parent is not None else root
        node = Node(block.id, block.name, block, types[block.id], region, len(region.nodes))
        region.nodes.append(node)
        nodes[block.id] = node
        if types[block.id].container or block.id in workflow.subflows:
            _inside(node, workflow.subflows.get(block.id))
        return node

    for block in workflow.blocks.values():
        if block.id in reached:
            place(block)
    return root, nodes


def _inside(node: Node, subflow: Loop | Parallel | None = None) -> Region:
    if node.inside is None:
        is_parallel = isinstance(subflow, Parallel) or node.type.container == "parallel"
        node.inside = Region(
            kind="parallel" if is_parallel else "loop", container=node, up=node.region, depth=node.region.depth + 1
        )
        node.control = Control(subflow=subflow or (Parallel(id=node.id) if is_parallel else Loop(id=node.id)))
    return node.inside


def _wire(workflow: Workflow, nodes: Mapping[str, Node], start: str) -> None:
    regions = {id(node.region): node.region for node in nodes.values()}
    for region in regions.values():
        region.waiting = [0] * len(region.nodes)
    ports = _Ports(workflow)
    out: dict[str, dict[str, dict[int, None]]] = {id: {} for id in nodes}
    for edge in workflow.edges.values():
        port = ports.of(edge)
        source, target = nodes.get(edge.source), nodes.get(edge.target)
        if source is None or target is None or port is None or source.region is not target.region:
            continue
        targets = out[edge.source].setdefault(port, {})
        if target.index not in targets and target.id != start:
            targets[target.index] = None
            target.region.waiting[target.index] += 1
            target.source = source.index if target.source < 0 else target.source
    for node in nodes.values():
        node.out = {port: tuple(targets) for port, targets in out[node.id].items() if targets}
        node.final = node.region.up is None and not (node.out.keys() - {"error"})
    for region in regions.values():
        region.entries = tuple(index for index, count in enumerate(region.waiting) if count == 0)
        region.order = _order(region)


def _order(region: Region) -> tuple[int, ...]:
    """Nodes in the order in which they would become ready if each ended at once; those in a circle come last."""
    left = region.waiting[:]
    order = list(region.entries)
    for index in order:
        for targets in region.nodes[index].out.values():
            for target in targets:
                left[target] -= 1
                if left[target] == 0:
                    order.append(target)
    return (*order, *(index for index, count in enumerate(left) if count > 0))


class _Ports:
    """The port of an edge by its handle; `None` for edges into a container, which say only where it begins."""

    def __init__(self, workflow: Workflow) -> None:
        self.workflow = workflow
        self.seen: dict[str, int] = {}

    def of(self, edge: Edge) -> str | None:
        position = self.seen.get(edge.source, 0)
        self.seen[edge.source] = position + 1
        handle = edge.source_handle or "source"
        source = self.workflow.blocks.get(edge.source)
        if handle in INNER_HANDLES or source is None:
            return None
        if handle in OUTER_HANDLES or handle.startswith("source-"):
            return "source"
        return self._implied(source, edge, position) if handle == "source" else handle

    def _implied(self, source: Block, edge: Edge, position: int) -> str:
        """Older documents leave out the handles of conditions and routers."""
        kind = source.type.partition("@")[0]
        if kind == "condition":
            return _row("condition", source.values.get("conditions"), position)
        if kind in ("router", "router_v2"):
            routes = source.values.get("routes")
            return _row("router", routes, position) if routes else f"router-{edge.target}"
        return "source"


def _row(prefix: str, rows: Any, position: int) -> str:
    row = rows[position] if isinstance(rows, list | tuple) and position < len(rows) else None  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType] - values are JSON
    return f"{prefix}-{row['id']}" if isinstance(row, dict) and "id" in row else "source"


def _equip(node: Node, workflow: Workflow, lookup: Lookup) -> None:
    if node.control is not None and node.inside is not None:
        node.pin = node.block.pinned
        _equip_container(node, node.control, node.inside, lookup)
        return
    values, struct = Values(lookup, node.region), node.type.input_for(node.block.values)
    node.run = _hand_on if node.block.trigger and node.type.category != "trigger" else node.type.run
    if node.block.trigger and node.type.category != "trigger":
        node.fill = lambda scope: (None, {}, {})
    else:
        node.fill = fill(dict(node.block.values), struct, values, block=node.id, name=node.name)
    node.texts = values.texts
    node.code_field = next((f.name for f in form(struct).values() if f.language in CODE), None)
    node.timeout_s, node.pin = node.block.timeout_s, node.block.pinned
    retry = node.block.retry
    if retry is not None and node.type.retryable and node.type.category != "trigger" and not node.block.trigger:
        node.tries = min(max(retry.tries, TRIES[0]), TRIES[1])
        node.wait_s = min(max(retry.wait_ms, WAIT_MS[0]), WAIT_MS[1]) / 1000


async def _hand_on(inputs: Any, step: Step) -> Any:
    """What a trigger brought is its output."""
    return {} if step.input is None else step.input


def _equip_container(node: Node, control: Control, inside: Region, lookup: Lookup) -> None:
    outside, within = Values(lookup, node.region), Values(lookup, inside)
    subflow = control.subflow
    control.collection = _get(outside, subflow.collection)
    control.count = _get(outside, subflow.iterations if isinstance(subflow, Loop) else subflow.count)
    if isinstance(subflow, Loop) and subflow.loop_type in ("while", "do_while"):
        control.condition, control.names = within.code(subflow.condition, subflow.language, "__ref_")
        control.texts = within.texts


def _get(values: Values, value: Any) -> Get:
    return values.value(value) or (lambda scope: value)
