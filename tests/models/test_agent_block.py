"""The agent block, as the flow runs it, over a server that speaks chat completions."""

import base64
from typing import Any

import msgspec
import pytest
from sim_block_agent import Agent, agent
from sim_block_agent.tools import choices

from sim_core.errors import Invalid
from sim_core.spec.prompts import FilePart, ImagePart, TextPart, Turn
from sim_core.spec.requests import Reply
from sim_core.spec.rows import secret_name
from sim_core.spec.steps import StoredFile
from tests.models.desk import Desk, models, provider
from tests.support import vendors
from tests.support.http import serve

SAID = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"}]


async def run(step: Desk, **values: Any) -> Any:
    assert agent.run is not None
    inputs = msgspec.convert({"model": "acme/m", "messages": SAID} | values, Agent, strict=False)
    return await agent.run(inputs, step)


def desk(server: Any, http: Any) -> Desk:
    return Desk(models(http, provider(server.url)))


def user(text: str) -> Turn:
    return Turn("user", (TextPart(text),))


def assistant(text: str) -> Turn:
    return Turn("assistant", (TextPart(text),))


async def test_an_answer_comes_with_what_it_took(http: Any) -> None:
    async with serve(vendors.chat("Hi.")) as server:
        output = await run(desk(server, http), temperature="0.3", max_tokens="50")
    assert output["content"] == "Hi."
    assert output["model"] == "m"
    assert output["tokens"] == {"input": 100, "output": 20, "total": 120, "cached": 0, "thinking": 0}
    assert output["tool_calls"] == {"list": [], "count": 0}
    assert output["cost"]["total"] == pytest.approx(0.0003)
    assert server.seen[0].json["messages"] == SAID
    assert server.seen[0].json["temperature"] == 0.3


async def test_the_fields_of_a_response_format_become_outputs(http: Any) -> None:
    schema = {"type": "object", "properties": {"subject": {"type": "string"}}, "required": ["subject"]}
    shapes: list[Any] = [
        schema,
        {"name": "mail", "schema": schema, "strict": True},
        {"type": "json_schema", "json_schema": {"name": "mail", "schema": schema}},
        msgspec.json.encode({"name": "mail", "schema": schema}).decode(),
    ]
    for shape in shapes:
        async with serve(vendors.chat('{"subject": "Hi"}')) as server:
            output = await run(desk(server, http), response_format=shape)
        assert output["subject"] == "Hi"
        assert "content" not in output
        assert output["tokens"]["total"] == 120
        assert server.seen[0].json["response_format"]["json_schema"]["schema"] == schema


@pytest.mark.parametrize("empty", ["", "  ", "<start.format>", None, {}])
async def test_an_empty_response_format_is_none(http: Any, empty: Any) -> None:
    async with serve(vendors.chat("Hi.")) as server:
        assert (await run(desk(server, http), response_format=empty))["content"] == "Hi."


async def test_a_response_format_that_is_no_json_is_refused(http: Any) -> None:
    async with serve(vendors.chat("Hi.")) as server:
        with pytest.raises(Invalid, match="not JSON"):
            await run(desk(server, http), response_format="{oops")
    assert server.seen == []


async def test_system_messages_come_first_and_the_old_prompts_only_fill_gaps(http: Any) -> None:
    async with serve(vendors.chat("Hi.")) as server:
        messages = [SAID[1], {"role": "system", "content": "Be kind."}]
        await run(desk(server, http), messages=messages, system_prompt="Old.", user_prompt={"input": "And now?"})
        await run(desk(server, http), messages=[], system_prompt="Old.", user_prompt="Well?", memories=[SAID[1]])
    assert server.seen[0].json["messages"] == [
        {"role": "system", "content": "Be kind."},
        SAID[1],
        {"role": "user", "content": "And now?"},
    ]
    assert server.seen[1].json["messages"] == [
        {"role": "system", "content": "Old."},
        SAID[1],
        {"role": "user", "content": "Well?"},
    ]


