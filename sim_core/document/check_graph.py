"""Whether blocks, edges and containers fit together."""

from collections.abc import Iterable

import msgspec

from sim_core.document import checks, limits
from sim_core.document.check_fields import fields
from sim_core.document.graph import ancestors, container_kind, fits, in_rings, is_note, misfit, name_key, same_way
from sim_core.document.references import parse, pointer
from sim_core.document.survey import Survey
from sim_core.document.workflow import Block, Edge, Loop, Parallel
from sim_core.spec.blocks import BlockType, one_port


def check_graph(survey: Survey) -> None:
    """Everything about the graph."""
    _sizes(survey)
    _names(survey)
    _parents(survey)
    _edges(survey)
    _rings(survey)
    _starts(survey)
    _containers(survey)
    _blocks(survey)


def _sizes(survey: Survey) -> None:
    found = (
        ("blocks", len(survey.blocks), limits.MAX_BLOCKS),
        ("edges", len(survey.workflow.edges), limits.MAX_EDGES),
        ("variables", len(survey.workflow.variables), limits.MAX_VARIABLES),
    )
    for what, count, most in found:
        if count > most:
            survey.say("too_large", f"there are {count:,} {what}; at most {most:,} are allowed", at=f"/{what}")


def _names(survey: Survey) -> None:
    owners: dict[str, Block] = {}
    for block in survey.blocks.values():
        if trouble := checks.name_trouble(block.name):
            survey.say("bad_name", trouble[1], block=block.id, at="/name")
            continue
        other = owners.setdefault(name_key(block.name), block)
        if other is not block:
            words = f"{block.name!r} has the same name as {other.name!r}; references cannot tell them apart"
            survey.say("duplicate_name", words, block=block.id, at="/name")
    variables: dict[str, str] = {}
    for variable in survey.workflow.variables.values():
        key = name_key(variable.name)
        if not key or variables.setdefault(key, variable.id) != variable.id:
            words = f"the variable {variable.name!r} has no name of its own"
            survey.say("duplicate_name", words, at=f"/variables/{pointer(variable.id)}/name")


def _parents(survey: Survey) -> None:
    for block in survey.blocks.values():
        if block.parent is None:
            continue
        holder = survey.blocks.get(block.parent)
        if holder is None or container_kind(holder.type) is None:
            words = f"{block.name!r} lies in a container that is not there"
            survey.say("no_container", words, block=block.id, at="/parent")
            continue
        around = list(ancestors(survey.blocks, block.id))
        if not around or survey.blocks[around[-1]].parent is not None:
            survey.say("parent_cycle", f"{block.name!r} lies inside itself", block=block.id, at="/parent")
        elif len(around) > limits.MAX_NESTING:
            words = f"{block.name!r} lies {len(around)} containers deep; at most {limits.MAX_NESTING} are allowed"
            survey.say("too_deep", words, block=block.id, at="/parent", expected=str(limits.MAX_NESTING))


def _edges(survey: Survey) -> None:
    ways: set[tuple[str, str, str, str]] = set()
    ports: dict[str, frozenset[str] | None] = {}
    for edge in survey.workflow.edges.values():
        at = f"/edges/{pointer(edge.id)}"
        gone = next((end for end in (edge.source, edge.target) if end not in survey.blocks), None)
        if gone is not None:
            survey.say("dangling_edge", f"an edge leads to or from {gone!r}, which is not there", at=at)
            continue
        if trouble := misfit(survey.blocks, edge):
            survey.say(trouble[0], trouble[1], at=at)
        elif same_way(edge) in ways:
            names = f"{survey.blocks[edge.source].name!r} and {survey.blocks[edge.target].name!r}"
            survey.say("edge_duplicate", f"{names} are connected twice the same way", at=at, warning=True)
        ways.add(same_way(edge))
        if edge.source not in ports:
            ports[edge.source] = _ports(survey, edge.source)
        _handle(survey, edge, ports[edge.source], at)


def _handle(survey: Survey, edge: Edge, ports: frozenset[str] | None, at: str) -> None:
    source = survey.blocks[edge.source]
    # The oldest routers have a port for each block they lead to.
    if ports is None or edge.source_handle in ports or edge.source_handle == f"router-{edge.target}":
        return
    words = f"{source.name!r} has no port {edge.source_handle!r}, so this edge is never taken"
    expected = ", ".join(sorted(ports))
    survey.say("unknown_handle", words, at=f"{at}/source_handle", expected=expected, warning=True)


