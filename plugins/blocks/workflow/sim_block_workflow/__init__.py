"""Workflow: run another workflow of the workspace."""

import json
from collections.abc import Iterable
from typing import Annotated, Any

from sim_core.plugin import (
    Advanced,
    Assisted,
    BlockType,
    Code,
    Doc,
    Input,
    Invalid,
    Output,
    Step,
    Widget,
    block,
    hookimpl,
)


class RunWorkflow(Input):
    """Which workflow, and what it is given."""

    workflow_id: Annotated[str, Doc("The workflow to run."), Widget("workflow")] = ""
    input_mapping: Annotated[Any, Doc("Values for its inputs, by name, as an object."), Code("json"), Assisted()] = None
    input: Annotated[Any, Doc("What it is given when no values are mapped."), Advanced()] = None
    deployed: Annotated[bool, Doc("Run its live version instead of its draft."), Advanced()] = False


class Ran(Output):
    """What the workflow came to."""

    success: Annotated[bool, Doc("Always true; a failure takes the error port.")] = True
    child_workflow_id: Annotated[str, Doc("Which workflow ran.")] = ""
    result: Annotated[Any, Doc("Its output.")] = None


@block(title="Workflow", color="#6366f1", icon="workflow", aliases=("workflow_input",), retryable=False)
async def workflow(inputs: RunWorkflow, step: Step) -> Ran:
    """Run another workflow and hand on its output."""
    if not inputs.workflow_id:
        raise Invalid("no workflow is chosen", code="required")
    given = _mapped(inputs.input_mapping)
    result = await step.run(inputs.workflow_id, inputs.input if given is None else given, deployed=inputs.deployed)
    return Ran(child_workflow_id=inputs.workflow_id, result=result)


def _mapped(mapping: Any) -> Any:
    if not isinstance(mapping, str):
        return mapping
    if not mapping.strip():
        return None
    try:
        return json.loads(mapping)
    except ValueError as error:
        raise Invalid(f"the mapped inputs are not JSON: {error}", code="bad_json") from error


@hookimpl
def register_blocks() -> Iterable[BlockType]:
    """Workflow."""
    return [workflow]
