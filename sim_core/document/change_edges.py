"""How blocks are connected and disconnected."""

from collections.abc import Iterable

from sim_core.document import checks, limits
from sim_core.document.graph import Key, closing_edges, lock_on, misfit, same_way
from sim_core.document.operations import AddEdges, RemoveEdges
from sim_core.document.outcome import Applied, Draft, twice
from sim_core.document.workflow import Edge, Workflow


def add_edges(workflow: Workflow, op: AddEdges) -> Applied:
    """Connect blocks."""
    draft = Draft(workflow)
    fresh = check_edges(draft, op.edges, "/edges")
    place_edges(draft, fresh)
    return draft.applied(AddEdges(edges=tuple(fresh)) if fresh else None)


def remove_edges(workflow: Workflow, op: RemoveEdges) -> Applied:
    """Disconnect blocks; what is not there is gone already."""
    draft = Draft(workflow)
    gone: dict[str, None] = {}
    for index, id in enumerate(op.ids):
        edge = workflow.edges.get(id)
        if edge is not None and not draft.refuse_locked(edge.target, f"/ids/{index}", index):
            gone[id] = None
    place_edges(draft, (), gone=gone)
    return draft.applied(RemoveEdges(ids=tuple(gone)) if gone else None)


def place_edges(draft: Draft, fresh: Iterable[Edge], *, gone: Iterable[str] = ()) -> None:
    """Write edges into a draft, and take others out."""
    fresh, gone = list(fresh), set(gone)
    if gone:
        draft.edges = {id: edge for id, edge in draft.edges.items() if id not in gone}
    if fresh:
        draft.own_edges().update({edge.id: edge for edge in fresh})


def check_edges(draft: Draft, edges: tuple[Edge, ...], at: str) -> list[Edge]:
    """The edges that are not there yet; refuses those that cannot be."""
    if not edges:
        return []
    if len(draft.edges) + len(edges) > limits.MAX_EDGES:
        draft.refuse("too_large", f"a workflow has at most {limits.MAX_EDGES:,} edges", at)
        return []
    doubles = twice(edge.id for edge in edges)
    ways: dict[Key, str] = {same_way(edge): edge.id for edge in draft.edges.values()}
    fresh: dict[str, int] = {}
    for index, edge in enumerate(edges):
        if draft.edges.get(edge.id) == edge:
            continue
        if edge.id in doubles or edge.id in draft.edges:
            standing = draft.edges.get(edge.id)
            draft.refuse("id_conflict", f"the id {edge.id!r} is taken", f"{at}/{index}/id", index=index, now=standing)
        elif _check_edge(draft, edge, f"{at}/{index}", index, ways):
            fresh[edge.id] = index
    found = [edges[index] for index in fresh.values()]
    for edge in closing_edges(draft.blocks, draft.edges.values(), found):
        source, target = draft.blocks[edge.source], draft.blocks[edge.target]
        words = f"{target.name!r} leads to {source.name!r} already: this edge would close a ring"
        draft.refuse("edge_cycle", words, f"{at}/{fresh[edge.id]}", index=fresh[edge.id])
    return found


def _check_edge(draft: Draft, edge: Edge, at: str, index: int, ways: dict[Key, str]) -> bool:
    refused = len(draft.refusals)
    for id in (edge.id, edge.source_handle, edge.target_handle):
        if trouble := checks.id_trouble(id):
            draft.refuse(*trouble, at, index=index)
    for end in (edge.source, edge.target):
        if end not in draft.blocks:
            draft.missing("block", end, at, index)
    if len(draft.refusals) > refused:
        return False
    if trouble := misfit(draft.blocks, edge):
        draft.refuse(*trouble, at, index=index)
        return False
    other = ways.setdefault(same_way(edge), edge.id)
    if other != edge.id:
        draft.refuse("edge_duplicate", "these blocks are connected this way already", at, index=index, now=other)
    # What a locked block is fed by is protected, but a block that comes along with its edges changes nothing yet.
    if edge.source in draft.before.blocks and edge.target in draft.before.blocks:
        lock = lock_on(draft.before.blocks, edge.target)
        if lock is not None:
            draft.refuse("locked", f"{lock.name!r} is locked", at, index=index)
    return len(draft.refusals) == refused
