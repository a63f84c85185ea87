"""Which account a tool works with: the one that was chosen, or the one that the workspace's secrets describe."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec
from msgspec import Struct

from sim_core.errors import Denied, Invalid
from sim_core.spec.auth import AnyAuth, ApiKey, Auth, AwsKeys, Basic, Bearer, Connection, OAuth, ways
from sim_core.spec.fields import Secret


class Granted(Struct, frozen=True):
    """A way to authenticate and its values, by the name of the secret or field."""

    way: Auth
    values: Mapping[str, str]


class CredentialField(Struct, frozen=True, kw_only=True):
    """One value that a credential of this way holds."""

    name: str
    is_secret: bool = True
    is_required: bool = True


def credential_fields(way: Auth) -> tuple[CredentialField, ...]:
    """What a credential of this way holds, as names of secrets or fields."""
    match way:
        case Bearer() | ApiKey():
            return (CredentialField(name=way.secret),)
        case Basic():
            return CredentialField(name=way.user, is_secret=False), CredentialField(name=way.password)
        case OAuth():
            return (
                CredentialField(name="access_token"),
                CredentialField(name="refresh_token", is_required=False),
                CredentialField(name="expires_at", is_secret=False, is_required=False),
            )
        case AwsKeys():
            return (
                CredentialField(name=way.access_key, is_secret=False),
                CredentialField(name=way.secret_key),
                CredentialField(name=way.session_token, is_required=False),
                CredentialField(name=way.region, is_secret=False, is_required=False),
                CredentialField(name=way.endpoint, is_secret=False, is_required=False),
            )
        case Connection():
            return tuple(_of_struct(field) for field in msgspec.structs.fields(way.fields))


def chosen(auth: AnyAuth | None, values: Mapping[str, str]) -> Granted | None:
    """The way that a stored credential belongs to; `None` when it fits none of them."""
    for way in ways(auth):
        needed = [field.name for field in credential_fields(way) if field.is_required]
        if needed and all(values.get(name) for name in needed):
            return Granted(way, values)
    return None


def ambient(auth: AnyAuth | None, secrets: Mapping[str, str]) -> Granted | None:
    """The first way for which the workspace's secrets suffice; `None` when they do for none."""
    for way in ways(auth):
        if isinstance(way, Connection):
            if way.secret and (url := secrets.get(way.secret)):
                return Granted(way, of_url(url, way))
            continue
        names = [field.name for field in credential_fields(way)]
        found = {name: secrets[name] for name in names if secrets.get(name)}
        if not isinstance(way, OAuth) and (granted := chosen(way, found)):
            return granted
    return None


def of_url(url: str, way: Connection) -> dict[str, str]:
    """A connection's fields out of a URL: host, port, username, password, database, and its query by name."""
    names = {field.name for field in msgspec.structs.fields(way.fields)}
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Invalid(f"the secret {way.secret} holds no valid URL: {error}", code="bad_connection") from error
    found = {
        "host": parts.hostname or "",
        "port": str(port or ""),
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "database": unquote(parts.path.lstrip("/")),
        **dict(parse_qsl(parts.query)),
    }
    return {name: value for name, value in found.items() if value and name in names}


def missing(title: str, auth: AnyAuth | None) -> Denied:
    """The refusal that says which secret to set, or what to connect."""
    hints: list[str] = []
    for way in ways(auth):
        match way:
            case OAuth():
                hints.append(f"connect a {title} account")
            case Connection():
                hints.append(f"add a {title} connection" + (f" or set the secret {way.secret}" if way.secret else ""))
            case _:
                names = " and ".join(f.name for f in credential_fields(way) if f.is_required)
                hints.append(f"set the secret {names} in the workspace")
    return Denied(f"{title} needs an account: {', or '.join(hints)}", code="no_credential")


def unfit(title: str, auth: AnyAuth | None, values: Mapping[str, str]) -> Denied:
    """The refusal of an account that lacks something, by the way that it comes nearest to."""
    needed = [[f.name for f in credential_fields(way) if f.is_required] for way in ways(auth)]
    lacking = [[name for name in names if not values.get(name)] for names in needed]
    return Denied(f"the {title} account lacks {', '.join(min(lacking, key=len))}", code="bad_credential")


def open_values(granted: Granted | None) -> dict[str, str]:
    """What a plugin may see: a driver needs a whole connection, anybody else gets no secret."""
    if granted is None:
        return {}
    match granted.way:
        case Connection(signed=None):
            return dict(granted.values)
        case AwsKeys() as way:
            shown = {"region": way.region, "endpoint": way.endpoint}
            return {ours: granted.values[name] for ours, name in shown.items() if granted.values.get(name)}
        case _:
            closed = {field.name for field in credential_fields(granted.way) if field.is_secret}
            return {name: value for name, value in granted.values.items() if name not in closed}


def secret_values(granted: Granted | None) -> dict[str, str]:
    """The values of an account that nobody may read."""
    if granted is None:
        return {}
    closed = {field.name for field in credential_fields(granted.way) if field.is_secret}
    return {name: value for name, value in granted.values.items() if name in closed}


def hosts(granted: Granted | None) -> tuple[str, ...]:
    """The hosts that the account itself names."""
    if granted is None:
        return ()
    match granted.way:
        case Connection() as way:
            named = [granted.values.get(name, "") for name in way.hosts]
        case AwsKeys() as way:
            named = [granted.values.get(way.endpoint, "")]
        case _:
            named = []
    return tuple(_host(value) for value in named if value)


def _host(text: str) -> str:
    return (urlsplit(text if "//" in text else f"//{text}").hostname or text).lower()


def _of_struct(field: msgspec.structs.FieldInfo) -> CredentialField:
    kind: Any = field.type
    marks = getattr(kind, "__metadata__", ())
    hidden = any(isinstance(mark, Secret) or mark is Secret for mark in marks)
    return CredentialField(name=field.name, is_secret=hidden, is_required=field.required)
