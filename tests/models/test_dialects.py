"""What each protocol spells in its own way, over its vendor's SDK, against a server with the real wire format."""

import base64
from typing import Any

import pytest

from sim_core.errors import Refused
from sim_core.models.dialects import anthropic_messages, openai_chat, openai_responses
from sim_core.spec.prompts import (
    CallArguments,
    CallPart,
    CallStart,
    FilePart,
    ImagePart,
    Prompt,
    ResultPart,
    Stop,
    TextPart,
    Thinking,
    ThinkingPart,
    Turn,
    Usage,
)
from sim_core.spec.providers import Model
from tests.models.wire import ASK, CLAUDE, DIALECTS, MODEL, WEATHER, at, replaced, said, text
from tests.support import vendors
from tests.support.http import Answer, serve, sse

FORM = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"], "additionalProperties": False}


LOOP = (
    Turn("user", (TextPart("Weather?"),)),
    Turn(
        "assistant",
        (ThinkingPart("Hm.", "signed"), TextPart("Looking."), CallPart("c1", "weather", '{"city": "Oslo"}')),
    ),
    Turn("tool", (ResultPart("c1", "sunny"),)),
)


async def sent(ask: Any, prompt: Prompt, model: Model, answer: Answer, http: Any) -> dict[str, Any]:
    async with serve(answer) as server:
        await said(ask(prompt, model, at(server, http)))
    return server.seen[0].json


