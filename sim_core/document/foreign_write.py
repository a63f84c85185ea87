"""A document of ours as the reference product exports one."""

import datetime
from collections.abc import Callable
from typing import TypeAlias, cast

import msgspec

from sim_core.document.foreign_containers import write_loop, write_parallel
from sim_core.document.foreign_shapes import Facts
from sim_core.document.foreign_values import write_values
from sim_core.document.graph import base_type, children
from sim_core.document.workflow import Block, Edge, Loop, Workflow
from sim_core.spec.blocks import BlockType

Find: TypeAlias = Callable[[str], BlockType | None]
_OWN_EXTRA = ("values", "rows", "adopted", "data", "type", "retry")


def write_foreign(workflow: Workflow, find: Find, *, at: datetime.datetime | None = None) -> Facts:
    """The export envelope of the reference product; what an import brought and we do not use goes out again."""
    now = (at or datetime.datetime.now(datetime.UTC)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    inside = children(workflow.blocks)
    loops, parallels, data = Facts(), Facts(), dict[str, Facts]()
    for id, subflow in workflow.subflows.items():
        nodes = inside.get(id, [])
        if isinstance(subflow, Loop):
            data[id], loops[id] = write_loop(subflow, nodes)
        else:
            data[id], parallels[id] = write_parallel(subflow, nodes)
    metadata = {"name": workflow.name, "description": workflow.description, "exportedAt": now}
    return {
        "version": "1.0",
        "exportedAt": now,
        "state": {
            "blocks": {
                id: _block(block, find, data.get(id, {})) for id, block in workflow.blocks.items()
            },
            "edges": [_edge(edge) for edge in workflow.edges.values()],
            "loops": loops,
            "parallels": parallels,
            "metadata": metadata,
            "variables": {id: msgspec.to_builtins(variable) | {"type": variable.type, "value": variable.value}
                          for id, variable in workflow.variables.items()},
        },
    }  # fmt: skip


def _block(block: Block, find: Find, subflow: Facts) -> Facts:
    extra, type = block.extra, find(block.type)
    origin = extra.get("type", "")
    is_still = type is not None and isinstance(origin, str) and (find(origin) or type).id == type.id
    written: Facts = {
        "id": block.id,
        "type": origin if origin and is_still else base_type(block.type),
        "name": block.name,
        "position": {"x": block.position.x, "y": block.position.y},
        "enabled": block.enabled,
        "subBlocks": {name: {"id": name, "type": "short-input", "value": value}
                      for name, value in write_values(block, type).items()},
        "outputs": {},
        "advancedMode": block.advanced,
        "triggerMode": block.trigger,
        "errorEnabled": block.error_port,
        "locked": block.locked,
        "data": _data(block, subflow),
    }  # fmt: skip
    if block.retry:
        written["retry"] = {
            "enabled": True, "maxTries": block.retry.tries, "waitBetweenTriesMs": block.retry.wait_ms
        }  # fmt: skip
    elif "retry" in extra:
        written["retry"] = extra["retry"]
    return written | {key: value for key, value in extra.items() if key not in _OWN_EXTRA}


def _data(block: Block, subflow: Facts) -> Facts:
    data: Facts = {**subflow, **cast("Facts", block.extra.get("data", {}))}
    if block.parent:
        data |= {"parentId": block.parent, "extent": "parent"}
    if block.size:
        data |= {"width": block.size[0], "height": block.size[1]}
    if block.modes:
        data["canonicalModes"] = block.modes
    return data


def _edge(edge: Edge) -> Facts:
    return {
        "id": edge.id,
        "source": edge.source,
        "target": edge.target,
        "sourceHandle": edge.source_handle,
        "targetHandle": edge.target_handle,
        "type": "default",
        "data": {},
    }
