"""What commands say on the terminal: results, and errors in one or two lines."""

import asyncio
import os
import sys
import traceback
from collections.abc import Callable, Coroutine, Sequence
from typing import Annotated, Any, TypeAlias, TypeVar

import cyclopts
import msgspec

from sim_core.errors import Invalid, Problem, SimError

T = TypeVar("T")

Json: TypeAlias = Annotated[bool, cyclopts.Parameter(name="--json", negative="", help="Print JSON.")]

USAGE, FAILED = 2, 1


class Usage(Invalid):
    """The command was called in a way it does not know."""

    code = "usage"


class Failed(SimError):
    """What was asked for did not work out."""

    code = "failed"

    def __init__(self, message: str, **facts: Any) -> None:
        super().__init__(message, code=str(facts.pop("code", self.code)))
        self.facts = facts


def guarded(call: Callable[[], Any], given: Sequence[str]) -> int:
    """Run a command; errors become a line on stderr, and with `--json` a problem on stdout."""
    as_json = "--json" in given
    try:
        result = call()
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # the reader of a pipe has gone; the interpreter must not complain again while it closes stdout
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except cyclopts.CycloptsError as error:
        return complain(Usage(" ".join(str(error).split())), as_json)
    except SimError as error:
        return complain(error, as_json)
    except OSError as error:
        return complain(Failed(_os_words(error), code="os_error"), as_json)
    except Exception as error:
        if os.environ.get("SIM_DEBUG"):
            traceback.print_exc()
        return complain(Failed(f"{type(error).__name__}: {error} (SIM_DEBUG=1 shows where)", code="fault"), as_json)
    return result if isinstance(result, int) else 0


def complain(error: SimError, as_json: bool) -> int:
    """Print an error and give the exit code: 2 for usage and invalid files, 1 for everything else."""
    if os.environ.get("SIM_DEBUG"):
        traceback.print_exc()
    if as_json:
        emit(problem_of(error))
    else:
        print(f"sim: {error.message}", file=sys.stderr)
        told = [problem for problem in error.problems if problem.message not in error.message]
        for problem in told[:20]:
            print(f"  {line_of(problem)}", file=sys.stderr)
        if len(told) > 20:
            print(f"  … and {len(told) - 20} more", file=sys.stderr)
    return USAGE if isinstance(error, Invalid) else FAILED


def problem_of(error: SimError) -> dict[str, Any]:
    """An error as the API would tell it."""
    facts: dict[str, Any] = getattr(error, "facts", {})
    return {
        "type": f"urn:sim:problem:{error.reason}",
        "title": error.message,
        "status": error.status,
        "code": error.reason,
        "problems": [msgspec.to_builtins(problem) for problem in error.problems],
        **facts,
    }


def line_of(problem: Problem) -> str:
    """A problem in one line."""
    place = problem.block or problem.pointer
    where = f"{place}{'.' + problem.field if problem.field and problem.block else ''}: " if place else ""
    mark = "warning: " if problem.severity == "warning" else ""
    return f"{mark}{where}{problem.message}"


def emit(value: Any) -> None:
    """Print a value as JSON, indented where a person looks."""
    text = msgspec.json.encode(value)
    print((msgspec.json.format(text, indent=2) if sys.stdout.isatty() else text).decode())


def table(rows: Sequence[Sequence[str]], *, empty: str) -> None:
    """Print rows in columns, or say that there are none."""
    if not rows:
        print(empty)
        return
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def run_async(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's asynchronous part to its end."""
    return asyncio.run(work)


def _os_words(error: OSError) -> str:
    return f"{error.strerror or error}: {error.filename}" if error.filename else str(error.strerror or error)
