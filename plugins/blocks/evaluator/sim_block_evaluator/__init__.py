"""Evaluator: have a model score a text by metrics of one's own."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from sim_block_evaluator.metrics import Metric, measured, scores, sheet, words
from sim_core.plugin import (
    Advanced,
    Assisted,
    BlockType,
    Doc,
    Input,
    Invalid,
    LongText,
    OnlyUser,
    Output,
    OutputField,
    Prompt,
    Prompted,
    Slider,
    Step,
    TextPart,
    Turn,
    Verbatim,
    Widget,
    block,
    hookimpl,
    secret_name,
)

OWN = ("content", "model", "tokens", "cost", "reasoning")
"""Outputs that no metric may be called."""


class Evaluator(Input):
    """What is scored, by which metrics, and by whom."""

    metrics: Annotated[
        tuple[Metric, ...] | str,
        Doc("What is measured, each within its range."),
        Prompted(),
        Widget("metrics"),
        Assisted(),
    ] = ()
    content: Annotated[Any, Doc("What is scored: a text, or data."), LongText(), Prompted()] = ""
    model: Annotated[str, Doc("Model that scores."), Widget("model")] = "claude-sonnet-5-5"
    temperature: Annotated[
        float | None, Doc("How freely it scores; models that think ignore it."), Slider(0, 2, 0.1), Advanced()
    ] = 0.1
    system_prompt: Annotated[Any, Doc("More to tell the model."), LongText(), Prompted(), Advanced()] = None
    key_secret: Annotated[
        str,
        Doc("Name of the secret with the vendor's key, where it is not the usual one."),
        Verbatim(),
        OnlyUser(),
        Advanced(),
    ] = ""


class Evaluated(Output):
    """What it took; the scores stand beside these, each under the name of its metric in small letters."""

    content: Annotated[str, Doc("What was scored.")] = ""
    reasoning: Annotated[str, Doc("Why, in the model's words.")] = ""
    model: Annotated[str, Doc("Model that scored.")] = ""
    tokens: Annotated[Any, Doc("Tokens it took: `input`, `output`, `total`.")] = None
    cost: Annotated[Any, Doc("USD: `input`, `output`, `total`.")] = None


def promised(values: Mapping[str, Any]) -> tuple[OutputField, ...]:
    """A number for each metric that a block holds; none while they are not right."""
    try:
        found = measured(values.get("metrics"), OWN)
    except Invalid:
        return ()
    return tuple(OutputField(name=one.name, type="number", doc=one.description) for one in found)


@block(
    title="Evaluator",
    color="#0891b2",
    icon="gauge",
    output=Evaluated,
    renames={"apiKey": "key_secret"},
    adds=promised,
)
async def evaluator(inputs: Evaluator, step: Step) -> dict[str, Any]:
    """Have a model score a text by metrics."""
    metrics = measured(inputs.metrics, OWN)
    if not metrics:
        raise Invalid("There is no metric to score by", code="no_metrics")
    content = words(inputs.content)
    form = sheet(metrics)
    prompt = Prompt(
        turns=(Turn("user", (TextPart(content if content.strip() else "(There is no content.)"),)),),
        system=f"{form.rules}\n\n{words(inputs.system_prompt)}".strip(),
        temperature=inputs.temperature,
        schema=form.schema,
        schema_name="scores",
        secret=secret_name(inputs.key_secret),
    )
    answer = await step.ask(inputs.model, prompt)
    reasoning, found = scores(answer.value, metrics)
    return {**found, "content": content, "reasoning": reasoning, **answer.took}


@hookimpl
def register_blocks() -> Iterable[BlockType]:
    """Evaluator."""
    return [evaluator]
