"""Agent: ask a model that can use tools, remember, and answer in a form."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from sim_block_agent.answers import answered, form, promised
from sim_block_agent.files import parts
from sim_block_agent.imports import RENAMES, adopt
from sim_block_agent.memory import Memory, last_asked, storable, window
from sim_block_agent.messages import Message, conversation, legacy, system
from sim_block_agent.tools import FunctionTool, choices
from sim_core.plugin import (
    Advanced,
    Assisted,
    BlockType,
    Choice,
    Doc,
    FileRef,
    Input,
    LongText,
    OnlyUser,
    Output,
    Prompt,
    Prompted,
    ShownIf,
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

EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
MESSAGES = "What a model is told: a system message that says who it is and what it must do, then what the user says."
REMEMBERING = ("conversation", "sliding_window", "sliding_window_tokens")


class Agent(Input):
    """What the model is told, which model it is, and what it may use."""

    messages: Annotated[
        tuple[Message, ...] | str, Doc("The conversation so far."), Prompted(), Widget("messages"), Assisted(MESSAGES)
    ] = ()
    model: Annotated[str, Doc("Model that answers."), Widget("model")] = "claude-sonnet-5-5"
    tools: Annotated[tuple[Mapping[str, Any], ...] | str, Doc("What it may use."), Widget("tools")] = ()
    functions: Annotated[
        tuple[FunctionTool, ...], Doc("Functions of your own that it may use."), Verbatim(), Widget("tools")
    ] = ()
    files: Annotated[Any, Doc("Pictures and documents to look at."), FileRef(), Widget("file")] = None
    memory: Annotated[
        Literal["none", "conversation", "sliding_window", "sliding_window_tokens"],
        Doc("What it remembers of a conversation."),
        Choice((
            ("none", "Nothing"),
            ("conversation", "All of it"),
            ("sliding_window", "The last messages"),
            ("sliding_window_tokens", "The last tokens"),
        )),
    ] = "none"  # fmt: skip
    conversation_id: Annotated[
        str, Doc("Name of the conversation, up to 255 characters."), ShownIf("memory", REMEMBERING)
    ] = ""
    window_messages: Annotated[
        int | str, Doc("How many messages it remembers."), ShownIf("memory", ("sliding_window",))
    ] = 10
    window_tokens: Annotated[
        int | str, Doc("How many tokens it remembers."), ShownIf("memory", ("sliding_window_tokens",))
    ] = 4000
    response_format: Annotated[
        Any,
        Doc("JSON Schema the answer must follow; its fields become outputs."),
        Widget("response_schema"),
        Assisted(),
    ] = None
    temperature: Annotated[
        float | None,
        Doc("How freely it words, from 0 to 2; models that think ignore it."),
        Slider(0, 2, 0.1),
        Advanced(),
    ] = None
    max_tokens: Annotated[int | None, Doc("Tokens of the answer at most."), Advanced()] = None
    effort: Annotated[
        Literal["", "auto", "none", "minimal", "low", "medium", "high", "xhigh", "max"],
        Doc("How much it thinks; empty leaves it to the vendor."),
        Choice(EFFORTS),
        Advanced(),
    ] = ""
    verbosity: Annotated[
        Literal["", "auto", "low", "medium", "high"],
        Doc("How much it says; empty leaves it to the vendor."),
        Choice(("low", "medium", "high")),
        Advanced(),
    ] = ""
    fallback_models: Annotated[
        tuple[str, ...], Doc("Models that take over, in order, when the first fails."), Widget("model"), Advanced()
    ] = ()
    max_rounds: Annotated[int, Doc("How often it may use tools before it must answer.", ge=1, le=200), Advanced()] = 20
    prompt_caching: Annotated[bool, Doc("Let the vendor keep the prompt's beginning at hand."), Advanced()] = True
    key_secret: Annotated[
        str,
        Doc("Name of the secret with the vendor's key, where it is not the usual one."),
        Verbatim(),
        OnlyUser(),
        Advanced(),
    ] = ""
    system_prompt: Annotated[
        Any, Doc("How it behaves, when no message says so."), LongText(), Prompted(), Advanced()
    ] = None
    user_prompt: Annotated[Any, Doc("One more message, after the others."), LongText(), Prompted(), Advanced()] = None
    memories: Annotated[Any, Doc("Messages of an older memory block, before the others."), Prompted(), Advanced()] = (
        None
    )


class Tokens(Output):
    """Tokens of all requests together."""

    input: Annotated[int, Doc("Tokens asked.")] = 0
    output: Annotated[int, Doc("Tokens answered.")] = 0
    total: Annotated[int, Doc("Both together.")] = 0
    cached: Annotated[int, Doc("Tokens asked that the vendor had at hand.")] = 0
    thinking: Annotated[int, Doc("Tokens answered that were thought.")] = 0


class ToolCalls(Output):
    """Tools that were used."""

    list: Annotated[tuple[Any, ...], Doc("Each use: `name`, `arguments`, `result`, `error`, `ms`.")] = ()
    count: Annotated[int, Doc("How many there were.")] = 0


class Answered(Output):
    """The answer and what it took; with a response format its fields stand here instead of `content`."""

    content: Annotated[str, Doc("The answer.")] = ""
    model: Annotated[str, Doc("Model that answered.")] = ""
    tokens: Annotated[Tokens, Doc("Tokens it took.")] = Tokens()
    tool_calls: Annotated[ToolCalls, Doc("Tools it used.")] = ToolCalls()
    cost: Annotated[Any, Doc("USD: `input`, `output`, `total`.")] = None
    timing: Annotated[Any, Doc("`ms`, `first_token_ms` and `rounds`.")] = None
    thinking: Annotated[str, Doc("What it thought, where it tells.")] = ""
    citations: Annotated[Any, Doc("Where it has it from: `url`, `title`, `text`.")] = None


@block(
    title="Agent",
    color="#7c3aed",
    icon="bot",
    output=Answered,
    renames=RENAMES,
    adopt=adopt,
    adds=promised,
)
async def agent(inputs: Agent, step: Step) -> dict[str, Any]:
    """Ask a model, which may use tools until it has its answer."""
    turns, spoken = conversation(inputs.messages), legacy(inputs.memories)
    memory = Memory.of(inputs.memory, inputs.conversation_id, inputs.window_messages, inputs.window_tokens)
    said = (*turns, *legacy(inputs.user_prompt, role="user"))
    known = tuple(await step.recall(memory.conversation)) if memory else ()
    fresh = last_asked(said) if known else said
    asked = (*spoken, *(window((*known, *fresh), memory) if memory else said))
    schema = form(inputs.response_format)
    prompt = Prompt(
        turns=_with_files(asked, await parts(inputs.files, step)),
        system=system(inputs.messages, inputs.system_prompt),
        max_tokens=inputs.max_tokens,
        temperature=inputs.temperature,
        effort="" if inputs.effort == "auto" else inputs.effort,
        verbosity="" if inputs.verbosity == "auto" else inputs.verbosity,
        cache=inputs.prompt_caching,
        schema=schema.schema if schema else None,
        schema_name=schema.name if schema else "answer",
        fallbacks=inputs.fallback_models,
        rounds=inputs.max_rounds,
        secret=secret_name(inputs.key_secret),
    )
    answer = await step.ask(inputs.model, prompt, tools=choices(inputs.tools, inputs.functions))
    if memory:
        await step.remember(memory.conversation, (*storable(fresh), Turn("assistant", (TextPart(answer.text),))))
    return answered(answer, with_form=schema is not None)


def _with_files(turns: tuple[Turn, ...], found: tuple[Any, ...]) -> tuple[Turn, ...]:
    """Files stand with the last thing a person said."""
    if not found:
        return turns
    last = max((at for at, turn in enumerate(turns) if turn.role == "user"), default=None)
    if last is None:
        return (*turns, Turn("user", found))
    turn = turns[last]
    return (*turns[:last], Turn("user", (*turn.parts, *found)), *turns[last + 1 :])


@hookimpl
def register_blocks() -> Iterable[BlockType]:
    """Agent."""
    return [agent]
