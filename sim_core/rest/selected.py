"""A stream of chosen outputs alone: words of the blocks that speak, the values of the others, and the end."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping
from typing import Any, TypeAlias

import msgspec

from sim_core.document.references import MISSING, Reference, names, navigate, normalise, parse
from sim_core.document.workflow import Workflow
from sim_core.errors import Invalid, Problem
from sim_core.flow.events import ENDINGS, BlockFinished, Path, TextDelta
from sim_core.store.entries import Entry

Selection: TypeAlias = Mapping[str, tuple[tuple[str | int, ...], ...]]
"""The paths that are wanted of blocks, by block id; an empty path is what the block says, or all of its output."""
SPOKEN = ((), ("content",))
"""Paths that a block's words as they come are the value of."""


def selection(workflow: Workflow, wanted: Iterable[str]) -> Selection:
    """What was chosen; raises `Invalid` with every choice that names no block."""
    known = names(workflow)
    found: dict[str, tuple[tuple[str | int, ...], ...]] = {}
    problems: list[Problem] = []
    for index, text in enumerate(wanted):
        head, _, rest = text.partition(".")
        block = text if text in workflow.blocks else head if head in workflow.blocks else known.get(normalise(head))
        if block is None:
            message = f"There is no block {head!r} to select an output of."
            problems.append(Problem(code="no_such_block", message=message, pointer=f"/select/{index}"))
            continue
        found[block] = (*found.get(block, ()), () if text == block else _path(rest))
    if problems:
        words = "; ".join(problem.message for problem in problems)
        raise Invalid(words, code="no_such_block", problems=problems)
    return found


def _path(text: str) -> tuple[str | int, ...]:
    """A path as references write it."""
    whole = parse(f"<x.{text}>").whole
    if isinstance(whole, Reference):
        return whole.path
    return tuple(int(part) if part.isdecimal() else part for part in text.split(".") if part)


async def selected(told: AsyncIterator[Entry], choice: Selection) -> AsyncGenerator[Entry]:
    """Of a run's events, words of chosen blocks, chosen outputs once their block has ended, and the end."""
    spoke: set[tuple[str, Path]] = set()
    # given as a whole: words of it that come late from another process are not said again
    whole: set[tuple[str, Path]] = set()
    async for entry in told:
        event = entry.event
        match event:
            case TextDelta(block=block, path=path, kind=kind):
                if kind == "tool":
                    continue
                if (block, path) not in whole and any(wanted in SPOKEN for wanted in choice.get(block, ())):
                    spoke.add((block, path))
                    yield entry
            case BlockFinished(block=block, path=path):
                for wanted in choice.get(block, ()):
                    if wanted in SPOKEN and (block, path) in spoke:
                        continue
                    if wanted in SPOKEN:
                        whole.add((block, path))
                    value = _value(event.output, wanted)
                    if value is not MISSING:
                        text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
                        delta = TextDelta(block=block, path=path, text=text)
                        yield Entry(None, delta, "")
            case _ if isinstance(event, ENDINGS):
                yield entry
            case _:
                pass


def _value(output: Any, wanted: tuple[str | int, ...]) -> Any:
    if wanted:
        return navigate(output, wanted)
    content = navigate(output, ("content",))
    return output if content is MISSING else content
