"""The tool loop through its public door, over a server that speaks chat completions."""

import asyncio
import time
from typing import Any

import pytest

from sim_core.errors import Cancelled, Denied, Invalid, Missing, Refused, Unreachable
from sim_core.models.asking import Patience
from sim_core.models.dialects import anthropic_messages
from sim_core.models.keys import Shared
from sim_core.spec.prompts import CallStart, Cost, Prompt, Reset, Text, TextPart, ThinkingPart, Turn
from sim_core.spec.steps import ToolChoice
from tests.models.desk import MODEL, Desk, models, provider
from tests.support import vendors
from tests.support.http import Answer, serve

HELLO = Prompt(turns=(Turn("user", (TextPart("Hello"),)),))
CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
FORM = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"], "additionalProperties": False}


def weather(city: str = "Oslo", id: str = "c1") -> dict[str, Any]:
    return vendors.call(id, "maps__weather", {"city": city})


WEATHER = ToolChoice(tool="maps.weather")


def desk(server: Any, http: Any) -> Desk:
    made = Desk(models(http, provider(server.url)))
    made.schemas["maps.weather"] = CITY
    made.results["maps.weather"] = {"sky": "blue"}
    return made


async def test_tools_are_used_until_there_is_an_answer_and_all_of_it_is_counted(http: Any) -> None:
    rounds = [vendors.chat("Let me look.", calls=[weather()]), vendors.chat("Blue", " sky.")]
    async with serve(rounds) as server:
        step = desk(server, http)
        answer = await step.ask("acme/m", HELLO, tools=[WEATHER])
    assert answer.text == "Blue sky."
    assert (answer.provider, answer.model, answer.rounds, answer.stop) == ("acme", "m", 2, "stop")
    assert [(use.name, use.arguments, use.result) for use in answer.uses] == [
        ("maps__weather", {"city": "Oslo"}, {"sky": "blue"})
    ]
    assert (answer.usage.input, answer.usage.output) == (200, 40)
    assert answer.cost == Cost(input=0.0002, output=0.0004, total=0.0006)
    assert step.deltas == [
        Text("Let me look."), Reset(), CallStart(0, "c1", "maps__weather"), Text("Blue"), Text(" sky."),
    ]  # fmt: skip
    assert answer.first_token_ms is not None
    assert answer.first_token_ms <= answer.ms
    assert [turn.role for turn in answer.turns] == ["assistant", "tool", "assistant"]
    assert server.seen[1].json["messages"][-1] == {"role": "tool", "tool_call_id": "c1", "content": '{"sky":"blue"}'}


async def test_tools_of_one_round_run_side_by_side_and_answer_in_order(http: Any) -> None:
    calls = [weather("Oslo", "c1"), weather("Rome", "c2"), weather("Bern", "c3")]
    async with serve([vendors.chat(calls=calls), vendors.chat("ok")]) as server:
        step = desk(server, http)

        begun: list[str] = []
        all_begun = asyncio.Event()

        async def slow(choice: ToolChoice, inputs: Any) -> Any:
            begun.append(inputs["city"])
            if len(begun) == 3:
                all_begun.set()
            await asyncio.wait_for(all_begun.wait(), 30)
            await asyncio.sleep(0.05 if inputs["city"] == "Oslo" else 0)
            return inputs["city"]

        step.use = slow
        answer = await step.ask("acme/m", HELLO, tools=[WEATHER])
    assert [use.result for use in answer.uses] == ["Oslo", "Rome", "Bern"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [('{"city": ', "not JSON"), ('{"town": "Oslo"}', "do not fit the tool"), ("[]", "not a JSON object")],
)
async def test_wrong_arguments_are_told_to_the_model(http: Any, arguments: str, said: str) -> None:
    wrong = vendors.chat(calls=[vendors.call("c1", "maps__weather", arguments)])
    async with serve([wrong, vendors.chat(calls=[weather()]), vendors.chat("ok")]) as server:
        step = desk(server, http)
        answer = await step.ask("acme/m", HELLO, tools=[WEATHER])
    assert answer.text == "ok"
    assert said in (answer.uses[0].error or "")
    assert answer.uses[1].error is None
    assert len(step.used) == 1, "a call that does not fit is not made"


