"""Workflows in the form that the reference executor is given, read for the conformance cases."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from sim_core.document.workflow import Block, Edge, Loop, Parallel, Retry, Variable, Workflow
from sim_core.spec.blocks import BlockType
from sim_core.spec.tools import snake

ROWS = ("conditions", "routes", "input_format", "variables", "builder_data")
Find = Callable[[str], BlockType | None]


def read(serialized: Mapping[str, Any], find: Find, variables: Mapping[str, Any] | None = None) -> Workflow:
    parents: dict[str, str] = {}
    for kind in ("loops", "parallels"):
        for container in serialized.get(kind, {}).values():
            parents |= dict.fromkeys(container["nodes"], container["id"])
    blocks = {raw["id"]: _block(raw, find, parents) for raw in serialized["blocks"]}
    edges = {
        f"e{at}": Edge(
            id=f"e{at}", source=raw["source"], target=raw["target"], source_handle=raw.get("sourceHandle") or "source"
        )
        for at, raw in enumerate(serialized["connections"])
    }
    subflows = {raw["id"]: _loop(raw) for raw in serialized.get("loops", {}).values()}
    subflows |= {raw["id"]: _parallel(raw) for raw in serialized.get("parallels", {}).values()}
    named = {raw["id"]: Variable(**raw) for raw in (variables or {}).values()}
    return Workflow(blocks=blocks, edges=edges, subflows=subflows, variables=named)


def _block(raw: Mapping[str, Any], find: Find, parents: Mapping[str, str]) -> Block:
    type = find(raw["metadata"]["id"])
    assert type is not None, raw["metadata"]["id"]
    retry = raw.get("retry") or {}
    fields = type.input.__struct_fields__
    values: dict[str, Any] = dict(type.defaults)
    others: dict[str, Any] = {}
    for name, value in raw["config"]["params"].items():
        field = type.renames.get(name, snake(name))
        if field in fields:
            values[field] = _rows(_decoded(value)) if field in ROWS else value
        elif name != "triggerMode":
            others[name] = value
    if others and "fields" in fields:
        values["fields"] = others
    return Block(
        id=raw["id"],
        type=type.id,
        name=raw["metadata"].get("name") or raw["id"],
        values=values,
        enabled=raw.get("enabled", True),
        parent=parents.get(raw["id"]),
        retry=Retry(retry.get("maxTries", 3), retry.get("waitBetweenTriesMs", 1000)) if retry.get("enabled") else None,
    )


def _rows(value: Any) -> Any:
    return [{snake(key): inner for key, inner in row.items()} for row in value]


def _decoded(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _loop(raw: Mapping[str, Any]) -> Loop:
    kind = {"forEach": "for_each", "doWhile": "do_while"}.get(raw.get("loopType", "for"), raw.get("loopType", "for"))
    condition = raw.get("whileCondition") or raw.get("doWhileCondition") or ""
    return Loop(
        id=raw["id"],
        loop_type=kind,
        iterations=raw.get("iterations"),
        collection=raw.get("forEachItems"),
        condition=condition,
        language="javascript",
    )


def _parallel(raw: Mapping[str, Any]) -> Parallel:
    kind = "count" if raw.get("parallelType") == "count" else "collection"
    return Parallel(
        id=raw["id"],
        parallel_type=kind,
        count=raw.get("count"),
        collection=raw.get("distribution"),
        batch_size=min(max(int(raw.get("batchSize", 20)), 1), 20),
    )
