"""The evaluator block, over a server that speaks chat completions, alone and in a run."""

import json
from typing import Any

import msgspec
import pytest
from sim_block_evaluator import Evaluator, evaluator
from sim_block_evaluator.metrics import measured

from sim_core.document.foreign import open_document
from sim_core.errors import Invalid
from sim_core.flow.events import BlockFailed, BlockFinished
from sim_core.spec.blocks import BlockType
from tests.models.desk import Desk, models, provider
from tests.models.test_agent_in_a_run import Asking
from tests.support import vendors
from tests.support.flows import FIND, block, flow, mock
from tests.support.http import Answer, serve

METRICS = [
    {"id": "1", "name": "Clarity", "description": "How clear it is.", "range": {"min": 1, "max": 5}},
    {"id": "2", "name": "Reading  Ease", "description": "How easy it is.", "range": {"min": "0", "max": "100"}},
]
CLEAR = '{"reasoning": "Short words.", "scores": {"clarity_1": 4, "reading_ease_2": 71.5}}'


def find(id: str) -> BlockType | None:
    return evaluator if id == "evaluator" else FIND(id)


async def scored(http: Any, *answers: Answer, **values: Any) -> tuple[dict[str, Any], list[Any]]:
    """The output of the block, and what the model was asked."""
    assert evaluator.run is not None
    facts = {"model": "acme/m", "metrics": METRICS, "content": "A cat sat."} | values
    async with serve(list(answers)) as server:
        output = await evaluator.run(msgspec.convert(facts, Evaluator), Desk(models(http, provider(server.url))))
    return output, [seen.json for seen in server.seen]


async def test_each_metric_has_its_score_under_its_name_in_small_letters(http: Any) -> None:
    """Case 210."""
    output, [asked] = await scored(http, vendors.chat(CLEAR))
    assert (output["clarity"], output["reading ease"], output["reasoning"]) == (4, 71.5, "Short words.")
    assert (output["content"], output["tokens"]["total"], output["cost"]["total"] > 0) == ("A cat sat.", 120, True)
    form = asked["response_format"]["json_schema"]
    assert form["strict"] is True
    assert form["schema"]["properties"]["scores"]["required"] == ["clarity_1", "reading_ease_2"]
    system, user = (message["content"] for message in asked["messages"])
    assert "from 0 (worst) to 100 (best)" in system
    assert "How clear it is." in system
    assert user == "A cat sat."


async def test_words_around_the_scores_and_scores_past_their_range_are_understood(http: Any) -> None:
    """Case 210."""
    wordy = f"Here you are:\n```json\n{CLEAR.replace('71.5', '-3').replace('4,', '9,')}\n```"
    output, _ = await scored(http, vendors.chat(wordy))
    assert (output["clarity"], output["reading ease"]) == (5, 0)


@pytest.mark.parametrize(
    "poor",
    [
        "It is clear enough.",
        '{"reasoning": "", "scores": {"clarity_1": 4}}',
        '{"reasoning": "", "scores": {"clarity_1": "four", "reading_ease_2": 70}}',
        '{"clarity": 4, "reading ease": 70}',
    ],
)
async def test_an_answer_without_a_score_is_asked_for_once_more_and_then_is_an_error_and_no_zero(
    http: Any, poor: str
) -> None:
    """Case 210."""
    output, asked = await scored(http, vendors.chat(poor), vendors.chat(CLEAR))
    assert (output["clarity"], len(asked)) == (4, 2)
    with pytest.raises(Invalid):
        await scored(http, vendors.chat(poor))


@pytest.mark.parametrize(
    ("content", "told"),
    [({"text": "é", "n": [1]}, '{"text": "é", "n": [1]}'), ("", "(There is no content.)"), (None, "(There is no")],
)
async def test_data_is_scored_as_json_and_nothing_as_nothing(http: Any, content: Any, told: str) -> None:
    """Case 210."""
    _, [asked] = await scored(http, vendors.chat(CLEAR), content=content, system_prompt="Be strict.")
    assert asked["messages"][1]["content"].startswith(told)
    assert asked["messages"][0]["content"].endswith("Be strict.")