async def test_a_tool_that_fails_or_does_not_exist_does_not_end_the_conversation(http: Any) -> None:
    calls = [weather(), vendors.call("c2", "made_up", {})]
    async with serve([vendors.chat(calls=calls), vendors.chat("Sorry.")]) as server:
        step = desk(server, http)
        step.results["maps.weather"] = Refused("Maps answered 500", http_status=500)
        answer = await step.ask("acme/m", HELLO, tools=[WEATHER])
    assert answer.text == "Sorry."
    told = [message["content"] for message in server.seen[1].json["messages"] if message["role"] == "tool"]
    assert told == ["Error: Maps answered 500", "Error: there is no tool 'made_up'; there are maps__weather"]


async def test_a_cancelled_tool_cancels_the_question(http: Any) -> None:
    async with serve([vendors.chat(calls=[weather()])]) as server:
        step = desk(server, http)
        step.results["maps.weather"] = Cancelled()
        with pytest.raises(Cancelled):
            await step.ask("acme/m", HELLO, tools=[WEATHER])


async def test_a_forced_tool_comes_first_and_only_once(http: Any) -> None:
    async with serve([vendors.chat(calls=[weather()]), vendors.chat("ok")]) as server:
        await desk(server, http).ask("acme/m", HELLO, tools=[ToolChoice(tool="maps.weather", use="force")])
    choices = [seen.json["tool_choice"] for seen in server.seen]
    assert choices == [{"type": "function", "function": {"name": "maps__weather"}}, "auto"]


async def test_a_model_that_does_not_use_a_forced_tool_is_reminded_once(http: Any) -> None:
    async with serve([vendors.chat("No."), vendors.chat("Still no.")]) as server:
        answer = await desk(server, http).ask("acme/m", HELLO, tools=[ToolChoice(tool="maps.weather", use="force")])
    assert answer.text == "Still no."
    assert "Use the tool `maps__weather` first" in server.seen[1].json["messages"][-1]["content"]


async def test_what_a_person_filled_in_is_not_asked_of_the_model_and_stands(http: Any) -> None:
    async with serve([vendors.chat(calls=[vendors.call("c1", "maps__weather", {})]), vendors.chat("ok")]) as server:
        step = desk(server, http)
        await step.ask("acme/m", HELLO, tools=[ToolChoice(tool="maps.weather", inputs={"city": "Bern"})])
    parameters = server.seen[0].json["tools"][0]["function"]["parameters"]
    assert parameters["properties"] == {}
    assert step.used[0][1] == {"city": "Bern"}


async def test_after_the_last_round_the_model_must_answer(http: Any) -> None:
    async with serve([vendors.chat(calls=[weather()]), vendors.chat(calls=[weather()]), vendors.chat("ok")]) as server:
        prompt = Prompt(turns=HELLO.turns, rounds=2)
        answer = await desk(server, http).ask("acme/m", prompt, tools=[WEATHER])
    assert [seen.json["tool_choice"] for seen in server.seen] == ["auto", "auto", "none"]
    assert (answer.text, len(answer.uses)) == ("ok", 2)


async def test_a_busy_vendor_is_asked_again_after_the_time_it_names(http: Any) -> None:
    busy = vendors.refusal(429, "slow down", headers={"retry-after-ms": "20"})
    async with serve([busy, vendors.refusal(503, "later"), vendors.chat("ok")]) as server:
        start = time.perf_counter()
        answer = await desk(server, http).ask("acme/m", HELLO)
    assert (answer.text, len(server.seen)) == ("ok", 3)
    assert time.perf_counter() - start >= 0.02


