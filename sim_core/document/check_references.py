"""Whether references lead somewhere, as far as that is known before a run."""

from collections.abc import Iterable
from functools import lru_cache

import msgspec
from msgspec import Struct

from sim_core.document.graph import ancestors, container_kind
from sim_core.document.references import Place, Reference, SecretName, normalise
from sim_core.document.survey import Survey
from sim_core.document.workflow import Block, Loop, Parallel, Subflow
from sim_core.spec.fields import Widget
from sim_core.spec.forms import OutputField
from sim_core.spec.kinds import peel
from sim_core.spec.tools import snake

_SCHEMAS = ("response_schema", "input_schema")
_INDEX = frozenset(("index", "iteration"))
_ITEMS = frozenset(("item", "currentItem", "current_item", "items"))
_RESULTS = frozenset(("result", "results"))


@lru_cache(maxsize=1024)
def schema_fields(struct: type[Struct]) -> tuple[str, ...]:
    """The fields of a form that make the block's outputs, as a response format does."""
    return tuple(
        info.encode_name
        for info in msgspec.structs.fields(struct)
        if any(isinstance(mark, Widget) and mark.kind in _SCHEMAS for mark in peel(info.type).marks)
    )


def check_places(
    survey: Survey, block: Block, field: str, at: str, places: Iterable[Place], *, in_code: bool, prompted: bool
) -> None:
    """Check references and secrets of one text; in code, what leads nowhere is a fault, since nothing reads it."""
    for place in places:
        if isinstance(place, SecretName):
            if prompted:
                words = (
                    f"{block.name!r}: the secret {place.text} would be shown to the model; leave it out of {field!r}"
                )
                survey.say("secret_in_prompt", words, block=block.id, whole=at, field=field)
            continue
        trouble = _trouble(survey, block, place)
        if trouble is not None:
            code, words, stops = trouble
            stops = stops or (in_code and code in ("unknown_reference", "unknown_variable", "not_in_container"))
            survey.say(code, f"{block.name!r}: {words}", block=block.id, whole=at, field=field, warning=not stops)


def _trouble(survey: Survey, block: Block, reference: Reference) -> tuple[str, str, bool] | None:
    """Code, words, and whether it stops a run."""
    head, text = reference.head, reference.text
    if head == "variable":
        name = str(reference.path[0]) if reference.path else ""
        if normalise(name) in survey.variables or name in survey.variables:
            return None
        return "unknown_variable", f"{text} names a variable that is not there", False
    if head in ("loop", "parallel"):
        return _own_container(survey, block, reference)
    id = survey.names.get(head)
    if id is None:
        return ("unknown_reference", f"{text} names a block that is not there", False) if reference.path else None
    target = survey.blocks[id]
    if container_kind(target.type) is not None:
        return _named_container(survey, block, target, reference)
    if id == block.id:
        return None
    if not target.enabled:
        return "disabled_reference", f"{text} is empty, since {target.name!r} is disabled", False
    if not survey.comes_before(id, block.id):
        return "not_upstream", f"{text} is empty, since {target.name!r} does not come before it", False
    return _unknown_field(survey, target, reference)


def _own_container(survey: Survey, block: Block, reference: Reference) -> tuple[str, str, bool] | None:
    kind = Loop if reference.head == "loop" else Parallel
    around = (block.id, *ancestors(survey.blocks, block.id))
    inner = next((survey.workflow.subflows.get(id) for id in around if _is(survey, id, kind)), None)
    if inner is None:
        return "not_in_container", f"{reference.text} says something only inside a {reference.head}", False
    return _of_container(inner, reference)


def _is(survey: Survey, id: str, kind: type[Loop] | type[Parallel]) -> bool:
    return isinstance(survey.workflow.subflows.get(id), kind)


def _named_container(survey: Survey, block: Block, target: Block, reference: Reference) -> tuple[str, str, bool] | None:
    around = (block.id, *ancestors(survey.blocks, block.id))
    subflow = survey.workflow.subflows.get(target.id)
    if target.id in around and subflow is not None:
        return _of_container(subflow, reference)
    if reference.path and str(reference.path[0]) not in _RESULTS:
        words = f"{reference.text} says something only inside {target.name!r}; outside there are its results"
        return "unknown_field", words, True
    if not target.enabled or not survey.comes_before(target.id, block.id):
        return "not_upstream", f"{reference.text} is empty, since {target.name!r} does not come before it", False
    return None


def _of_container(subflow: Subflow, reference: Reference) -> tuple[str, str, bool] | None:
    field = str(reference.path[0]) if reference.path else ""
    if isinstance(subflow, Loop):
        has_items, what = subflow.loop_type == "for_each", "loop"
    else:
        has_items, what = subflow.parallel_type == "collection", "parallel"
    if not field or field in _INDEX or field in _RESULTS or (has_items and field in _ITEMS):
        return None
    there = "index, current_item, items" if has_items else "index"
    return "unknown_field", f"{reference.text}: this {what} has no {field!r}; it has {there}", True


def _unknown_field(survey: Survey, target: Block, reference: Reference) -> tuple[str, str, bool] | None:
    """A path that the block does not promise; it may give more than it promises, so that stops nothing."""
    type = survey.types[target.id]
    if type is None or type.lends or target.trigger or survey.begins(target):
        return None
    if any(target.values.get(field) for field in schema_fields(type.input)):
        return None
    promised: tuple[OutputField, ...] = survey.outputs(target)
    for part in reference.path:
        if isinstance(part, int):
            continue
        if not promised:
            return None
        found = next((one for one in promised if one.name in (part, snake(part))), None)
        if found is None:
            there = ", ".join(dict.fromkeys(one.name for one in promised))
            return "unknown_field", f"{reference.text}: {target.name!r} gives no {part!r}; it gives {there}", False
        promised = found.fields
    return None
