"""The edges of imports, with the handles that they left out."""

import json
from collections.abc import Iterable
from typing import Any, cast

from sim_core.document.foreign_shapes import Facts, Raw, RawBlock
from sim_core.document.graph import container_kind
from sim_core.document.workflow import Block, Edge

_SIDES = ("top", "right", "bottom", "left")
_SOURCES = {"": "source", "null": "source", "undefined": "source", **{f"source-{side}": "source" for side in _SIDES}}


def read_edges(raw: Raw, blocks: dict[str, Block]) -> Iterable[Edge]:
    """The edges in order; what a condition, a router or a container left unsaid is inferred as a run infers it."""
    by_id = {one.id: one for one in raw.blocks}
    order: dict[str, int] = {}
    for one in raw.edges:
        source, target = cast("str", one["source"]), cast("str", one["target"])
        nth = order[source] = order.get(source, -1) + 1
        handle = _handle(one.get("sourceHandle"))
        origin = by_id.get(source)
        if origin is not None:
            handle = _inferred(origin, handle, nth, target, blocks)
        kept = one.get("targetHandle")
        into = kept if isinstance(kept, str) and kept and not kept.startswith("target-") else "target"
        id = one.get("id")
        yield Edge(
            id=id if isinstance(id, str) and id else f"{source}-{handle}-{target}",
            source=source,
            target=target,
            source_handle=handle,
            target_handle=into,
        )


def _handle(given: Any) -> str:
    handle = given if isinstance(given, str) else ""
    return _SOURCES.get(handle, handle)


def _inferred(source: RawBlock, handle: str, nth: int, target: str, blocks: dict[str, Block]) -> str:
    if handle == "error":
        return handle
    kind = source.type
    if kind == "router" and not handle.startswith("router-"):
        return f"router-{target}"
    if kind in ("condition", "router_v2") and handle == "source":
        rows = _rows(source.values.get("conditions" if kind == "condition" else "routes"))
        prefix = "condition" if kind == "condition" else "router"
        return f"{prefix}-{rows[nth]}" if nth < len(rows) else handle
    if container_kind(kind) and handle in ("source", f"{kind}-end-source", f"{kind}-start-source"):
        inside = target in blocks and blocks[target].parent == source.id
        return f"{kind}-start-source" if inside else f"{kind}-end-source"
    return handle


def _rows(given: Any) -> list[str]:
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError:
            return []
    rows = cast("list[Facts]", given) if isinstance(given, list) else []
    return [row["id"] for row in rows if isinstance(row.get("id"), str)]
