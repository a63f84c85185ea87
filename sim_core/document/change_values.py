"""How fields, container settings, variables and the workflow's own facts are changed."""

from typing import Any, get_type_hints

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from sim_core.document import checks, limits
from sim_core.document.grammar import normalise
from sim_core.document.graph import name_key
from sim_core.document.letters import is_visible
from sim_core.document.operations import (
    AddVariables,
    RemoveVariables,
    UpdateSubflow,
    UpdateValues,
    UpdateVariable,
    UpdateWorkflow,
    ValueChange,
)
from sim_core.document.outcome import Applied, Draft, twice
from sim_core.document.references import pointer
from sim_core.document.sameness import same
from sim_core.document.workflow import Loop, Parallel, Variable, Workflow

_KINDS: dict[type[Any], dict[str, Any]] = {
    Loop: {key: kind for key, kind in get_type_hints(Loop).items() if key != "id"},
    Parallel: {key: kind for key, kind in get_type_hints(Parallel).items() if key != "id"},
    Variable: {key: kind for key, kind in get_type_hints(Variable).items() if key != "id"},
    Workflow: {"name": str, "description": str},
}


def update_values(workflow: Workflow, op: UpdateValues) -> Applied:
    """Change fields; the last of several changes of one field is what counts."""
    draft = Draft(workflow)
    wanted: dict[tuple[str, str], Any] = {}
    for index, item in enumerate(op.items):
        if _check_value(draft, item, f"/items/{index}", index):
            wanted[item.block_id, item.field] = item.value
    changed = {
        key: value for key, value in wanted.items() if not same(workflow.blocks[key[0]].values.get(key[1]), value)
    }
    if not changed or draft.refusals:
        return draft.applied(None)
    fresh: dict[str, dict[str, Any]] = {}
    for (id, field), value in changed.items():
        values = fresh.setdefault(id, dict(workflow.blocks[id].values))
        if value is None:
            del values[field]
        else:
            values[field] = value
    blocks = draft.own_blocks()
    for id, values in fresh.items():
        blocks[id] = replace(blocks[id], values=values)
    items = (ValueChange(block_id=id, field=field, value=value) for (id, field), value in changed.items())
    return draft.applied(UpdateValues(items=tuple(items)))


def _check_value(draft: Draft, item: ValueChange, at: str, index: int) -> bool:
    block = draft.blocks.get(item.block_id)
    if block is None:
        draft.missing("block", item.block_id, f"{at}/block_id", index)
        return False
    if draft.refuse_locked(item.block_id, at, index):
        return False
    now = block.values.get(item.field)
    if item.expected is not UNSET and not same(item.expected, now):
        draft.refuse("conflict", f"{block.name}: {item.field!r} was changed meanwhile", at, index=index, now=now)
    elif trouble := checks.values_trouble({item.field: item.value}):
        draft.refuse(*trouble, f"{at}/value", index=index, now=now)
    else:
        return True
    return False


def update_subflow(workflow: Workflow, op: UpdateSubflow) -> Applied:
    """Change what a container repeats over."""
    draft = Draft(workflow)
    subflow = workflow.subflows.get(op.id)
    if subflow is None or op.id not in workflow.blocks:
        draft.missing("container", op.id, "/id")
        return draft.applied(None)
    draft.refuse_locked(op.id, "/id")
    facts = _facts(draft, subflow, op.set)
    if not facts or draft.refusals:
        return draft.applied(None)
    draft.own_subflows()[op.id] = replace(subflow, **facts)
    return draft.applied(UpdateSubflow(id=op.id, set=facts))


