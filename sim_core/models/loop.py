"""The tool loop: a model is asked, uses its tools, and is asked again until it answers."""

from collections.abc import Awaitable, Callable, Sequence
from time import perf_counter
from typing import Any, TypeAlias

from msgspec.structs import replace

from sim_core.errors import Denied, Expired, Invalid, Missing, Refused, SimError, Unreachable
from sim_core.models.asking import Emit, Patience, Route, ask_once
from sim_core.models.cost import add_cost, add_usage, cost
from sim_core.models.hearing import Hearing
from sim_core.models.schemas import Checker, told, value_in
from sim_core.models.using import CallTool, Tools, result_part
from sim_core.spec.prompts import (
    Answer,
    CallStart,
    Citation,
    Cost,
    FilePart,
    ImagePart,
    Prompt,
    Reset,
    TextPart,
    ThinkingPart,
    ToolUse,
    Turn,
    Usage,
)

Open: TypeAlias = Callable[[str], Awaitable[Route]]
"""The way to a model by its name; raises `Missing`, or `Denied` when there is no key."""


async def ask(
    models: Sequence[str],
    prompt: Prompt,
    *,
    open: Open,
    call_tool: CallTool | None = None,
    emit: Emit | None = None,
    force: Sequence[str] = (),
    patience: Patience | None = None,
) -> Answer:
    """Ask the first of the models, let it use tools until it answers, and turn to the next when one fails.

    Tools named in `force` are used first, each once. What is emitted is the text as it comes, `Reset` whenever it
    turns out not to be the answer, and `CallStart` for each tool that is about to be used. What tools did is kept
    when another model takes over: nothing is done twice.
    """
    return await _Talk(models, prompt, open, call_tool, emit, force, patience or Patience()).answer()


