"""A scripted block: it gives back, waits, fails or routes as its fields say."""

import asyncio
from typing import Annotated, Any

from sim_core.plugin import BlockType, Doc, Goto, Input, Refused, Step, block


class Mock(Input):
    """What the block does."""

    value: Annotated[Any, Doc("Given back as `result`.")] = None
    output: Annotated[Any, Doc("Given back as it is.")] = None
    fail: Annotated[str | None, Doc("Message to fail with.")] = None
    fail_times: Annotated[int, Doc("How many tries fail.")] = 0
    delay_ms: Annotated[float, Doc("Milliseconds to wait first.")] = 0
    echo: Annotated[bool, Doc("Whether the fields are given back too.")] = False
    route_to: Annotated[str | None, Doc("Port to leave by.")] = None
    fields: Annotated[dict[str, Any], Doc("Whatever else it is given.")] = {}


@block(title="Mock", renames={"failTimes": "fail_times", "delayMs": "delay_ms", "routeTo": "route_to"})
async def mock(inputs: Mock, step: Step) -> Any:
    """Do as the fields say."""
    if inputs.delay_ms:
        await asyncio.sleep(inputs.delay_ms / 1000)
    if inputs.fail is not None:
        raise Refused(inputs.fail)
    if inputs.fail_times and step.tries <= inputs.fail_times:
        raise Refused(f"try {step.tries}")
    if inputs.route_to is not None:
        return Goto(f"router-{inputs.route_to}", {"selected_route": inputs.route_to})
    if inputs.output is not None:
        return inputs.output
    result = {"result": inputs.value}
    return {**result, "inputs": _given(inputs)} if inputs.echo else result


def _given(inputs: Mock) -> dict[str, Any]:
    named = {name: getattr(inputs, name) for name in ("value", "echo") if getattr(inputs, name) is not None}
    return {**named, **inputs.fields}


async def noop(inputs: Any, step: Step) -> dict[str, Any]:
    """Nothing."""
    return {"result": 1}


class Nothing(Input):
    """No fields but one."""

    value: Any = None


NOOP = BlockType(id="noop", title="No-op", doc="Do nothing.", input=Nothing, run=noop)
ROUTER = BlockType(
    id="router", title="Router", doc="Go where it is told.", input=Mock, run=mock.run, renames=mock.renames
)