async def test_chat_spells_a_tool_loop_and_pictures_and_files(http: Any) -> None:
    pdf = FilePart("a.pdf", "JVBERg==")
    note = FilePart("note.txt", base64.b64encode(b"words").decode(), "text/plain")
    first = Turn("user", (TextPart("See"), ImagePart(url="https://x/y.png"), pdf, note))
    prompt = replaced(turns=(first, *LOOP[1:]), tools=(WEATHER,), tool_choice="weather", max_tokens=9, temperature=0.5)
    body = await sent(openai_chat, prompt, MODEL, vendors.chat("ok"), http)
    assert body["messages"][0] == {"role": "system", "content": "Be brief."}
    assert body["messages"][1]["content"] == [
        {"type": "text", "text": "See"},
        {"type": "image_url", "image_url": {"url": "https://x/y.png"}},
        {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,JVBERg=="}},
        {"type": "text", "text": "note.txt:\n\nwords"},
    ]
    assert body["messages"][2]["tool_calls"][0]["function"] == {"name": "weather", "arguments": '{"city": "Oslo"}'}
    assert body["messages"][3] == {"role": "tool", "tool_call_id": "c1", "content": "sunny"}
    assert body["tool_choice"] == {"type": "function", "function": {"name": "weather"}}
    assert (body["stream_options"], body["max_tokens"], body["temperature"]) == ({"include_usage": True}, 9, 0.5)


async def test_chat_understands_servers_that_are_not_openai(http: Any) -> None:
    whole = {"role": "assistant", "content": None, "reasoning": "Hm."}
    calls = [
        {"index": 0, "function": {"name": "weather", "arguments": {"city": "Oslo"}}},
        {"index": 0, "function": {"name": "weather", "arguments": '{"city": "Rome"}'}},
        {"function": {"name": "clock", "arguments": None}},
    ]
    choice = {"index": 0, "delta": whole | {"tool_calls": calls}, "finish_reason": "stop"}
    async with serve(sse({"choices": [choice]}, done="[DONE]")) as server:
        deltas = await said(openai_chat(replaced(tools=(WEATHER,)), MODEL, at(server, http)))
    starts = [delta for delta in deltas if isinstance(delta, CallStart)]
    assert [start.name for start in starts] == ["weather", "weather", "clock"]
    assert len({start.id for start in starts}) == 3
    assert len({start.index for start in starts}) == 3
    assert [d.fragment for d in deltas if isinstance(d, CallArguments)] == ['{"city":"Oslo"}', '{"city": "Rome"}']
    assert deltas[0] == Thinking("Hm.")
    assert deltas[-1] == Stop("tool_calls")
    assert not any(isinstance(delta, Usage) for delta in deltas), "usage that nobody told is not invented"


async def test_an_error_inside_a_chat_stream_is_a_refusal_with_its_status(http: Any) -> None:
    async with serve(sse({"error": {"message": "slow down", "code": "rate_limit_exceeded"}})) as server:
        with pytest.raises(Refused, match="slow down") as caught:
            await said(openai_chat(ASK, MODEL, at(server, http)))
    assert caught.value.http_status == 429


async def test_responses_keep_thought_sealed_and_send_it_back(http: Any) -> None:
    prompt = replaced(tools=(WEATHER,), effort="max")
    async with serve(vendors.responses(thinking="Hm.", calls=[vendors.call("c1", "weather", {})])) as server:
        deltas = await said(openai_responses(prompt, MODEL, at(server, http)))
    sealed = next(delta.signature for delta in deltas if isinstance(delta, Thinking) and delta.signature)
    body = server.seen[0].json
    assert body["reasoning"] == {"effort": "high", "summary": "auto"}, "the nearest effort that the model knows"
    assert (body["store"], body["include"]) == (False, ["reasoning.encrypted_content"])
    turns = (LOOP[0], Turn("assistant", (ThinkingPart("Hm.", sealed), *LOOP[1].parts[1:])), LOOP[2])
    body = await sent(openai_responses, replaced(turns=turns), MODEL, vendors.responses("ok"), http)
    assert [item.get("type", item.get("role")) for item in body["input"]] == [
        "user",
        "reasoning",
        "assistant",
        "function_call",
        "function_call_output",
    ]
    assert body["input"][1]["encrypted_content"] == "sealed"


async def test_responses_without_summaries_are_asked_again(http: Any) -> None:
    no = vendors.refusal(400, "Your organization must be verified to generate reasoning summaries.")
    async with serve([no, vendors.responses("ok")]) as server:
        deltas = await said(openai_responses(replaced(effort="low"), MODEL, at(server, http)))
    assert text(deltas) == "ok"
    assert server.seen[1].json["reasoning"] == {"effort": "low"}


async def test_a_response_cut_short_says_why(http: Any) -> None:
    async with serve(vendors.responses("Hel", incomplete="max_output_tokens")) as server:
        assert (await said(openai_responses(ASK, MODEL, at(server, http))))[-1] == Stop("length")


async def test_a_failed_response_is_a_refusal(http: Any) -> None:
    failed = {"type": "response.failed", "response": {"error": {"code": "server_error", "message": "broke"}}}
    async with serve(sse(("response.failed", failed))) as server:
        with pytest.raises(Refused, match="broke") as caught:
            await said(openai_responses(ASK, MODEL, at(server, http)))
    assert caught.value.http_status == 500


async def test_messages_send_thought_back_signed_and_first(http: Any) -> None:
    async with serve(vendors.messages("ok", thinking="Hm.", redacted="blob")) as server:
        deltas = await said(anthropic_messages(replaced(effort="high"), CLAUDE, at(server, http)))
    assert deltas[:3] == [Thinking("Hm."), Thinking("", signature="signed"), Thinking("", redacted="blob")]
    body = server.seen[0].json
    assert body["thinking"] == {"type": "enabled", "budget_tokens": 16384}
    assert body["max_tokens"] > 16384
    body = await sent(anthropic_messages, replaced(turns=LOOP, tools=(WEATHER,)), CLAUDE, vendors.messages("ok"), http)
    assert [block["type"] for block in body["messages"][1]["content"]] == ["thinking", "text", "tool_use"]
    assert body["messages"][1]["content"][0] == {"type": "thinking", "thinking": "Hm.", "signature": "signed"}
    assert body["messages"][2]["content"][0]["cache_control"] == {"type": "ephemeral"}
    assert body["system"][0]["cache_control"] == {"type": "ephemeral"}


async def test_messages_count_cached_tokens_as_input(http: Any) -> None:
    async with serve(vendors.messages("ok")) as server:
        deltas = await said(anthropic_messages(ASK, CLAUDE, at(server, http)))
    assert deltas[-2] == Usage(input=100, output=20, cached=40, cache_write=10)
    assert "cache_control" not in str(server.seen[0].json), "a prompt that will not come again is not kept"


WORDS = "No, sk-secret-1234, no."
FAILURES: dict[str, Any] = {
    "chat": {"error": {"message": WORDS, "code": 503}},
    "responses": ("response.failed", {"type": "response.failed", "response": {"error": {"message": WORDS}}}),
    "messages": ("error", {"type": "error", "error": {"type": "api_error", "message": WORDS}}),
}


@pytest.mark.parametrize("name", FAILURES)
async def test_a_failure_in_mid_stream_does_not_repeat_the_key(http: Any, name: str) -> None:
    ask, _, model = DIALECTS[name]
    async with serve(sse(FAILURES[name])) as server:
        with pytest.raises(Refused, match="No, …, no") as caught:
            await said(ask(ASK, model, at(server, http)))
    assert "secret" not in caught.value.message


async def test_an_overloaded_vendor_in_mid_stream_is_worth_another_try(http: Any) -> None:
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    async with serve(sse(("error", error))) as server:
        with pytest.raises(Refused, match="Overloaded") as caught:
            await said(anthropic_messages(ASK, CLAUDE, at(server, http)))
    assert caught.value.http_status == 529


@pytest.mark.parametrize(
    ("thinking", "off", "effort", "wire"),
    [
        ("asked", "", "", None),
        ("asked", "", "none", None),
        ("asked", "", "high", {"type": "adaptive", "display": "summarized"}),
        ("always", "disabled", "none", {"type": "disabled"}),
        ("always", "between_tools", "none", {"type": "between_tools"}),
        ("always", "", "none", {"type": "adaptive", "display": "summarized"}),
        ("always", "", "", {"type": "adaptive", "display": "summarized"}),
    ],
)
async def test_each_generation_is_told_to_think_in_its_own_words(
    http: Any, thinking: Any, off: str, effort: Any, wire: Any
) -> None:
    model = Model(id="claude-y", thinking=thinking, unthinking=off, efforts=("low", "high"), temperature=False)
    prompt = replaced(effort=effort, temperature=0.3)
    body = await sent(anthropic_messages, prompt, model, vendors.messages("ok"), http)
    assert body.get("thinking") == wire
    assert "temperature" not in body


async def test_a_model_that_cannot_be_forced_is_told_instead(http: Any) -> None:
    model = Model(id="claude-z", tools=True, forced=False)
    body = await sent(
        anthropic_messages, replaced(tools=(WEATHER,), tool_choice="weather"), model, vendors.messages("ok"), http
    )
    assert body["tool_choice"] == {"type": "auto"}
    assert "Use the tool `weather`" in body["system"][0]["text"]


async def test_a_form_is_asked_for_in_the_vendors_own_way(dialect: Any, http: Any) -> None:
    ask, answer, model = dialect
    body = await sent(ask, replaced(schema=FORM), model, answer('{"n": 1}'), http)
    form = {
        openai_chat: body.get("response_format"),
        openai_responses: body.get("text", {}).get("format"),
        anthropic_messages: body.get("output_config", {}).get("format"),
    }[ask]
    assert form["type"] == "json_schema"


async def test_a_form_is_a_tool_where_the_model_has_no_format(dialect: Any, http: Any) -> None:
    ask, answer, _ = dialect
    model = Model(id="old", tools=True)
    reply = answer("Here: ", calls=[vendors.call("c1", "answer", {"n": 1})])
    async with serve(reply) as server:
        deltas = await said(ask(replaced(schema=FORM), model, at(server, http)))
    assert text(deltas) == '{"n": 1}'
    assert deltas[-1] == Stop("stop")
    assert "answer" in str(server.seen[0].json["tool_choice"])


async def test_a_form_is_put_in_words_where_there_is_nothing_else(http: Any) -> None:
    body = await sent(openai_chat, replaced(schema=FORM), Model(id="tiny"), vendors.chat("{}"), http)
    assert "JSON Schema" in body["messages"][0]["content"]
    assert "response_format" not in body


async def test_wishes_that_a_server_does_not_know_are_left_out(http: Any) -> None:
    def script(seen: Any) -> Answer:
        for name in ("stream_options", "reasoning_effort", "response_format", "temperature"):
            if name in seen.json:
                return vendors.refusal(400, f"Unknown parameter: {name}")
        if "max_tokens" in seen.json:
            return vendors.refusal(400, "Unsupported parameter: use 'max_completion_tokens' instead of 'max_tokens'.")
        return vendors.chat("{}")

    prompt = replaced(schema=FORM, effort="high", temperature=0.1, max_tokens=50)
    async with serve(script) as server:
        assert text(await said(openai_chat(prompt, MODEL, at(server, http)))) == "{}"
    body = server.seen[-1].json
    assert body["max_completion_tokens"] == 50
    assert "JSON Schema" in body["messages"][0]["content"]
    assert len(server.seen) == 6


async def test_a_refusal_of_what_cannot_be_left_out_stands(http: Any) -> None:
    async with serve(vendors.refusal(400, "messages: too strange")) as server:
        with pytest.raises(Refused, match="too strange"):
            await said(openai_chat(replaced(temperature=0.1), MODEL, at(server, http)))
    assert len(server.seen) == 1


async def test_a_model_that_keeps_no_sealed_thought_answers_without(http: Any) -> None:
    no = vendors.refusal(400, "Encrypted content is not supported with this model.")
    async with serve([no, vendors.responses("ok")]) as server:
        assert text(await said(openai_responses(ASK, MODEL, at(server, http)))) == "ok"
    assert "include" not in server.seen[1].json


async def test_a_model_that_thinks_by_itself_stops_for_the_round_in_which_a_tool_is_forced(http: Any) -> None:
    model = Model(id="claude-y", tools=True, thinking="always", unthinking="disabled", efforts=("low",))
    prompt = replaced(tools=(WEATHER,), tool_choice="weather")
    body = await sent(anthropic_messages, prompt, model, vendors.messages("ok"), http)
    assert body["thinking"] == {"type": "disabled"}
    assert body["tool_choice"] == {"type": "tool", "name": "weather"}
    body = await sent(anthropic_messages, replaced(tools=(WEATHER,)), model, vendors.messages("ok"), http)
    assert body["thinking"]["type"] == "adaptive"