class _Talk:
    def __init__(
        self,
        models: Sequence[str],
        prompt: Prompt,
        open: Open,
        call_tool: CallTool | None,
        emit: Emit | None,
        force: Sequence[str],
        patience: Patience,
    ) -> None:
        self._prompt, self._emit, self._patience = prompt, emit, patience
        self._open, self._left = open, list(models)
        self._route: Route | None = None
        self._tools = Tools(prompt.tools, call_tool)
        self._force = [name for name in force if any(offer.name == name for offer in prompt.tools)]
        self._checker = Checker(prompt.schema, "the response format") if prompt.schema is not None else None
        self._turns: list[Turn] = []
        self._uses: list[ToolUse] = []
        self._thoughts: list[str] = []
        self._citations: list[Citation] = []
        self._usage, self._cost = Usage(), Cost()
        self._start = perf_counter()
        self._first_ms: float | None = None
        self._rounds = self._used = 0
        self._reminded = self._repaired = False

    async def answer(self) -> Answer:
        while True:
            heard = await self._hear()
            if heard.calls and self._used < self._prompt.rounds:
                await self._use(heard)
            elif heard.calls or not await self._again(heard):
                self._turns.append(heard.turn)
                return self._whole(heard)

    async def _again(self, heard: Hearing) -> bool:
        """Whether the model was asked to answer once more; raises `Invalid` when it has failed at that too."""
        if self._force and not self._reminded:
            await self._remind(heard)
            return True
        problem = self._wrong(heard)
        if problem is None:
            return False
        if self._repaired:
            raise problem
        await self._repair(heard, problem)
        return True

    async def _hear(self) -> Hearing:
        """One answer, from the first model that gives one."""
        while True:
            try:
                if self._route is None:
                    self._route = await self._open(self._left.pop(0))
                route = self._route
                check(self._prompt, route)
                heard = await ask_once(route, self._next_prompt(), emit=self._emit, patience=self._patience)
            except (Refused, Expired, Denied, Invalid) as error:
                if not self._left or isinstance(error, Missing):
                    raise
                await self._turn_to_next(error)
                continue
            self._count(heard, route)
            return heard

    def _next_prompt(self) -> Prompt:
        choice = self._prompt.tool_choice
        if self._force and not self._reminded:
            choice = self._force[0]
        elif self._used:
            choice = "none" if self._used >= self._prompt.rounds else "auto"
        return replace(self._prompt, turns=(*self._prompt.turns, *self._turns), tool_choice=choice)

    async def _turn_to_next(self, error: SimError) -> None:
        self._route = None
        # A signed thought means nothing to another model, and some refuse it.
        self._turns = [_without_thought(turn) for turn in self._turns]
        if isinstance(error, Unreachable) and error.partial:
            await self._reset()

    def _count(self, heard: Hearing, route: Route) -> None:
        self._rounds += 1
        self._usage = add_usage(self._usage, heard.usage)
        self._cost = add_cost(self._cost, cost(route.model, heard.usage))
        self._citations += heard.citations
        if heard.thinking:
            self._thoughts.append(heard.thinking)
        if self._first_ms is None and heard.first is not None:
            self._first_ms = (heard.first - self._start) * 1000

    async def _use(self, heard: Hearing) -> None:
        await self._reset(heard)
        if self._emit is not None:
            for at, call in enumerate(heard.calls):
                await self._emit(CallStart(at, call.id, call.name))
        uses = await self._tools.use(heard.calls)
        self._used += 1
        self._uses += uses
        self._turns += [heard.turn, Turn("tool", tuple(result_part(use) for use in uses))]
        names = {use.name for use in uses}
        self._force = [name for name in self._force if name not in names]

    async def _remind(self, heard: Hearing) -> None:
        """Ask once in words for a tool that should have been used; some models cannot be forced."""
        self._reminded = True
        await self._reset(heard)
        words = f"Use the tool `{self._force[0]}` first, then answer."
        self._turns += [*_said(heard), Turn("user", (TextPart(words),))]

    async def _repair(self, heard: Hearing, problem: Invalid) -> None:
        self._repaired = True
        await self._reset(heard)
        words = f"This does not have the form that was asked for: {problem.message}. Answer again, with the JSON only."
        self._turns += [*_said(heard), Turn("user", (TextPart(words),))]

    def _wrong(self, heard: Hearing) -> Invalid | None:
        """What keeps the answer from having the form that was asked for."""
        if self._checker is None:
            return None
        if heard.stop == "length":
            return Invalid("the answer was cut off before it was complete; allow more tokens", code="bad_answer")
        try:
            problems = self._checker.problems(value_in(heard.text))
        except Invalid as error:
            return error
        if not problems:
            return None
        return Invalid(f"the answer does not follow its form: {told(problems)}", code="bad_answer", problems=problems)

    async def _reset(self, heard: Hearing | None = None) -> None:
        if self._emit is not None and (heard is None or heard.text):
            await self._emit(Reset())

    def _whole(self, heard: Hearing) -> Answer:
        route: Any = self._route
        return Answer(
            text=heard.text,
            model=route.model.id,
            provider=route.provider.id,
            thinking="\n\n".join(self._thoughts),
            value=value_in(heard.text) if self._checker and not heard.calls else None,
            uses=tuple(self._uses),
            citations=tuple(self._citations),
            usage=self._usage,
            cost=self._cost,
            stop=heard.stop,
            rounds=self._rounds,
            first_token_ms=self._first_ms,
            ms=(perf_counter() - self._start) * 1000,
            turns=tuple(self._turns),
        )


def check(prompt: Prompt, route: Route) -> None:
    """Raise `Invalid` when a model is asked for what it cannot do."""
    model = route.model
    parts = [part for turn in prompt.turns for part in turn.parts]
    if prompt.tools and not model.tools:
        raise Invalid(f"{route.name} cannot use tools", code="unsupported")
    if not model.vision and any(isinstance(part, ImagePart) for part in parts):
        raise Invalid(f"{route.name} cannot look at pictures", code="unsupported")
    documents = [part for part in parts if isinstance(part, FilePart) and not part.media_type.startswith("text/")]
    if documents and not model.files:
        raise Invalid(f"{route.name} cannot read {documents[0].name!r} ({documents[0].media_type})", code="unsupported")


def _said(heard: Hearing) -> list[Turn]:
    return [heard.turn] if heard.text else []


def _without_thought(turn: Turn) -> Turn:
    return Turn(turn.role, tuple(part for part in turn.parts if not isinstance(part, ThinkingPart)))
