"""A workflow as the data of our file form, and back: blocks under readable keys, defaults left out."""

import re
from functools import lru_cache
from typing import Annotated, Any, TypeAlias, TypeVar

import msgspec
from msgspec import Meta, Struct

from sim_core.document.graph import container_kind
from sim_core.document.references import pointer
from sim_core.document.workflow import (
    Block,
    Edge,
    Loop,
    Parallel,
    Pin,
    Position,
    Retry,
    Subflow,
    Variable,
    VariableType,
    Workflow,
)
from sim_core.errors import Problem

T = TypeVar("T", bound=Struct)
Plain: TypeAlias = dict[str, Any]
_Filled = Annotated[str, Meta(min_length=1)]

_NO_KEY = re.compile(r"[^\w]+")
_MESSAGE_PATH = re.compile(r" - at `\$(.*)`$")
_SUBFLOWS: dict[str, type[Loop] | type[Parallel]] = {"loop": Loop, "parallel": Parallel}


class BlockForm(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A block in a file; without `id` or `name` it has that of its key."""

    type: _Filled
    id: _Filled | None = None
    name: str | None = None
    position: tuple[float, float] | Position = (0, 0)
    parent: str | None = None
    enabled: bool = True
    locked: bool = False
    advanced: bool = False
    trigger: bool = False
    error_port: bool = False
    retry: Retry | None = None
    timeout_s: float | None = None
    pinned: Pin | None = None
    size: tuple[float, float] | None = None
    modes: dict[str, str] = {}
    loop: Plain | None = None
    parallel: Plain | None = None
    values: Plain = {}
    extra: Plain = {}


class EdgeForm(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """An edge in a file; its ends are keys of blocks."""

    source: _Filled
    source_handle: str = "source"
    target: _Filled
    target_handle: str = "target"
    id: _Filled | None = None


class VariableForm(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A variable in a file; without `id` or `name` it has that of its key."""

    id: _Filled | None = None
    name: str | None = None
    type: VariableType = "plain"
    value: Any = None


class WorkflowForm(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A workflow in a file."""

    name: str = ""
    description: str = ""
    variables: Plain = {}
    blocks: Plain = {}
    edges: list[Any] = []


def to_plain(workflow: Workflow) -> Plain:
    """The data of our file form, in an order that moving and connecting do not change."""
    keys = _keys({block.id: block.name for block in workflow.blocks.values()})
    blocks = {keys[block.id]: _block_form(workflow, block, keys) for block in workflow.blocks.values()}
    names = _keys({variable.id: variable.name for variable in workflow.variables.values()})
    variables = {names[one.id]: _variable_form(one, names[one.id]) for one in workflow.variables.values()}
    edges = [_edge_form(edge, keys) for edge in workflow.edges.values()]
    edges.sort(key=lambda edge: (edge["source"], edge.get("source_handle", ""), edge["target"], edge.get("id", "")))
    form = WorkflowForm(
        name=workflow.name,
        description=workflow.description,
        variables=dict(sorted(variables.items())),
        blocks=dict(sorted(blocks.items())),
        edges=edges,
    )
    return _sparse(form)


def _sparse(thing: Struct) -> Plain:
    """A struct's facts that are not its defaults, as data."""
    kept: Plain = {}
    for name, required, default in _defaults(type(thing)):
        value = getattr(thing, name)
        if required or value != default or isinstance(value, bool) is not isinstance(default, bool):
            kept[name] = msgspec.to_builtins(value)
    return kept


@lru_cache(maxsize=64)
def _defaults(kind: type[Struct]) -> tuple[tuple[str, bool, Any], ...]:
    return tuple(
        (
            info.name,
            info.required,
            info.default if info.default_factory is msgspec.NODEFAULT else info.default_factory(),
        )
        for info in msgspec.structs.fields(kind)
    )


def _keys(names: dict[str, str]) -> dict[str, str]:
    """A readable key for each id: its name in small letters, numbered when two would be the same."""
    keys: dict[str, str] = {}
    taken: set[str] = set()
    for id in sorted(names):
        base = _NO_KEY.sub("_", names[id].lower()).strip("_")[:60] or "block"
        key, number = base, 2
        while key in taken:
            key, number = f"{base}_{number}", number + 1
        taken.add(key)
        keys[id] = key
    return keys


def _block_form(workflow: Workflow, block: Block, keys: dict[str, str]) -> Plain:
    key = keys[block.id]
    subflow = workflow.subflows.get(block.id)
    settings: Plain = {}
    if subflow is not None:
        kind = "loop" if isinstance(subflow, Loop) else "parallel"
        settings[kind] = {name: value for name, value in _sparse(subflow).items() if name != "id"}
    form = BlockForm(
        type=block.type,
        id=block.id if block.id != key else None,
        name=block.name if block.name != key else None,
        position=(_short(block.position.x), _short(block.position.y)),
        parent=keys.get(block.parent, block.parent) if block.parent is not None else None,
        enabled=block.enabled,
        locked=block.locked,
        advanced=block.advanced,
        trigger=block.trigger,
        error_port=block.error_port,
        retry=block.retry,
        timeout_s=block.timeout_s,
        pinned=block.pinned,
        size=(_short(block.size[0]), _short(block.size[1])) if block.size else None,
        modes=block.modes,
        values=block.values,
        extra=block.extra,
        **settings,
    )
    return _sparse(form)


def _short(number: float) -> float:
    return int(number) if float(number).is_integer() else number


def _variable_form(variable: Variable, key: str) -> Plain:
    form = VariableForm(
        id=variable.id if variable.id != key else None,
        name=variable.name if variable.name != key else None,
        type=variable.type,
        value=variable.value,
    )
    return _sparse(form)


def _edge_form(edge: Edge, keys: dict[str, str]) -> Plain:
    source, target = keys.get(edge.source, edge.source), keys.get(edge.target, edge.target)
    form = EdgeForm(
        source=source,
        source_handle=edge.source_handle,
        target=target,
        target_handle=edge.target_handle,
        id=edge.id if edge.id != _edge_id(source, edge.source_handle, target) else None,
    )
    return _sparse(form)


def _edge_id(source: str, handle: str, target: str) -> str:
    return f"{source}-{target}" if handle == "source" else f"{source}-{handle}-{target}"


def from_plain(value: Any, at: str, problems: list[Problem]) -> Workflow:
    """The workflow that the data of our file form says; problems are added with their pointers."""
    form = _read(value, WorkflowForm, at, problems) or WorkflowForm()
    blocks: dict[str, Block] = {}
    subflows: dict[str, Subflow] = {}
    forms = {key: _read(one, BlockForm, f"{at}/blocks/{pointer(key)}", problems) for key, one in form.blocks.items()}
    ids = {key: one.id or key for key, one in forms.items() if one is not None}
    for key, one in forms.items():
        if one is None:
            continue
        here = f"{at}/blocks/{pointer(key)}"
        _add(blocks, _block(key, one, ids), here, problems)
        subflow = _subflow(ids[key], one, here, problems)
        if subflow is not None:
            subflows[subflow.id] = subflow
    return Workflow(
        name=form.name,
        description=form.description,
        blocks=blocks,
        edges=_edges(form, ids, f"{at}/edges", problems),
        subflows=subflows,
        variables=_variables(form, f"{at}/variables", problems),
    )


def _read(value: Any, kind: type[T], at: str, problems: list[Problem]) -> T | None:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        path = _MESSAGE_PATH.search(str(error))
        words = _MESSAGE_PATH.sub("", str(error))
        inside = re.sub(r"\[(\d+)\]", r"/\1", path.group(1)).replace(".", "/") if path else ""
        unknown = re.search(r"unknown field `(.+)`", words)
        if unknown:
            inside = f"{inside}/{pointer(unknown.group(1))}"
            words = f"there is no {unknown.group(1)!r} here; there are {', '.join(kind.__struct_fields__)}"
        code = "unknown_key" if unknown else "bad_document"
        problems.append(Problem(code=code, message=words, pointer=at + inside.replace("[...]", "")))
        return None


def _add(things: dict[str, Any], thing: Any, at: str, problems: list[Problem]) -> None:
    if thing.id in things:
        words = f"the id {thing.id!r} is given twice"
        problems.append(Problem(code="id_conflict", message=words, pointer=f"{at}/id"))
    things[thing.id] = thing


def _block(key: str, form: BlockForm, ids: dict[str, str]) -> Block:
    place = form.position
    return Block(
        id=form.id or key,
        type=form.type,
        name=key if form.name is None else form.name,
        position=place if isinstance(place, Position) else Position(*place),
        values={field: value for field, value in form.values.items() if value is not None},
        enabled=form.enabled,
        locked=form.locked,
        advanced=form.advanced,
        trigger=form.trigger,
        error_port=form.error_port,
        retry=form.retry,
        timeout_s=form.timeout_s,
        pinned=form.pinned,
        parent=ids.get(form.parent, form.parent) if form.parent is not None else None,
        size=form.size,
        modes=form.modes,
        extra=form.extra,
    )


def _subflow(id: str, form: BlockForm, at: str, problems: list[Problem]) -> Subflow | None:
    kind = container_kind(form.type)
    for name, settings in (("loop", form.loop), ("parallel", form.parallel)):
        if settings is None:
            continue
        wanted = _SUBFLOWS[name]
        unknown = next((key for key in settings if key not in wanted.__struct_fields__ or key == "id"), None)
        if wanted is not kind or unknown is not None:
            says = f"there is no {unknown!r} in it" if unknown else f"a block of type {form.type!r} has none"
            at_fault = f"{at}/{name}" + (f"/{pointer(unknown)}" if unknown else "")
            problems.append(Problem(code="unknown_key", message=f"`{name}`: {says}", pointer=at_fault))
            return None
        return _read({**settings, "id": id, "kind": name}, wanted, f"{at}/{name}", problems)
    return kind(id=id) if kind else None


def _edges(form: WorkflowForm, ids: dict[str, str], at: str, problems: list[Problem]) -> dict[str, Edge]:
    edges: dict[str, Edge] = {}
    for index, given in enumerate(form.edges):
        one = _read(given, EdgeForm, f"{at}/{index}", problems)
        if one is None:
            continue
        edge = Edge(
            id=one.id or _edge_id(one.source, one.source_handle, one.target),
            source=ids.get(one.source, one.source),
            target=ids.get(one.target, one.target),
            source_handle=one.source_handle,
            target_handle=one.target_handle,
        )
        _add(edges, edge, f"{at}/{index}", problems)
    return edges


def _variables(form: WorkflowForm, at: str, problems: list[Problem]) -> dict[str, Variable]:
    variables: dict[str, Variable] = {}
    for key, given in form.variables.items():
        here = f"{at}/{pointer(key)}"
        one = _read(given, VariableForm, here, problems)
        if one is not None:
            name = key if one.name is None else one.name
            _add(variables, Variable(id=one.id or key, name=name, type=one.type, value=one.value), here, problems)
    return variables
