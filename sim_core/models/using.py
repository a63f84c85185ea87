"""Tool calls of one round: checked, run side by side, and answered to the model whatever comes of them."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from time import perf_counter
from typing import Any, TypeAlias, cast

import msgspec

from sim_core.errors import Cancelled, Invalid, SimError
from sim_core.models.schemas import Checker, arguments, told
from sim_core.spec.prompts import CallPart, Offer, ResultPart, ToolUse

CallTool: TypeAlias = Callable[[str, Mapping[str, Any]], Awaitable[Any]]

LONGEST = 200_000
"""Characters of a result that a model gets to see."""


class Tools:
    """The tools of one conversation."""

    def __init__(self, offers: Sequence[Offer], call: CallTool | None, *, at_once: int = 8) -> None:
        self._offers = {offer.name: offer for offer in offers}
        self._call = call
        self._checkers: dict[str, Checker] = {}
        self._turns = asyncio.Semaphore(at_once)

    async def use(self, calls: Sequence[CallPart]) -> tuple[ToolUse, ...]:
        """What came of each call, in the order they were made."""
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._use(call)) for call in calls]
        except BaseExceptionGroup as group_error:
            raise _first(group_error) from None
        return tuple(task.result() for task in tasks)

    async def _use(self, call: CallPart) -> ToolUse:
        given: dict[str, Any] = {}
        async with self._turns:
            start = perf_counter()
            try:
                given = self._checked(call)
                result, error = await self._run(call.name, given), None
            except Cancelled:
                raise
            except SimError as failure:
                result, error = None, failure.message
        ms = (perf_counter() - start) * 1000
        return ToolUse(id=call.id, name=call.name, arguments=given, result=result, error=error, ms=ms)

    async def _run(self, name: str, given: dict[str, Any]) -> Any:
        if self._call is None:
            raise Invalid(f"{name!r} cannot be used here")
        return await self._call(name, given)

    def _checked(self, call: CallPart) -> dict[str, Any]:
        offer = self._offers.get(call.name)
        if offer is None:
            raise Invalid(f"there is no tool {call.name!r}; there are {', '.join(self._offers) or 'none'}")
        given = arguments(call.arguments)
        checker = self._checkers.get(call.name)
        if checker is None:
            checker = self._checkers[call.name] = Checker(offer.schema, f"the schema of {call.name!r}")
        if problems := checker.problems(given):
            raise Invalid(f"the arguments do not fit the tool: {told(problems)}", problems=problems)
        return given


def result_part(use: ToolUse) -> ResultPart:
    """What the model gets to see of a use."""
    if use.error is not None:
        return ResultPart(use.id, f"Error: {use.error}", failed=True)
    text = use.result if isinstance(use.result, str) else msgspec.json.encode(use.result, enc_hook=str).decode()
    if len(text) > LONGEST:
        text = f"{text[:LONGEST]}\n[{len(text) - LONGEST} more characters were left out]"
    return ResultPart(use.id, text)


def _first(error: BaseException) -> BaseException:
    if isinstance(error, BaseExceptionGroup):
        return _first(cast("BaseExceptionGroup[BaseException]", error).exceptions[0])
    return error