def _ports(survey: Survey, id: str) -> frozenset[str] | None:
    """The handles that a block has, or `None` when that cannot be known."""
    block, type = survey.blocks[id], survey.types[id]
    kind = container_kind(block.type)
    if kind is not None:
        name = "loop" if kind is Loop else "parallel"
        return frozenset((f"{name}-start-source", f"{name}-end-source", "error"))
    if type is None:
        return None
    if is_note(block):
        return frozenset()
    if type.ports is one_port:
        return frozenset(("source", "error"))
    try:
        return frozenset((*type.ports(_inputs(type, block)), "error"))
    except Exception:  # A form that is filled in badly may break a stranger's `ports`; its fields are told elsewhere.
        return None


def _inputs(type: BlockType, block: Block) -> object:
    """The form as far as it is filled in with what fits; enough to ask for the ports."""
    struct = type.input_for(block.values)
    given: dict[str, object] = {}
    for name, field in fields(struct).items():
        if name in block.values:
            try:
                given[name] = msgspec.convert(block.values[name], field.kind, strict=False)
            except (msgspec.ValidationError, OverflowError):
                given[name] = block.values[name]
        elif field.required:
            given[name] = None
    return struct(**given)


def _rings(survey: Survey) -> None:
    stuck = in_rings(survey.after)
    if not stuck:
        return
    on_ring = stuck & in_rings(_reversed(survey.after, stuck))
    for id in survey.blocks:
        if id in on_ring:
            words = f"{survey.blocks[id].name!r} lies on a ring: it would have to wait for itself; use a loop"
            survey.say("cycle", words, block=id)


def _reversed(after: dict[str, list[str]], among: set[str]) -> dict[str, list[str]]:
    before: dict[str, list[str]] = {}
    for source, targets in after.items():
        for target in targets:
            if source in among and target in among:
                before.setdefault(target, []).append(source)
    return before


def _starts(survey: Survey) -> None:
    if not any(not is_note(block) for block in survey.blocks.values()):
        survey.say("empty", "there is nothing to run", warning=True)
        return
    starts = [block for block in survey.starts if block.type.partition("@")[0] == "start"]
    enabled = [block for block in survey.starts if block.enabled]
    for block in survey.starts:
        if block.parent is not None:
            words = f"{block.name!r} starts the workflow, so it cannot lie in a container"
            survey.say("start_in_container", words, block=block.id, at="/parent")
        if not block.enabled:
            survey.say("disabled_start", f"{block.name!r} is disabled, so nothing starts there", block=block.id)
    several = [block for block in starts if block.enabled]
    for block in several[1:]:
        words = f"there are {len(several)} start blocks; a run begins at {several[0].name!r} unless it says otherwise"
        survey.say("several_starts", words, block=block.id, warning=True)
    if not enabled:
        words = "no enabled block starts this workflow; a run begins where nothing leads to"
        survey.say("no_start", words, warning=True)


def _containers(survey: Survey) -> None:
    for id, subflow in survey.workflow.subflows.items():
        block = survey.blocks.get(id)
        if block is None or not fits(block, subflow):
            survey.say("no_container", f"the settings of {id!r} belong to no container", at=f"/subflows/{pointer(id)}")
    for block in survey.blocks.values():
        if container_kind(block.type) is None:
            continue
        subflow = survey.workflow.subflows.get(block.id)
        if not any(survey.runs(survey.blocks[one]) for one in survey.inside.get(block.id, ())):
            words = f"{block.name!r} has nothing to run inside; add or enable a block in it"
            survey.say("empty_container", words, block=block.id)
        if isinstance(subflow, Loop):
            _loop(survey, block, subflow)
        elif isinstance(subflow, Parallel):
            _parallel(survey, block, subflow)
        else:
            survey.say("no_subflow", f"{block.name!r} does not say what it repeats over", block=block.id)


