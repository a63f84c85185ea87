"""When a request may be repeated, and after how long."""

import email.utils
import re
import time
from collections.abc import Mapping

from msgspec.structs import replace

from sim_core.errors import Unreachable
from sim_core.spec.requests import Request

IDEMPOTENT = frozenset(("GET", "HEAD", "PUT", "DELETE", "OPTIONS"))
PASSING = frozenset((429, 502, 503, 504))
NEVER_SENT = frozenset(("connect_failed", "connect_timeout"))
HOPELESS = frozenset(("unknown_host", "tls_failed"))
KEY = "idempotency-key"
_SECONDS = re.compile(r"-?\d+(\.\d+)?")


def keyed(request: Request, key: str) -> Request:
    """A request that must not happen twice carries the key by which the service knows it again."""
    if not request.once or not key or KEY in {name.lower() for name in request.headers}:
        return request
    return replace(request, headers={**request.headers, KEY: key})


def is_repeatable(request: Request) -> bool:
    """Whether sending it twice does no more than sending it once."""
    if request.once:
        return any(name.lower() == KEY for name in request.headers)
    return request.method in IDEMPOTENT


def may_repeat_reply(request: Request, status: int) -> bool:
    """Whether an answer asks for another try; 429 says that nothing was done, the others leave it open."""
    return status == 429 or (status in PASSING and is_repeatable(request))


def may_repeat_failure(request: Request, error: Unreachable) -> bool:
    """Whether another try is safe after none or half an answer."""
    if error.reason in HOPELESS:
        return False
    return error.reason in NEVER_SENT or is_repeatable(request)


def asked_wait(headers: Mapping[str, str], *, now: float | None = None) -> float | None:
    """Seconds that `Retry-After` asks for, as a number or as a date; `None` when it asks for nothing readable."""
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    if _SECONDS.fullmatch(text):
        return max(float(text), 0.0)
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(moment.timestamp() - (time.time() if now is None else now), 0.0)


def wait(turn: int, asked: float | None, *, base: float, chance: float) -> float:
    """Seconds until the next try: what the service asked for, else twice as long each time, spread by chance."""
    backoff = base * 2 ** (turn - 1) * (0.5 + chance / 2)
    return backoff if asked is None else max(asked, backoff * 0.1)