@pytest.mark.parametrize(
    ("metrics", "words"),
    [
        ([], "no metric"),
        ([{"name": "  "}], "no metric"),
        ([{"name": "a"}, {"name": "A "}], "two metrics are called 'a'"),
        ([{"name": "Content"}], "cannot be called 'content'"),
        ([{"name": "a", "range": {"min": 5, "max": 1}}], "from 5 to 1; it must rise"),
        ([{"name": "a", "range": {"min": "low", "max": 5}}], "'low' at an end"),
        ([{"name": "a", "range": {"min": 1, "max": "inf"}}], "'inf' at an end"),
    ],
)
async def test_metrics_that_cannot_be_are_refused_before_a_model_is_asked(http: Any, metrics: Any, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        await scored(http, vendors.chat(CLEAR), metrics=metrics)


def test_metrics_come_as_rows_or_as_json_and_have_a_usual_range() -> None:
    [one] = measured(json.dumps([{"name": "Ünder/score", "description": None}]))
    assert (one.name, one.key, one.low, one.high) == ("ünder/score", "_nder_score_1", 1, 5)
    assert evaluator.adds is not None
    assert [field.name for field in evaluator.adds({"metrics": METRICS})] == ["clarity", "reading ease"]
    assert evaluator.adds({"metrics": [{"name": "content"}]}) == ()


async def test_a_run_goes_on_by_a_score_and_takes_the_error_port_without_one(http: Any) -> None:
    rows = [{"id": "i", "title": "if", "value": "<eval.clarity> >= 4 and <eval.Reading Ease> > 70"}]
    work = flow(
        block("eval", "evaluator", model="acme/m", metrics=METRICS, content="<start.text>"),
        block("c", "condition", conditions=rows),
        mock("good", value="good"),
        mock("poor", value="<eval.error>"),
        edges="start>eval eval>c c:condition-i>good eval:error>poor",
    )
    for answer, output in ((CLEAR, "good"), ("no", "answer is not JSON")):
        async with serve(vendors.chat(answer)) as server:
            outcome, events = await _ran(work, Asking(models(http, provider(server.url))))
        assert outcome.status == "finished", outcome
        assert output in outcome.output["result"]
        [ended] = [one for one in events if isinstance(one, BlockFinished | BlockFailed) and one.block == "eval"]
        assert isinstance(ended, BlockFailed) or (ended.usage and ended.usage.input == 100)


async def _ran(work: Any, world: Asking) -> Any:
    from sim_core.flow.plan import compile
    from sim_core.flow.run import run

    events: list[Any] = []
    outcome = await run(compile(work, find), {"text": "A cat."}, world=world, record=events.append, run_id="run")
    return outcome, events


def test_an_evaluator_of_the_reference_comes_in_whole() -> None:
    values = {
        "metrics": METRICS,
        "content": "<start.input>",
        "model": "gpt-4o",
        "temperature": 0.3,
        "systemPrompt": "Be strict.",
        "apiKey": "{{KEY}}",
    }
    subs = {name: {"id": name, "type": "x", "value": value} for name, value in values.items()}
    shape = {"id": "e", "type": "evaluator", "name": "Eval", "position": {"x": 0, "y": 0}, "subBlocks": subs}
    state = {"version": "1.0", "state": {"blocks": {"e": {**shape, "outputs": {}, "enabled": True}}, "edges": []}}
    found = open_document(json.dumps(state), "x.json", find)
    assert found.unknown_types == ()
    [made] = found.workflow.blocks.values()
    inputs = msgspec.convert(made.values, Evaluator)
    assert (inputs.model, inputs.temperature, inputs.system_prompt) == ("gpt-4o", 0.3, "Be strict.")
    assert [one.name for one in measured(inputs.metrics)] == ["clarity", "reading ease"]
