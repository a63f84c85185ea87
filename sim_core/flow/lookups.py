"""References, followed once at compile time: what is left for a run is an index and a path."""

from collections.abc import Mapping
from typing import Any, cast

from sim_core.document.references import MISSING, Reference, SecretName, navigate, normalise
from sim_core.errors import Invalid, Problem
from sim_core.flow.regions import Get, Node, Region, Scope

_INDEX = frozenset(("index", "iteration"))
_ITEM = frozenset(("item", "currentItem", "current_item"))
_RESULTS = frozenset(("result", "results"))
_OUTSIDE = _RESULTS | {"error"}


class Lookup:
    """Finds what the references of a workflow mean."""

    def __init__(self, names: Mapping[str, str], nodes: Mapping[str, Node], variables: Mapping[str, int]) -> None:
        self.names = names
        self.nodes = nodes
        self.variables = variables

    def knows(self, place: Reference | SecretName, region: Region) -> bool:
        """Whether something stands behind a place; what nothing is known of stays text."""
        return isinstance(place, SecretName) or self.reference(place, region) is not None

    def place(self, place: Reference | SecretName, region: Region) -> Get | None:
        """How to read a place from within a region, or `None` when nothing is known of it."""
        return secret(place) if isinstance(place, SecretName) else self.reference(place, region)

    def reference(self, reference: Reference, region: Region) -> Get | None:
        """How to read a reference from within a region, or `None` when nothing is known of it."""
        head, path = reference.head, reference.path
        if head in ("loop", "parallel"):
            inside = _innermost(region, head)
            return _of_container(inside, region, head, path) if inside is not None else None
        if head == "variable":
            return self._variable(path)
        id = self.names.get(head)
        if id is None:
            return None
        node = self.nodes.get(id)
        if node is None:
            return _nothing
        if node.inside is not None and region.lies_in(node.inside):
            return _of_container(node.inside, region, head, path)
        if node.inside is not None and path and path[0] not in _OUTSIDE:
            return _no_such(head, str(path[0]), ("results",))
        return _of_block(node, region, _container_path(node, path))

    def _variable(self, path: tuple[str | int, ...]) -> Get | None:
        name = str(path[0]) if path else ""
        slot = self.variables.get(normalise(name), self.variables.get(name))
        return None if slot is None else _of_variable(slot, path[1:])


def secret(place: SecretName) -> Get:
    """How to read a secret; one that is not known stays as it is written."""
    name, text = place.name, place.text

    def get(scope: Scope) -> Any:
        secrets = scope.shared.secrets
        return secrets.get(name, text)

    return get


def _container_path(node: Node, path: tuple[str | int, ...]) -> tuple[str | int, ...]:
    return ("results", *path[1:]) if node.inside is not None and path and path[0] in _RESULTS else path


def _innermost(region: Region | None, kind: str) -> Region | None:
    while region is not None and region.kind != kind:
        region = region.up
    return region


def _nothing(scope: Scope) -> Any:
    return MISSING


def _no_such(head: str, field: str, available: tuple[str, ...]) -> Get:
    message = f'"{field}" doesn\'t exist on block "{head}". Available fields: {", ".join(available)}'
    problem = Problem(code="unknown_field", message=message, expected=", ".join(available))

    def get(scope: Scope) -> Any:
        raise Invalid(message, code="unknown_field", problems=[problem])

    return get


def _of_variable(slot: int, path: tuple[str | int, ...]) -> Get:
    def get(scope: Scope) -> Any:
        value = scope.shared.variables[slot]
        return navigate(value, path) if path else value

    return get


def _of_container(inside: Region, region: Region, head: str, path: tuple[str | int, ...]) -> Get:
    up = region.depth - inside.depth
    field, rest = (str(path[0]), path[1:]) if path else ("", ())
    holds_items = inside.container is not None and _has_items(inside.container)
    if not field:
        return _climb(up, _whole if holds_items else _only_index)
    if field in _INDEX:
        return _climb(up, _index)
    if field in _RESULTS:
        return _climb(up, _results(rest))
    if holds_items and field in _ITEM:
        return _climb(up, _then(_item, rest))
    if holds_items and field == "items":
        return _climb(up, _then(_items, rest))
    return _no_such(head, field, ("index", "current_item", "items") if holds_items else ("index",))


