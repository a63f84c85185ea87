"""Makes a document keepable that came from elsewhere: what cannot be is mended or left out, and said."""

from collections.abc import Iterable

from msgspec.structs import replace

from sim_core.document import checks, limits
from sim_core.document.grammar import normalise
from sim_core.document.graph import ancestors, closing_edges, container_kind, misfit, name_key, same_way
from sim_core.document.letters import visible
from sim_core.document.references import pointer
from sim_core.document.workflow import Block, Edge, Variable
from sim_core.errors import Problem


def warn(code: str, message: str, at: str, block: Block | None = None) -> Problem:
    """A remark on something that was mended."""
    return Problem(code=code, message=message, pointer=at, block=block.id if block else None, severity="warning")


def mend_names(blocks: dict[str, Block], problems: list[Problem]) -> dict[str, Block]:
    """Blocks whose names are there, allowed and different; the first of two keeps its own."""
    taken = {name_key(block.name) for block in blocks.values() if not checks.name_trouble(block.name)}
    owned: set[str] = set()
    mended: dict[str, Block] = {}
    for id, block in blocks.items():
        name = visible(block.name)
        if checks.name_trouble(name) or name_key(name) in owned:
            name = _free_name(name if normalise(name) else block.type, taken)
            words = f"{block.name!r} cannot be a block's name here; it is called {name!r}"
            problems.append(warn("renamed", words, f"/blocks/{pointer(id)}/name", block))
        owned.add(name_key(name))
        taken.add(name_key(name))
        mended[id] = block if name == block.name else replace(block, name=name)
    return mended


def _free_name(name: str, taken: set[str]) -> str:
    base = name[: limits.MAX_NAME - 10].strip() or "Block"
    number = 2
    while name_key(f"{base} {number}") in taken:
        number += 1
    return f"{base} {number}"


def mend_parents(blocks: dict[str, Block], problems: list[Problem]) -> dict[str, Block]:
    """Blocks whose containers are there, are containers and do not lie in themselves."""
    mended = dict(blocks)
    for id in blocks:
        block = mended[id]
        if block.parent is None:
            continue
        holder = mended.get(block.parent)
        if holder is None or container_kind(holder.type) is None or id == block.parent:
            why = f"the container of {block.name!r} is not there"
        else:
            around = list(ancestors(mended, id))
            outermost = mended[around[-1]].parent if around else None
            if outermost is None and len(around) <= limits.MAX_NESTING:
                continue
            why = f"{block.name!r} lies {'inside itself' if outermost else 'too deep in containers'}"
        problems.append(warn("no_container", f"{why}; it was taken out", f"/blocks/{pointer(id)}/parent", block))
        mended[id] = replace(block, parent=None)
    return mended


def mend_edges(blocks: dict[str, Block], edges: Iterable[Edge], problems: list[Problem]) -> dict[str, Edge]:
    """The edges that can be; the others join nothing in a run either."""
    kept: dict[str, Edge] = {}
    ways: set[tuple[str, str, str, str]] = set()
    for edge in edges:
        words = _no_edge(blocks, edge, ways)
        if words is None and (edge.id in kept or checks.id_trouble(edge.id)):
            edge = replace(edge, id=_free_id(edge.id if edge.id in kept else "edge", kept))
        if words is None:
            kept[edge.id] = edge
            ways.add(same_way(edge))
        else:
            problems.append(warn("edge_dropped", f"an edge was left out: {words}", f"/edges/{pointer(edge.id)}"))
    for edge in closing_edges(blocks, (), kept.values()):
        del kept[edge.id]
        names = f"{blocks[edge.source].name!r} to {blocks[edge.target].name!r}"
        words = f"an edge was left out: the one from {names} closes a ring"
        problems.append(warn("edge_dropped", words, f"/edges/{pointer(edge.id)}"))
    return kept


def _no_edge(blocks: dict[str, Block], edge: Edge, ways: set[tuple[str, str, str, str]]) -> str | None:
    gone = next((end for end in (edge.source, edge.target) if end not in blocks), None)
    if gone is not None:
        return f"there is no block {gone!r}"
    if same_way(edge) in ways:
        return f"{blocks[edge.source].name!r} and {blocks[edge.target].name!r} are connected this way already"
    trouble = checks.id_trouble(edge.source_handle) or checks.id_trouble(edge.target_handle) or misfit(blocks, edge)
    return trouble[1] if trouble else None


def _free_id(id: str, taken: dict[str, Edge]) -> str:
    number = 2
    while f"{id}-{number}" in taken:
        number += 1
    return f"{id}-{number}"


def mend_variables(variables: Iterable[Variable], problems: list[Problem]) -> dict[str, Variable]:
    """Variables with names that are there and different."""
    kept: dict[str, Variable] = {}
    owned: set[str] = set()
    for variable in variables:
        key = normalise(variable.name)
        if checks.id_trouble(variable.id):
            variable = replace(variable, id=variable.name)
        if not key or checks.id_trouble(variable.name) or key in owned or variable.id in kept:
            words = f"the variable {variable.name!r} was left out: its name is empty or taken"
            problems.append(warn("variable_dropped", words, f"/variables/{pointer(variable.id)}"))
            continue
        owned.add(key)
        kept[variable.id] = variable
    return kept
