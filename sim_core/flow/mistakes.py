"""Mistakes in code that a user wrote, told in their own words: references as they were typed, block, field, line."""

import re
from collections.abc import Mapping

from sim_core.errors import Problem, SimError

_NAME = re.compile(r"__ref_\d+(?:_\d+)*")
_AS_TEXT = re.compile(r"__sim_text\((<[^<>]*>|\{\{[^{}]*\}\})\)")


def own_words(error: SimError, texts: Mapping[str, str], *, block: str, field: str | None, pointer: str = "") -> None:
    """Rewrite what an error says about code; `texts` holds the references by the names that stood for them."""
    error.message = plainly(error.message, texts)
    error.args = (error.message,)
    trace = getattr(error, "trace", None)
    if isinstance(trace, tuple) and trace:
        setattr(error, "trace", tuple(plainly(str(one), texts) for one in trace))  # noqa: B010 - only the sandbox's errors have one  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    if not error.problems:
        problem = Problem(
            code=error.reason, message=error.message, pointer=pointer, block=block, field=field, line=line_of(error)
        )
        error.problems = (problem,)


def plainly(message: str, texts: Mapping[str, str]) -> str:
    """A message in which references stand as they were typed."""
    if "__" not in message:
        return message
    said = _NAME.sub(lambda found: texts.get(found.group(), found.group()), message)
    return _AS_TEXT.sub(r"\1", said)


def line_of(error: BaseException) -> int | None:
    """The line of the user's code that failed, where the error knows it."""
    line = getattr(error, "line", None)
    if isinstance(line, int):
        return line
    problems = error.problems if isinstance(error, SimError) else ()
    return problems[0].line if problems else None
