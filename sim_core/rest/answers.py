"""What a run came to, as the API tells it."""

from typing import Any, cast

import msgspec
from litestar.response.base import ASGIResponse
from msgspec import Struct

from sim_core.flow.run import Outcome
from sim_core.rest.problems import Unprocessed

FAILED_STATUS = {"timeout": 504, "cancelled": 409}
BAD_INPUT = ("required", "reserved_name", "invalid")
"""What a start block calls an input that does not fit: the caller's mistake, not the workflow's."""
NOT_THE_BLOCKS = frozenset(
    (
        "clear-site-data",
        "connection",
        "content-length",
        "content-security-policy",
        "date",
        "keep-alive",
        "origin-agent-cluster",
        "permissions-policy",
        "proxy-authenticate",
        "proxy-authorization",
        "refresh",
        "service-worker-allowed",
        "server",
        "set-cookie",
        "strict-transport-security",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "x-content-type-options",
        "x-frame-options",
        "x-request-id",
        "x-run-id",
    )
)
"""Headers that a workflow may not set: they belong to the connection, or to this origin."""

_encode = msgspec.json.Encoder().encode


class RunResult(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a run came to."""

    run_id: str
    status: str
    """finished, paused, queued or running; a run that failed is answered as a problem."""
    output: Any = None
    pauses: tuple[str, ...] = ()
    """What it waits for, by the names that a resume takes."""
    ms: float | None = None
    url: str = ""
    """Where to ask how it is."""


def url_of(run_id: str) -> str:
    """The address of a run."""
    return f"/api/v1/runs/{run_id}"


def accepted(run_id: str, status: str = "running", *, pauses: tuple[str, ...] = (), output: Any = None) -> ASGIResponse:
    """202: the run goes on, or waits, and can be asked for."""
    result = RunResult(run_id=run_id, status=status, url=url_of(run_id), pauses=pauses, output=output)
    return _json(result, 202, {"location": url_of(run_id), "x-run-id": run_id})


def of_outcome(run_id: str, outcome: Outcome, *, start: str = "", replayed: bool = False) -> ASGIResponse:
    """The answer to whoever waited; raises the problem when the run failed or was stopped."""
    headers = {"x-run-id": run_id} | ({"idempotency-replayed": "true"} if replayed else {})
    match outcome.status:
        case "finished" if outcome.headers or outcome.http_status != 200:
            return _responded(outcome, headers)
        case "finished":
            result = RunResult(run_id=run_id, status="finished", output=outcome.output, ms=outcome.ms)
            return _json(result, 200, headers)
        case "paused":
            return accepted(run_id, "paused", pauses=tuple(outcome.pauses), output=outcome.output)
        case _:
            raise _failed(run_id, outcome, start)


def _responded(outcome: Outcome, ours: dict[str, str]) -> ASGIResponse:
    """A response block chose status, headers and body."""
    data: Any = outcome.output
    if isinstance(data, dict) and "data" in data:
        data = cast("dict[str, Any]", data)["data"]
    chosen = {name.lower(): value for name, value in outcome.headers.items() if _may(name, value)}
    kind = chosen.pop("content-type", "application/json")
    plain = isinstance(data, str) and "json" not in kind
    body = data.encode() if plain and isinstance(data, str) else _encode(data)
    status = outcome.http_status
    if status in (204, 304) or status < 200:
        body = b""
    return ASGIResponse(body=body, status_code=max(status, 200), headers=chosen | ours, media_type=kind)


def _may(name: str, value: str) -> bool:
    token = name.isascii() and name.replace("-", "").replace("_", "").isalnum()
    clean = value.isascii() and value.isprintable()
    low = name.lower()
    return token and clean and low not in NOT_THE_BLOCKS and not low.startswith(("access-control-", "cross-origin-"))


def _failed(run_id: str, outcome: Outcome, start: str) -> Unprocessed:
    error = outcome.error
    code = error.code if error else "run_failed"
    message = error.message if error else "The run failed."
    where = f"Block {error.block_name or error.block!r}: " if error and error.block else ""
    if error and error.block and error.block == start and code in BAD_INPUT:
        status, told = 422, "bad_input"
    elif outcome.status == "cancelled" and code in FAILED_STATUS:
        status, told = FAILED_STATUS[code], code
    else:
        status, told = 500, "run_failed"
    facts: dict[str, Any] = {"run_id": run_id, "output": outcome.output}
    if error:
        facts["error"] = msgspec.to_builtins(error)
    return Unprocessed(f"{where}{message}", code=told, status=status, headers={"x-run-id": run_id}, **facts)


def _json(value: Any, status: int, headers: dict[str, str]) -> ASGIResponse:
    return ASGIResponse(body=_encode(value), status_code=status, headers=headers, media_type="application/json")