async def test_a_conversation_is_begun_whole_and_then_grows_by_what_is_new(http: Any) -> None:
    messages = [{"role": "user", "content": "I am Ada."}, {"role": "assistant", "content": "Hi."}, SAID[1]]
    async with serve([vendors.chat("One."), vendors.chat("Two.")]) as server:
        step = desk(server, http)
        await run(step, messages=messages, memory="conversation", conversation_id="c")
        messages[-1] = {"role": "user", "content": "Who am I?"}
        await run(step, messages=messages, memory="conversation", conversation_id="c")
    begun = (user("I am Ada."), assistant("Hi."), user("Hello"), assistant("One."))
    assert step.memory["c"] == (*begun, user("Who am I?"), assistant("Two."))
    assert [turn.text for turn in step.asked[1][1].turns] == ["I am Ada.", "Hi.", "Hello", "One.", "Who am I?"]


async def test_a_question_that_failed_is_not_remembered(http: Any) -> None:
    async with serve(vendors.refusal(400, "no")) as server:
        step = desk(server, http)
        with pytest.raises(Exception, match="no"):
            await run(step, memory="conversation", conversation_id="c")
    assert step.memory == {}


@pytest.mark.parametrize(
    ("values", "asked"),
    [
        ({"memory": "sliding_window", "window_messages": 3}, ["3", "4", "Hello"]),
        ({"memory": "sliding_window", "window_messages": "2"}, ["Hello"]),
        ({"memory": "sliding_window", "window_messages": "many"}, ["1", "2", "3", "4", "Hello"]),
        ({"memory": "sliding_window_tokens", "window_tokens": 3}, ["Hello"]),
        ({"memory": "sliding_window_tokens", "window_tokens": 1}, ["Hello"]),
        ({"memory": "sliding_window_tokens", "window_tokens": 4}, ["3", "4", "Hello"]),
        ({"memory": "conversation"}, ["1", "2", "3", "4", "Hello"]),
        ({"memory": "none"}, ["Hello"]),
    ],
)
async def test_windows_keep_the_newest_and_begin_with_a_person(http: Any, values: Any, asked: list[str]) -> None:
    async with serve(vendors.chat("ok")) as server:
        step = desk(server, http)
        step.memory["c"] = (user("1"), assistant("2"), user("3"), assistant("4"))
        await run(step, conversation_id="c", **values)
    assert [turn.text for turn in step.asked[0][1].turns] == asked


@pytest.mark.parametrize("id", ["", "   ", "x" * 256])
async def test_memory_needs_a_conversation_of_a_decent_length(http: Any, id: str) -> None:
    async with serve(vendors.chat("ok")) as server:
        with pytest.raises(Invalid, match="conversation id"):
            await run(desk(server, http), memory="conversation", conversation_id=id)


async def test_files_stand_with_the_last_question_and_are_not_remembered(http: Any) -> None:
    png = base64.b64encode(b"\x89PNG").decode()
    files = [{"name": "a.png", "base64": png, "type": "image/png"}, {"name": "b.pdf", "url": "https://files/b.pdf"}]
    async with serve(vendors.chat("ok")) as server:
        step = desk(server, http)
        step.replies["https://files/b.pdf"] = Reply(200, b"%PDF", {"content-type": "application/pdf"})
        await run(step, files=files, memory="conversation", conversation_id="c")
    last = step.asked[0][1].turns[-1]
    assert last.parts == (TextPart("Hello"), ImagePart(data=png), FilePart("b.pdf", base64.b64encode(b"%PDF").decode()))
    assert step.memory["c"][0] == user("Hello")


async def test_files_of_the_workspace_are_opened_when_they_are_needed(http: Any) -> None:
    async with serve(vendors.chat("ok")) as server:
        step = desk(server, http)
        step.files["f1"] = StoredFile(name="now.png", media_type="image/png", content=b"\x89PNG")
        await run(step, files=[{"file_id": "f1", "name": "then.png"}])
    last = step.asked[0][1].turns[-1]
    assert last.parts == (TextPart("Hello"), ImagePart(data=base64.b64encode(b"\x89PNG").decode()))


