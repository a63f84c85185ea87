"""What can go wrong, by who has to act.

SimError
├── Invalid        the caller: what was sent is wrong
│   ├── Missing    the caller: nothing is found under that name
│   ├── Conflict   the caller: somebody else was faster, or the name is taken
│   └── TooLarge   the caller: more was sent than is allowed
├── Denied         the owner: this is not allowed
│   └── Anonymous  the caller: say who you are first
├── Refused        the service: it answered no
│   └── Unreachable  the service: it did not answer
├── Expired        it took longer than it may
├── Cancelled      somebody stopped it
└── Fault          us
"""

from collections.abc import Iterable
from typing import ClassVar

from msgspec import Struct


class Problem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that is wrong, where it is, and what would be right."""

    code: str
    message: str
    pointer: str = ""
    """JSON pointer (RFC 6901) into what was sent."""
    block: str | None = None
    field: str | None = None
    expected: str | None = None
    severity: str = "error"
    """`error` stops a run; `warning` does not."""
    line: int | None = None
    """Where it stands in a file, counted from 1."""
    column: int | None = None


class SimError(Exception):
    """Something went wrong."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500

    def __init__(
        self, message: str | None = None, *, code: str | None = None, problems: Iterable[Problem] = ()
    ) -> None:
        self.message = message or (type(self).__doc__ or "").strip()
        self.reason = code or self.code
        self.problems = tuple(problems)
        super().__init__(self.message)


class Invalid(SimError):
    """What was sent is not valid."""

    code = "invalid"
    status = 422


class Missing(Invalid):
    """Nothing is found under that name."""

    code = "not_found"
    status = 404


class Conflict(Invalid):
    """Somebody else changed it first."""

    code = "conflict"
    status = 409


class TooLarge(Invalid):
    """More was sent than is allowed."""

    code = "too_large"
    status = 413


class Denied(SimError):
    """This is not allowed."""

    code = "denied"
    status = 403


class Anonymous(Denied):
    """Say who you are: send an API key in `X-API-Key` or as a bearer token."""

    code = "anonymous"
    status = 401


class Refused(SimError):
    """The service refused."""

    code = "refused"
    status = 502

    def __init__(
        self,
        message: str | None = None,
        *,
        code: str | None = None,
        problems: Iterable[Problem] = (),
        http_status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, code=code, problems=problems)
        self.http_status = http_status
        self.retry_after = retry_after
        """Seconds that the service asks to wait before the next try."""


class Unreachable(Refused):
    """The service did not answer."""

    code = "unreachable"
    partial: str = ""
    """What had come of a model's answer before it broke off."""


class Expired(SimError):
    """It took longer than it may."""

    code = "timeout"
    status = 504


class Cancelled(SimError):
    """It was stopped."""

    code = "cancelled"
    status = 409


class Fault(SimError):
    """The platform made a mistake; the log of the server says which."""

    code = "fault"
    status = 500