def _loop(survey: Survey, block: Block, loop: Loop) -> None:
    if loop.loop_type == "for_each":
        _collection(survey, block, loop.collection)
    elif loop.loop_type == "while" and not loop.condition.strip():
        survey.say(
            "missing_condition",
            f"{block.name!r} lacks its condition",
            block=block.id,
            whole=_setting(block, "condition"),
            field="condition",
        )
    elif loop.loop_type == "for" or (loop.loop_type == "do_while" and not loop.condition.strip()):
        _count(survey, block, loop.iterations, "iterations")


def _parallel(survey: Survey, block: Block, parallel: Parallel) -> None:
    if parallel.parallel_type == "collection":
        _collection(survey, block, parallel.collection)
    else:
        _count(survey, block, parallel.count, "count")
    if not 1 <= parallel.batch_size <= 20:
        words = f"{block.name!r} can have 1 to 20 branches under way at once, not {parallel.batch_size}"
        survey.say(
            "bad_batch_size",
            words,
            block=block.id,
            whole=_setting(block, "batch_size"),
            field="batch_size",
            expected="1 to 20",
        )


def _count(survey: Survey, block: Block, count: int | str | None, field: str) -> None:
    if count is None or count == "":
        words = f"{block.name!r} does not say how many times"
        survey.say(
            "missing_count",
            words,
            block=block.id,
            whole=_setting(block, field),
            field=field,
            expected="a number or a reference",
        )
        return
    if isinstance(count, str) and not parse(count).is_literal:
        return
    if isinstance(count, str) and not count.strip().isdecimal():
        words = f"{block.name!r} repeats {count!r} times, which is no number"
        survey.say(
            "bad_count",
            words,
            block=block.id,
            whole=_setting(block, field),
            field=field,
            expected="a number or a reference",
        )
    elif int(count) < 0:
        survey.say(
            "bad_count",
            f"{block.name!r} cannot repeat {count} times",
            block=block.id,
            whole=_setting(block, field),
            field=field,
        )


def _collection(survey: Survey, block: Block, collection: object) -> None:
    if collection is None or (isinstance(collection, str) and not collection.strip()):
        words = f"{block.name!r} lacks the collection to go through"
        survey.say(
            "missing_collection",
            words,
            block=block.id,
            whole=_setting(block, "collection"),
            field="collection",
            expected="a list or a reference",
        )
    elif isinstance(collection, bool | int | float):
        words = f"{block.name!r} cannot go through {collection!r}"
        survey.say(
            "bad_collection",
            words,
            block=block.id,
            whole=_setting(block, "collection"),
            field="collection",
            expected="a list or a reference",
        )


def _blocks(survey: Survey) -> None:
    for block in survey.blocks.values():
        if survey.types[block.id] is None and container_kind(block.type) is None:
            words = f"{block.name!r} is of type {block.type!r}, which is not installed"
            survey.say("unknown_type", words, block=block.id, at="/type")
        if block.retry is not None:
            _retry(survey, block)
        _timeout(survey, block)
        if block.id not in survey.live and survey.runs(block) and not survey.begins(block):
            survey.say("unreachable", f"no run comes to {block.name!r}", block=block.id, warning=True)


def _retry(survey: Survey, block: Block) -> None:
    retry = block.retry
    bounds: Iterable[tuple[str, int, int, int]] = (
        (("tries", retry.tries, 2, 5), ("wait_ms", retry.wait_ms, 0, 5000)) if retry else ()
    )
    for fact, value, least, most in bounds:
        if not least <= value <= most:
            words = f"{block.name!r}: {fact} is {value:,}; it can be {least:,} to {most:,}"
            survey.say("bad_retry", words, block=block.id, at=f"/retry/{fact}", expected=f"{least} to {most}")


def _timeout(survey: Survey, block: Block) -> None:
    if block.timeout_s is None:
        return
    if trouble := checks.timeout_trouble(block.timeout_s):
        survey.say("bad_timeout", f"{block.name!r}: {trouble[1]}", block=block.id, at="/timeout_s")
    elif container_kind(block.type) is not None:
        words = f"{block.name!r} is a container, which takes as long as what lies in it; limit the blocks in it"
        survey.say("bad_timeout", words, block=block.id, at="/timeout_s")


def _setting(block: Block, field: str) -> str:
    return f"/subflows/{pointer(block.id)}/{field}"
