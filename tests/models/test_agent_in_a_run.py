"""The agent and the router where they live: in a run, with references, a real model server and the loop."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sim_block_agent import agent
from sim_block_router import router, router_legacy

from sim_core.flow.events import BlockFailed, BlockFinished, Event, TextDelta
from sim_core.flow.plan import compile
from sim_core.flow.run import run
from sim_core.flow.world import Site
from sim_core.models.runner import Models
from sim_core.models.toolbox import Described
from sim_core.spec.blocks import BlockType
from sim_core.spec.prompts import Answer, Prompt
from sim_core.spec.steps import ToolChoice
from tests.models.desk import models, provider
from tests.support import vendors
from tests.support.flows import FIND, block, flow, mock
from tests.support.http import serve
from tests.support.world import Tools

TYPES = {"agent": agent, "router": router, "router_legacy": router_legacy}
SCHEMA = {"type": "object", "properties": {"mood": {"type": "string"}}, "required": ["mood"]}


class Asking(Tools):
    """A world whose models answer from a server of the test."""

    def __init__(self, models: Models, tools: Mapping[str, Any] | None = None) -> None:
        super().__init__(tools)
        self.models = models

    async def ask(self, site: Site, model: str, prompt: Prompt, tools: Sequence[ToolChoice]) -> Answer:
        async def describe(choice: ToolChoice) -> Described:
            return Described(doc="Adds.", schema={"type": "object", "properties": {"a": {"type": "integer"}, "b": {}}})

        async def use(choice: ToolChoice, inputs: Mapping[str, Any]) -> Any:
            return await self.call(site, choice.tool, inputs, choice.credential)

        return await self.models.ask(
            model, prompt, secrets={"ACME_KEY": "k"}, tools=tools, describe=describe, use=use, emit=site.emit
        )


def find(id: str) -> BlockType | None:
    return TYPES.get(id) or FIND(id)


async def ran(workflow: Any, world: Tools, *, input: Any = None, stream: frozenset[str] = frozenset()) -> Any:
    events: list[Event] = []
    outcome = await run(
        compile(workflow, find), input, world=world, record=events.append, run_id="run", stream_blocks=stream
    )
    return outcome, events


async def test_references_reach_the_model_and_fields_of_the_answer_reach_the_next_block(http: Any) -> None:
    work = flow(
        mock("facts", value={"name": "Ada", "list": [1, 2]}),
        block(
            "a",
            "agent",
            model="acme/m",
            messages=[{"role": "user", "content": "How is <facts.result.name>? <facts.result.list>"}],
            response_format=json.dumps(SCHEMA),
        ),
        mock("after", value="<a.mood>!"),
        edges="start>facts facts>a a>after",
    )
    async with serve(vendors.chat('{"mood": "fine"}')) as server:
        outcome, events = await ran(work, Asking(models(http, provider(server.url))))
    assert outcome.status == "finished", outcome
    assert outcome.output == {"result": "fine!"}
    assert server.seen[0].json["messages"][0]["content"] == "How is Ada? [1,2]"
    finished = next(event for event in events if isinstance(event, BlockFinished) and event.block == "a")
    assert finished.usage is not None
    assert (finished.usage.input, finished.usage.output) == (100, 20)
    assert finished.cost is not None
    assert finished.cost.total > 0


async def test_an_agent_uses_a_tool_with_what_a_reference_filled_in(http: Any) -> None:
    work = flow(
        mock("facts", value=2),
        block(
            "a",
            "agent",
            model="acme/m",
            messages=[{"role": "user", "content": "Add."}],
            tools=[{"tool": "math.add", "inputs": {"b": "<facts.result>"}}],
        ),
        edges="start>facts facts>a",
    )
    call = vendors.chat(calls=[vendors.call("c1", "math__add", {"a": 1})])
    async with serve([call, vendors.chat("Three.")]) as server:
        world = Asking(models(http, provider(server.url)), {"math.add": lambda a, b: a + int(b)})
        outcome, _ = await ran(work, world)
    assert outcome.output["content"] == "Three."
    assert outcome.output["tool_calls"]["list"][0]["result"] == 3


async def test_a_model_that_refuses_takes_the_error_port(http: Any) -> None:
    work = flow(
        block("a", "agent", model="acme/m", messages=[{"role": "user", "content": "Hi"}]),
        mock("sorry", value="<a.error>"),
        edges="start>a a:error>sorry",
    )
    async with serve(vendors.refusal(401, "bad key")) as server:
        outcome, events = await ran(work, Asking(models(http, provider(server.url))))
    assert outcome.status == "finished"
    assert "bad key" in outcome.output["result"]
    failed = next(event for event in events if isinstance(event, BlockFailed))
    assert (failed.code, failed.handled) == ("key_refused", True)


async def test_words_stream_as_they_come(http: Any) -> None:
    work = flow(block("a", "agent", model="acme/m", messages=[{"role": "user", "content": "Hi"}]), edges="start>a")
    async with serve(vendors.chat("Hel", "lo")) as server:
        world = Asking(models(http, provider(server.url)))
        _, events = await ran(work, world, stream=frozenset({"a"}))
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == "Hello"


async def test_a_router_sends_the_run_down_the_chosen_way_only(http: Any) -> None:
    routes = [{"id": "r1", "title": "Buy", "value": "buying"}, {"id": "r2", "title": "Help", "value": "trouble"}]
    work = flow(
        block("r", "router", model="acme/m", context="I need help.", routes=routes),
        mock("buy", value="buy"),
        mock("help", value="<r.reasoning>"),
        edges="start>r r:router-r1>buy r:router-r2>help",
    )
    async with serve(vendors.chat('{"route": "r2", "reasoning": "Trouble."}')) as server:
        outcome, events = await ran(work, Asking(models(http, provider(server.url))))
    assert outcome.output == {"result": "Trouble."}
    assert "buy" not in {event.block for event in events if isinstance(event, BlockFinished)}


async def test_the_older_router_sends_the_run_to_the_chosen_block(http: Any) -> None:
    work = flow(
        block("r", "router_legacy", model="acme/m", prompt="I need help."),
        mock("buy", value="buy"),
        mock("help", value="help"),
        edges="start>r r:router-buy>buy r:router-help>help",
    )
    async with serve(vendors.chat('{"route": "help", "reasoning": "Trouble."}')) as server:
        outcome, _ = await ran(work, Asking(models(http, provider(server.url))))
    assert outcome.output == {"result": "help"}
    assert '"id": "buy"' in server.seen[0].json["messages"][0]["content"]