@pytest.mark.parametrize("status", [400, 401, 404])
async def test_a_refusal_that_will_not_pass_is_not_tried_again(http: Any, status: int) -> None:
    async with serve(vendors.refusal(status, "no")) as server:
        with pytest.raises(Refused):
            await desk(server, http).ask("acme/m", HELLO)
    assert len(server.seen) == 1


async def test_a_vendor_that_asks_for_too_much_patience_is_left(http: Any) -> None:
    async with serve(vendors.refusal(429, "tomorrow", headers={"retry-after": "86400"})) as server:
        with pytest.raises(Refused) as caught:
            await desk(server, http).ask("acme/m", HELLO)
    assert (len(server.seen), caught.value.retry_after) == (1, 86400)


async def test_an_answer_that_has_begun_is_never_asked_for_again(http: Any) -> None:
    async with serve(vendors.chat("Half an", " answer", cut=True)) as server:
        with pytest.raises(Unreachable) as caught:
            await desk(server, http).ask("acme/m", HELLO)
    assert len(server.seen) == 1
    assert caught.value.partial == "Half an answer"


async def test_several_keys_share_the_work_and_a_busy_one_is_passed_over(http: Any) -> None:
    def script(seen: Any) -> Answer:
        busy = seen.headers["authorization"] == "Bearer k1"
        return vendors.refusal(429, "busy", headers={"retry-after": "10"}) if busy else vendors.chat("ok")

    async with serve(script) as server:
        keys = {"ACME_KEY_1": "k1", "ACME_KEY_2": "k2"}
        step = Desk(models(http, provider(server.url), patience=Patience(longest_wait_s=20)), keys)
        for _ in range(4):
            assert (await step.ask("acme/m", HELLO)).text == "ok"
    assert {seen.headers["authorization"] for seen in server.seen} == {"Bearer k1", "Bearer k2"}


async def test_a_fallback_takes_over_and_does_nothing_twice(http: Any) -> None:
    first = [vendors.messages(thinking="Hm.", calls=[weather()]), vendors.refusal(500, "broken")]
    async with serve(first) as one, serve(vendors.chat("Blue.")) as two:
        claude = provider(one.url, "claude", dialect=anthropic_messages)
        step = Desk(models(http, claude, provider(two.url)), {"CLAUDE_KEY": "a", "ACME_KEY": "b"})
        step.schemas["maps.weather"], step.results["maps.weather"] = CITY, "blue"
        prompt = Prompt(turns=HELLO.turns, fallbacks=("acme/m",))
        answer = await step.ask("claude/m", prompt, tools=[WEATHER])
    assert (answer.text, answer.provider) == ("Blue.", "acme")
    assert len(step.used) == 1
    assert [message["role"] for message in two.seen[0].json["messages"]] == ["user", "assistant", "tool"]
    assert answer.usage.input == 200, "what the first model took is on the bill"
    assert not any(isinstance(part, ThinkingPart) for turn in answer.turns for part in turn.parts)


async def test_text_of_an_answer_that_broke_off_is_taken_back_before_a_fallback_begins(http: Any) -> None:
    async with serve(vendors.chat("Half", cut=True)) as one, serve(vendors.chat("Whole.")) as two:
        step = Desk(models(http, provider(one.url), provider(two.url, "other")), {"ACME_KEY": "a", "OTHER_KEY": "b"})
        answer = await step.ask("acme/m", Prompt(turns=HELLO.turns, fallbacks=("other/m",)))
    assert answer.text == "Whole."
    assert step.deltas == [Text("Half"), Reset(), Text("Whole.")]


async def test_a_form_is_parsed_and_mended_once(http: Any) -> None:
    async with serve([vendors.chat('{"n": "one"}'), vendors.chat('```json\n{"n": 1}\n```')]) as server:
        answer = await desk(server, http).ask("acme/m", Prompt(turns=HELLO.turns, schema=FORM))
    assert answer.value == {"n": 1}
    assert "at /n" in server.seen[1].json["messages"][-1]["content"]


