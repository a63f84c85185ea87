"""The tools that an agent was given: what each says of itself, and how a call of one reaches the world."""

from collections.abc import Mapping
from typing import Any, cast

from sim_core.document.workflow import Workflow
from sim_core.errors import Missing
from sim_core.flow.world import Site, World
from sim_core.models.toolbox import Described
from sim_core.registry import Registry
from sim_core.spec.schemas import schema as schema_of
from sim_core.spec.steps import ToolChoice

TYPES = {"number": "number", "boolean": "boolean", "object": "object", "array": "array", "files": "array"}
ANYTHING: dict[str, Any] = {"type": "object", "properties": {"input": {"description": "What it is given."}}}


def describe_tool(choice: ToolChoice, registry: Registry) -> Described:
    """What an integration's tool says of itself; raises `Missing` when no plugin brings it."""
    tool = registry.tool(choice.tool)
    if tool is None:
        raise Missing(f"There is no tool {choice.tool!r}; no installed plugin brings it.", code="unknown_tool")
    schema = choice.schema or schema_of(tool.input, for_model=True)
    return Described(name=tool.function_name, doc=tool.doc, schema=schema)


def describe_workflow(choice: ToolChoice, workflow: Workflow) -> Described:
    """What a workflow says of itself: its name, its description, and the inputs of its start."""
    doc = choice.doc or workflow.description or f"Run the workflow {workflow.name}."
    schema = choice.schema or _inputs(workflow) or ANYTHING
    return Described(name=choice.name or f"workflow_{workflow.name}", doc=doc, schema=schema)


async def use_tool(world: World, site: Site, choice: ToolChoice, inputs: Mapping[str, Any]) -> Any:
    """Make one call that a model asked for."""
    kind, _, rest = choice.tool.partition(":")
    match kind:
        case "workflow" if rest:
            return (await world.child(site, rest, _whole(inputs), False)).output
        case "function" if rest:
            names = {**inputs, "params": dict(inputs)}
            return (await world.execute(site, choice.language, choice.code, names, None)).result
        case _:
            return await world.call(site, choice.tool, inputs, choice.credential)


def _whole(inputs: Mapping[str, Any]) -> Any:
    return inputs["input"] if set(inputs) == {"input"} else dict(inputs)


def _inputs(workflow: Workflow) -> dict[str, Any] | None:
    start = next((block for block in workflow.blocks.values() if block.type.partition("@")[0] == "start"), None)
    rows: Any = start.values.get("input_format") if start else None
    if not isinstance(rows, list):
        return None
    properties: dict[str, Any] = {}
    required: list[str] = []
    for row in cast("list[dict[str, Any]]", rows):
        if name := row.get("name"):
            properties[name] = {"type": TYPES.get(str(row.get("type")), "string")}
            if row.get("description"):
                properties[name]["description"] = row["description"]
            if row.get("required"):
                required.append(name)
    return {"type": "object", "properties": properties, **({"required": required} if required else {})}