def _has_items(container: Node) -> bool:
    subflow = container.control.subflow if container.control is not None else None
    return getattr(subflow, "loop_type", "") == "for_each" or getattr(subflow, "parallel_type", "") == "collection"


def _climb(levels: int, get: Get) -> Get:
    if levels == 0:
        return get

    def climb(scope: Scope) -> Any:
        for _ in range(levels):
            scope = scope.up or scope
        return get(scope)

    return climb


def _then(get: Get, path: tuple[str | int, ...]) -> Get:
    return (lambda scope: navigate(get(scope), path)) if path else get


def _index(scope: Scope) -> Any:
    return scope.index


def _items(scope: Scope) -> Any:
    return scope.box.items if scope.box is not None else MISSING


def _item(scope: Scope) -> Any:
    items = scope.box.items if scope.box is not None else None
    return items[scope.index] if items is not None and scope.index < len(items) else MISSING


def _results(path: tuple[str | int, ...]) -> Get:
    def get(scope: Scope) -> Any:
        return navigate([result for result in scope.box.results if result is not None], path) if scope.box else MISSING

    return get


def _only_index(scope: Scope) -> Any:
    return {"index": scope.index}


def _whole(scope: Scope) -> Any:
    item = _item(scope)
    return {"index": scope.index, "current_item": None if item is MISSING else item, "items": _items(scope)}


def _of_block(node: Node, region: Region, path: tuple[str | int, ...]) -> Get:
    up, down = _way(region, node.region)
    read = _reader(node, path)
    if not down:
        return _climb(up, read)

    def descend(scope: Scope) -> Any:
        """Into the last iteration, or the first branch, of the containers that the block lies in."""
        for index in down:
            inner = scope.inner.get(index)
            if inner is None:
                return MISSING
            scope = inner
        return read(scope)

    return _climb(up, descend)


def _way(region: Region, target: Region) -> tuple[int, tuple[int, ...]]:
    """How many scopes up, and into which containers then."""
    down: list[int] = []
    there = target
    while not region.lies_in(there):
        if there.container is None or there.up is None:
            break
        down.append(there.container.index)
        there = there.up
    return region.depth - there.depth, tuple(reversed(down))


def _reader(node: Node, path: tuple[str | int, ...]) -> Get:
    index = node.index
    if node.type.lends:
        return _lent(node, path)
    if not path:
        return lambda scope: scope.outputs[index]
    first, rest = path[0], path[1:]

    def get(scope: Scope) -> Any:
        output: Any = scope.outputs[index]
        if isinstance(output, dict):
            inner = cast("dict[Any, Any]", output).get(first, MISSING)
            if inner is not MISSING and not rest:
                return inner
            found = MISSING if inner is MISSING else navigate(inner, rest)
            if found is not MISSING:
                return found
        found = navigate(output, path)
        return _older_spelling(output, path) if found is MISSING else found

    return get


def _older_spelling(output: Any, path: tuple[str | int, ...]) -> Any:
    """`<response.response.data>` and `<flow.result.response.x>`, as older documents write them."""
    if path[0] == "response" and len(path) > 1:
        return navigate(output, path[1:])
    if path[:2] == ("result", "response"):
        return navigate(output, ("result", *path[2:]))
    return MISSING


def _lent(node: Node, path: tuple[str | int, ...]) -> Get:
    """A path that the block's own output lacks is looked up in the block before it."""
    index = node.index

    def get(scope: Scope) -> Any:
        found = navigate(scope.outputs[index], path)
        if found is MISSING and scope.outputs[index] is not MISSING and node.source >= 0:
            return _reader(node.region.nodes[node.source], path)(scope)
        return found

    return get