async def test_a_form_that_stays_wrong_is_invalid_and_names_the_place(http: Any) -> None:
    async with serve(vendors.chat('{"n": "one"}')) as server:
        with pytest.raises(Invalid, match="at /n") as caught:
            await desk(server, http).ask("acme/m", Prompt(turns=HELLO.turns, schema=FORM))
    assert len(server.seen) == 2
    assert caught.value.problems[0].pointer == "/n"


async def test_a_schema_that_is_none_is_refused_before_anything_is_sent(http: Any) -> None:
    async with serve(vendors.chat("x")) as server:
        for schema in ({"type": "nonsense"}, {"$ref": "http://127.0.0.1:1/evil.json"}):
            with pytest.raises(Invalid, match="not a JSON Schema"):
                await desk(server, http).ask("acme/m", Prompt(turns=HELLO.turns, schema=schema))
    assert server.seen == []


async def test_cancelling_the_question_ends_it_at_once(http: Any) -> None:
    slow = vendors.chat("word ", "word ")
    slow.pause_s = 60
    async with serve(slow) as server:
        task = asyncio.create_task(desk(server, http).ask("acme/m", HELLO))
        while not server.seen:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, 30)


async def test_a_missing_key_says_which_secret_to_set(http: Any) -> None:
    step = Desk(models(http, provider("http://127.0.0.1:1")), {})
    with pytest.raises(Denied, match="ACME_KEY"):
        await step.ask("acme/m", HELLO)


async def test_the_operators_key_never_goes_to_an_address_that_a_workspace_named(http: Any) -> None:
    async with serve(vendors.chat("ok")) as ours, serve(vendors.chat("ok")) as theirs:
        made = models(http, provider(ours.url), defaults={"ACME_KEY": "operators"})
        await Desk(made, {}).ask("acme/m", HELLO)
        with pytest.raises(Denied):
            await Desk(made, {"ACME_URL": theirs.url}).ask("acme/m", HELLO)
        await Desk(made, {"ACME_URL": theirs.url, "ACME_KEY": "own"}).ask("acme/m", HELLO)
    assert [seen.headers["authorization"] for seen in ours.seen] == ["Bearer operators"]
    assert [seen.headers["authorization"] for seen in theirs.seen] == ["Bearer own"]


async def test_an_unknown_model_names_what_is_near(http: Any) -> None:
    models_ = (MODEL, type(MODEL)(id="clever-model"))
    step = Desk(models(http, provider("http://127.0.0.1:1", models=models_)))
    with pytest.raises(Missing, match="near it are clever-model"):
        await step.ask("clevr-model", HELLO)


async def test_a_model_that_two_vendors_have_must_be_named_in_full(http: Any) -> None:
    step = Desk(models(http, provider("http://127.0.0.1:1"), provider("http://127.0.0.1:1", "other")))
    with pytest.raises(Invalid, match="acme/m, other/m"):
        await step.ask("m", HELLO)


async def test_what_a_model_cannot_do_is_said_before_it_is_asked(http: Any) -> None:
    step = Desk(models(http, provider("http://127.0.0.1:1", models=(type(MODEL)(id="plain"),))))
    with pytest.raises(Invalid, match="acme/plain cannot use tools"):
        await step.ask("plain", HELLO, tools=[WEATHER])


async def test_a_keyless_server_of_ones_own_tells_its_models(http: Any) -> None:
    listing = Answer(body={"data": [{"id": "qwen"}, {"id": "llama"}]})
    async with serve(listing) as server:
        made = models(http, provider("", "local", models=(), open_models=True, keyless=True))
        assert await made.listed("local", {"LOCAL_URL": server.url}, shared=Shared()) == ("llama", "qwen")
        with pytest.raises(Denied, match="LOCAL_URL"):
            await made.listed("local", {}, shared=Shared())
    assert server.seen[0].path == "/v1/models"
    assert "authorization" not in server.seen[0].headers
