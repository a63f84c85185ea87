"""Everything that goes wrong, as an RFC 9457 problem with a stable code."""

from typing import Any
from urllib.parse import quote

import msgspec
from litestar.exceptions import HTTPException
from msgspec import Struct

from sim_core.errors import Problem, SimError

MEDIA_TYPE = "application/problem+json"
TITLES = {
    "anonymous": "Say who you are",
    "bad_json": "The body is not JSON",
    "bad_media_type": "The body is of another kind",
    "busy": "The server is busy",
    "cancelled": "It was stopped",
    "conflict": "Somebody else was faster",
    "denied": "This is not allowed",
    "fault": "The platform made a mistake",
    "invalid": "What was sent is not valid",
    "method_not_allowed": "The address does not know this method",
    "no_room": "The disk is full",
    "not_found": "Nothing is found there",
    "rate_limited": "Too many tries",
    "refused": "A service refused",
    "run_failed": "The run failed",
    "timeout": "It took too long",
    "too_large": "More was sent than is allowed",
    "unreachable": "A service did not answer",
}
OF_STATUS = {
    400: "invalid",
    401: "anonymous",
    403: "denied",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "too_large",
    415: "bad_media_type",
    422: "invalid",
    429: "rate_limited",
    503: "busy",
    504: "timeout",
}


class ProblemReply(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    code: str
    detail: str = ""
    instance: str = ""
    request_id: str = ""
    pointer: str = ""
    """JSON pointer to the place, when only one thing is wrong."""
    problems: tuple[Problem, ...] = ()
    """Everything that is wrong, each with its place."""
    run_id: str = ""
    error: Any = None
    """Which block failed, and why, when a run did."""
    output: Any = None


class Unprocessed(SimError):
    """A refusal with a status of its own, and facts beside the words."""

    def __init__(
        self, message: str, *, code: str, status: int, headers: dict[str, str] | None = None, **facts: Any
    ) -> None:
        super().__init__(message, code=code)
        self.http = status
        self.headers = headers or {}
        self.facts = facts


def reply_to(error: BaseException, *, instance: str = "", request_id: str = "") -> tuple[ProblemReply, dict[str, str]]:
    """The problem that tells of an error, and the headers that go with it; an unknown one is a fault without words."""
    match error:
        case Unprocessed():
            return _of(error, error.http, instance, request_id, error.facts), error.headers
        case SimError():
            return _of(error, error.status, instance, request_id, {}), _headers(error)
        case HTTPException():
            code = OF_STATUS.get(error.status_code, "invalid" if error.status_code < 500 else "fault")
            detail = _words(error, instance)
            headers = {name.lower(): value for name, value in (error.headers or {}).items()}
            return _problem(code, error.status_code, detail, instance, request_id), headers
        case _:
            detail = f"The log of the server says more; look for {request_id}." if request_id else ""
            return _problem("fault", 500, detail, instance, request_id), {}


def encode(problem: ProblemReply) -> bytes:
    """A problem as it goes over the wire."""
    return msgspec.json.encode(problem)


def _of(error: SimError, status: int, instance: str, request_id: str, facts: dict[str, Any]) -> ProblemReply:
    pointer = error.problems[0].pointer if len(error.problems) == 1 else ""
    problem = _problem(error.reason, status, error.message, instance, request_id)
    return msgspec.structs.replace(problem, pointer=pointer, problems=error.problems, **facts)


def _problem(code: str, status: int, detail: str, instance: str, request_id: str) -> ProblemReply:
    title = TITLES.get(code) or TITLES.get(OF_STATUS.get(status, "fault"), "It did not work")
    return ProblemReply(
        type=f"urn:sim:problem:{quote(code)}",
        title=title,
        status=status,
        code=code,
        detail=detail,
        instance=instance,
        request_id=request_id,
    )


def _headers(error: SimError) -> dict[str, str]:
    match error.status:
        case 401:
            return {"www-authenticate": 'Bearer realm="sim"'}
        case 429 | 503:
            return {"retry-after": str(getattr(error, "retry_after", None) or 1)}
        case _:
            return {}


def _words(error: HTTPException, instance: str) -> str:
    match error.status_code:
        case 404:
            return f"There is nothing at {instance}."
        case 405:
            allowed = (error.headers or {}).get("allow", "")
            return f"{instance} answers to {allowed}." if allowed else f"{instance} does not know this method."
        case 413:
            return "The body is larger than this server takes."
        case status if status >= 500:
            return ""
        case _:
            return error.detail
