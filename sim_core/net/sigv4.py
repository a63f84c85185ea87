"""AWS Signature Version 4, for headers and for URLs that carry their own permission.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from msgspec import Struct
from msgspec.structs import replace

from sim_core.spec.requests import Request

ALGORITHM = "AWS4-HMAC-SHA256"
UNSIGNED = "UNSIGNED-PAYLOAD"
# Proxies and clients rewrite these on the way, so a signature over them would break.
UNSTEADY = frozenset(
    ("authorization", "user-agent", "accept", "accept-encoding", "connection", "content-length", "expect")
)  # fmt: skip


class Keys(Struct, frozen=True, kw_only=True):
    """Who signs, for which service and region."""

    access_key: str
    secret_key: str
    session_token: str = ""
    region: str = "us-east-1"
    service: str


def sign(request: Request, keys: Keys, *, now: datetime | None = None) -> Request:
    """The request with `X-Amz-Date`, the token and `Authorization`; what it is signed over is what must be sent."""
    moment = _moment(now)
    headers = {name.lower(): " ".join(str(value).split()) for name, value in request.headers.items()}
    headers["x-amz-date"] = moment
    digest = hashlib.sha256(request.content or b"").hexdigest()
    if keys.service == "s3":
        digest = headers.setdefault("x-amz-content-sha256", digest)
    if keys.session_token:
        headers["x-amz-security-token"] = keys.session_token
    signed = {"host": _host(request.url)} | {n: v for n, v in headers.items() if n not in UNSTEADY}
    names = ";".join(sorted(signed))
    text = canonical(request.method, request.url, signed, digest, service=keys.service)
    headers["authorization"] = (
        f"{ALGORITHM} Credential={keys.access_key}/{_scope(keys, moment)}, "
        f"SignedHeaders={names}, Signature={_signature(text, keys, moment)}"
    )
    return replace(request, headers=headers)


def presign(request: Request, keys: Keys, *, seconds: int, now: datetime | None = None) -> str:
    """A URL that lets whoever holds it send this request, until it expires."""
    moment = _moment(now)
    headers = {n.lower(): str(v) for n, v in request.headers.items() if n.lower() not in UNSTEADY}
    signed = {"host": _host(request.url)} | headers
    added = {
        "X-Amz-Algorithm": ALGORITHM,
        "X-Amz-Credential": f"{keys.access_key}/{_scope(keys, moment)}",
        "X-Amz-Date": moment,
        "X-Amz-Expires": str(seconds),
        "X-Amz-SignedHeaders": ";".join(sorted(signed)),
    }
    if keys.session_token:
        added["X-Amz-Security-Token"] = keys.session_token
    joint = "&" if urlsplit(request.url).query else "?"
    url = request.url + joint + "&".join(f"{_quoted(n)}={_quoted(v)}" for n, v in added.items())
    text = canonical(request.method, url, signed, UNSIGNED, service=keys.service)
    return f"{url}&X-Amz-Signature={_signature(text, keys, moment)}"


def canonical(method: str, url: str, headers: Mapping[str, str], digest: str, *, service: str) -> str:
    """The request in the one form that both sides sign."""
    parts = urlsplit(url)
    path = parts.path or "/"
    if service != "s3":
        path = quote(_tidy(path), safe="/-_.~")
    lines = [f"{name}:{' '.join(value.split())}\n" for name, value in sorted(headers.items())]
    names = ";".join(sorted(headers))
    return "\n".join((method, path, _query(parts.query), "".join(lines), names, digest))


def _tidy(path: str) -> str:
    """A path without `.`, `..` and double slashes, as every service but S3 wants it."""
    kept: list[str] = []
    for part in path.split("/"):
        if part == "..":
            kept = kept[:-1]
        elif part not in ("", "."):
            kept.append(part)
    tail = "/" if path.endswith("/") and kept else ""
    return "/" + "/".join(kept) + tail


def _query(query: str) -> str:
    pairs: Iterable[tuple[str, str]] = parse_qsl(query.replace("+", "%20"), keep_blank_values=True)
    return "&".join(f"{name}={value}" for name, value in sorted((_quoted(n), _quoted(v)) for n, v in pairs))


def _signature(text: str, keys: Keys, moment: str) -> str:
    to_sign = "\n".join((ALGORITHM, moment, _scope(keys, moment), hashlib.sha256(text.encode()).hexdigest()))
    key = ("AWS4" + keys.secret_key).encode()
    for part in (moment[:8], keys.region, keys.service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, to_sign.encode(), "sha256").hex()


def _scope(keys: Keys, moment: str) -> str:
    return f"{moment[:8]}/{keys.region}/{keys.service}/aws4_request"


def _moment(now: datetime | None) -> str:
    return (now or datetime.now(UTC)).strftime("%Y%m%dT%H%M%SZ")


def _host(url: str) -> str:
    parts = urlsplit(url)
    host = unquote(parts.hostname or "")
    host = f"[{host}]" if ":" in host else host
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    return host if parts.port in (None, usual) else f"{host}:{parts.port}"


def _quoted(text: str) -> str:
    return quote(text, safe="-_.~")