async def test_tools_are_offered_by_use_and_run_with_what_was_filled_in(http: Any) -> None:
    tools = [
        {"tool": "slack.post_message", "inputs": {"channel": "#ops", "text": ""}, "credential": "cred"},
        {"tool": "slack.delete_channel", "use": "none"},
    ]
    functions = [{"name": "add", "schema": {"type": "object", "properties": {"a": {}}}, "code": "return a + 1"}]
    call = vendors.call("c1", "slack__post_message", {"text": "Hi", "channel": "#else"})
    async with serve([vendors.chat(calls=[call, vendors.call("c2", "add", {"a": 1})]), vendors.chat("ok")]) as server:
        step = desk(server, http)
        fields = {"channel": {"type": "string"}, "text": {"type": "string"}}
        step.schemas["slack.post_message"] = {"type": "object", "properties": fields, "required": ["channel", "text"]}
        step.results["function:add"] = 2
        output = await run(step, tools=tools, functions=functions)
    offered = [tool["function"]["name"] for tool in server.seen[0].json["tools"]]
    assert offered == ["slack__post_message", "add"]
    (choice, inputs), (function, given) = step.used
    assert (choice.tool, choice.credential, inputs) == ("slack.post_message", "cred", {"text": "Hi", "channel": "#ops"})
    assert (function.code, given) == ("return a + 1", {"a": 1})
    assert output["tool_calls"]["count"] == 2
    assert output["tool_calls"]["list"][1]["result"] == 2


IMPORTED = [
    {
        "type": "slack",
        "toolId": "slack_message",
        "operation": "send",
        "params": {"channelId": "C1", "authMethod": "oauth"},
        "usageControl": "force",
        "credentialId": "cred",
        "isExpanded": True,
    },
    {"type": "workflow", "params": {"workflowId": "w1", "inputMapping": '{"a": 1}'}, "usageControl": "auto"},
    {"type": "firecrawl", "operation": "scrape", "usageControl": "none"},
]


async def test_tools_of_an_import_are_understood_as_they_are(http: Any) -> None:
    async with serve(vendors.chat("ok")) as server:
        step = desk(server, http)
        tools = msgspec.json.encode(IMPORTED).decode()
        await run(step, tools=tools)
    assert server.seen[0].json["tool_choice"]["function"]["name"] == "slack__message"
    slack, child = choices(tools, ())
    assert (slack.tool, slack.use, slack.credential, slack.inputs) == (
        "slack.message",
        "force",
        "cred",
        {"channel_id": "C1"},
    )
    assert (child.tool, child.inputs) == ("workflow:w1", {"a": 1})


def test_functions_of_an_import_are_put_where_their_code_stays_as_it_is() -> None:
    assert agent.adopt is not None
    schema = {"function": {"name": "add", "description": "Adds.", "parameters": {"type": "object"}}}
    custom = {"type": "custom-tool", "title": "add", "schema": schema, "code": "return <x.y>", "usageControl": "auto"}
    made = agent.adopt({"tools": [*IMPORTED, custom], "model": "m"})
    assert made["tools"] == IMPORTED
    inputs = msgspec.convert(made, Agent)
    (function,) = inputs.functions
    assert (function.name, function.code, function.language) == ("add", "return <x.y>", "javascript")
    assert agent.adopt({"tools": IMPORTED}) == {"tools": IMPORTED}


async def test_code_among_tools_is_refused_since_references_would_be_put_into_it(http: Any) -> None:
    async with serve(vendors.chat("ok")) as server:
        with pytest.raises(Invalid, match="belongs to `functions`"):
            await run(desk(server, http), tools=[{"type": "custom-tool", "code": "return 1", "title": "x"}])


async def test_a_fallback_and_an_effort_reach_the_model(http: Any) -> None:
    async with serve(vendors.chat("ok")) as server:
        step = desk(server, http)
        await run(step, effort="auto", fallback_models=["acme/other"], max_rounds=3, key_secret="{{ACME_KEY}}")
    prompt = step.asked[0][1]
    assert (prompt.effort, prompt.fallbacks, prompt.rounds, prompt.secret) == ("", ("acme/other",), 3, "ACME_KEY")


@pytest.mark.parametrize(("typed", "name"), [("{{ MY_KEY }}", "MY_KEY"), ("MY_KEY", "MY_KEY"), ("sk-typed-in", "")])
def test_a_key_is_only_ever_named(typed: str, name: str) -> None:
    assert secret_name(typed) == name


def test_the_fields_of_a_response_format_are_offered_to_references() -> None:
    items = {"type": "array", "items": {"type": "object", "properties": {"x": {"type": "number"}}}}
    schema = {"type": "object", "properties": {"subject": {"type": "string", "description": "Line."}, "rows": items}}
    offered = {one.name: one for one in agent.outputs_for({"response_format": schema})}
    assert (offered["subject"].type, offered["subject"].doc) == ("string", "Line.")
    assert [one.name for one in offered["rows"].fields] == ["x"]
    assert "tokens" in offered
    assert "subject" not in {one.name for one in agent.outputs_for({"response_format": "{half"})}
