"""Puts a credential on a request: the only place that sees its values."""

from base64 import b64encode
from datetime import datetime
from urllib.parse import urlsplit

from msgspec.structs import replace

from sim_core.errors import Denied
from sim_core.net import sigv4
from sim_core.net.credentials import Granted
from sim_core.net.wire import encode
from sim_core.spec.auth import ApiKey, AwsKeys, Basic, Bearer, Connection, OAuth
from sim_core.spec.requests import Request


def sign(request: Request, granted: Granted | None, *, now: datetime | None = None) -> Request:
    """The request with its credential; a settled request (`wire.settle`) stays settled."""
    if granted is None:
        return request
    values = granted.values
    match granted.way:
        case Bearer(secret):
            return _with(request, "authorization", f"Bearer {_clean(values[secret], secret)}")
        case OAuth():
            return _with(request, "authorization", f"Bearer {_clean(values['access_token'], 'access_token')}")
        case ApiKey() as way:
            value = way.prefix + _clean(values[way.secret], way.secret)
            if not way.query:
                return _with(request, way.header.lower(), value)
            joint = "&" if urlsplit(request.url).query else "?"
            return replace(request, url=request.url + joint + encode({way.query: value}))
        case Basic(user, password):
            pair = f"{values[user]}:{values[password]}".encode()
            return _with(request, "authorization", f"Basic {b64encode(pair).decode()}")
        case AwsKeys():
            return sigv4.sign(request, aws_keys(granted), now=now)
        case Connection() as way:
            return sign(request, Granted(way.signed, values), now=now) if way.signed else request


def aws_keys(granted: Granted) -> sigv4.Keys:
    """The keys of an AWS account; raises `Denied` for an account of another kind."""
    way, values = granted.way, granted.values
    if not isinstance(way, AwsKeys):
        raise Denied("only an AWS account can sign that")
    return sigv4.Keys(
        access_key=values[way.access_key],
        secret_key=values[way.secret_key],
        session_token=values.get(way.session_token, ""),
        region=values.get(way.region) or "us-east-1",
        service=way.service,
    )


def _with(request: Request, name: str, value: str) -> Request:
    return replace(request, headers={**request.headers, name: value})


def _clean(value: str, name: str) -> str:
    # A pasted secret often ends in a newline, which no header can carry.
    value = value.strip()
    if not value.isprintable() or not value.isascii():
        raise Denied(f"the secret {name} holds characters that a header cannot carry", code="bad_credential")
    return value