def _facts(draft: Draft, thing: Any, given: dict[str, Any]) -> dict[str, Any]:
    """The facts that are new, in their types."""
    kinds = _KINDS[type(thing)]
    fresh: dict[str, Any] = {}
    for key, value in given.items():
        at = f"/set/{pointer(key)}"
        if key not in kinds:
            draft.refuse("invalid", f"there is no {key!r} here; there are {', '.join(kinds)}", at)
            continue
        now = getattr(thing, key)
        try:
            fresh[key] = checks.convert(value, kinds[key])
        except msgspec.ValidationError as error:
            draft.refuse("invalid", str(error), at, now=now)
            continue
        if trouble := checks.value_trouble(fresh[key]):
            draft.refuse(*trouble, at, now=now)
    return {key: value for key, value in fresh.items() if not same(value, getattr(thing, key))}


def add_variables(workflow: Workflow, op: AddVariables) -> Applied:
    """Add variables."""
    draft = Draft(workflow)
    if len(workflow.variables) + len(op.variables) > limits.MAX_VARIABLES:
        draft.refuse("too_large", f"a workflow has at most {limits.MAX_VARIABLES:,} variables", "/variables")
    doubles = twice(variable.id for variable in op.variables)
    fresh: dict[str, Variable] = {}
    for index, variable in enumerate(op.variables):
        at, standing = f"/variables/{index}", workflow.variables.get(variable.id)
        if same(standing, variable):
            continue
        if standing is not None or variable.id in doubles:
            draft.refuse("id_conflict", f"the id {variable.id!r} is taken", f"{at}/id", index=index, now=standing)
            continue
        for fact, trouble in (("id", checks.id_trouble(variable.id)), ("value", checks.value_trouble(variable.value))):
            if trouble:
                draft.refuse(*trouble, f"{at}/{fact}", index=index)
        _check_variable_name(draft, variable, [*workflow.variables.values(), *fresh.values()], f"{at}/name", index)
        fresh[variable.id] = variable
    if not fresh or draft.refusals:
        return draft.applied(None)
    draft.own_variables().update(fresh)
    return draft.applied(AddVariables(variables=tuple(fresh.values())))


def _check_variable_name(draft: Draft, variable: Variable, others: list[Variable], at: str, index: int = 0) -> None:
    key = normalise(variable.name)
    if not key or not is_visible(variable.name) or len(variable.name) > limits.MAX_NAME:
        words = (
            f"{variable.name[:50]!r} is no name: it needs a letter or a digit and at most {limits.MAX_NAME} characters"
        )
        draft.refuse("invalid", words, at, index=index)
        return
    other = next((o for o in others if o.id != variable.id and name_key(o.name) == key), None)
    if other is not None:
        draft.refuse("name_conflict", f"there is already a variable named {other.name!r}", at, index=index)


def remove_variables(workflow: Workflow, op: RemoveVariables) -> Applied:
    """Remove variables; what is not there is gone already."""
    draft = Draft(workflow)
    gone = tuple(id for id in dict.fromkeys(op.ids) if id in workflow.variables)
    if gone:
        draft.variables = {id: variable for id, variable in workflow.variables.items() if id not in gone}
    return draft.applied(RemoveVariables(ids=gone) if gone else None)


def update_variable(workflow: Workflow, op: UpdateVariable) -> Applied:
    """Change a variable."""
    draft = Draft(workflow)
    variable = workflow.variables.get(op.id)
    if variable is None:
        draft.missing("variable", op.id, "/id")
        return draft.applied(None)
    facts = _facts(draft, variable, op.set)
    if "name" in facts:
        renamed = replace(variable, name=facts["name"])
        _check_variable_name(draft, renamed, list(workflow.variables.values()), "/set/name")
    if not facts or draft.refusals:
        return draft.applied(None)
    draft.own_variables()[op.id] = replace(variable, **facts)
    return draft.applied(UpdateVariable(id=op.id, set=facts))


def update_workflow(workflow: Workflow, op: UpdateWorkflow) -> Applied:
    """Change the workflow's name or description."""
    draft = Draft(workflow)
    facts = _facts(draft, workflow, op.set)
    if not facts or draft.refusals:
        return draft.applied(None)
    return Applied(replace(workflow, **facts), UpdateWorkflow(set=facts))
