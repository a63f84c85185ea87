"""How user code fails: its own mistakes, and the limits it runs into."""

from typing import Any, cast

from sim_core.errors import Expired, Fault, Invalid, SimError, TooLarge


class CodeError(Invalid):
    """The code failed."""

    code = "code_error"

    def __init__(
        self,
        message: str | None = None,
        *,
        code: str | None = None,
        line: int | None = None,
        trace: tuple[str, ...] = (),
        stdout: str = "",
    ) -> None:
        super().__init__(message, code=code)
        self.line = line
        self.trace = trace
        """Where it was, outermost first, in lines of the user's code."""
        self.stdout = stdout
        """What it had printed until then."""


class CodeExpired(Expired):
    """The code ran longer than it may."""

    def __init__(self, message: str | None = None, *, stdout: str = "") -> None:
        super().__init__(message)
        self.stdout = stdout


class Unfenced(Fault):
    """User code cannot be fenced in on this machine."""

    code = "sandbox_unavailable"


def told(claim: Any, *, stdout: str = "", seconds: float | None = None) -> SimError:
    """What running code reported about itself, as an error; nothing about it is trusted."""
    problem = cast("dict[str, Any]", claim) if isinstance(claim, dict) else {}
    kind, message = str(problem.get("kind")), str(problem.get("message", ""))[:4000]
    if kind == "timeout":
        return expired(seconds, stdout=stdout)
    if kind == "too_large":
        return TooLarge(message, code="output_too_large")
    if kind == "fault":
        return Fault(f"The sandbox failed: {message}")
    line = problem.get("line")
    line = line if isinstance(line, int) else None
    name = str(problem.get("error") or "Error")[:100]
    if kind == "memory_limit":
        message = message or "more memory was asked for than is allowed"
    place = f"line {line}: " if line is not None else ""
    text = f"{place}{name}: {message}" if message else f"{place}{name}"
    trace: list[Any] = problem["trace"] if isinstance(problem.get("trace"), list) else []
    return CodeError(
        text,
        code="memory_limit" if kind == "memory_limit" else None,
        line=line,
        trace=tuple(str(one)[:400] for one in trace[:10]),
        stdout=stdout,
    )


def expired(seconds: float | None, *, stdout: str = "") -> CodeExpired:
    """The error for code that was stopped because its time was over."""
    return CodeExpired(f"The code ran longer than {seconds:g} s" if seconds else None, stdout=stdout)


def ended(reason: str, signal: int, code: int, *, stdout: str = "", seconds: float | None = None) -> SimError:
    """The error for code whose process ended without a result."""
    match reason, signal:
        case "timeout", _:
            return expired(seconds, stdout=stdout)
        case "disk", _:
            return CodeError("More was written to files than is allowed", code="disk_limit", stdout=stdout)
        case _, 24:
            return expired(seconds, stdout=stdout)
        case _, 25:
            return CodeError("A file grew larger than is allowed", code="disk_limit", stdout=stdout)
        case "", 9:
            return CodeError("More memory was used than is allowed", code="memory_limit", stdout=stdout)
        case _, 0 if not reason:
            return CodeError(f"The code ended its process (status {code}) instead of returning", stdout=stdout)
        case _:
            return CodeError(f"The code crashed its process (signal {signal})", stdout=stdout)
