"""How a service knows who is asking. Plugins name secrets; only `net` ever sees their values."""

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias, cast

import msgspec
from msgspec import Struct

from sim_core.errors import Denied


class Way(Struct, frozen=True):
    """Base of the ways to authenticate; `|` offers several."""

    def __or__(self, other: "AnyAuth") -> "Either":
        return Either((*ways(cast("AnyAuth", self)), *ways(other)))


class Bearer(Way, frozen=True):
    """A secret sent as `Authorization: Bearer`."""

    secret: str


class ApiKey(Way, frozen=True):
    """A secret sent in a header, or in the query when `query` names a parameter."""

    secret: str
    header: str = "X-API-Key"
    prefix: str = ""
    query: str = ""


class Basic(Way, frozen=True):
    """Two secrets sent as `Authorization: Basic`."""

    user: str
    password: str


class OAuth(Way, frozen=True):
    """A token that a person granted; sent as a bearer, refreshed when it has expired."""

    provider: str
    scopes: tuple[str, ...] = ()
    authorize_url: str = ""
    token_url: str = ""
    client_auth: Literal["body", "basic"] = "body"
    """Where the token endpoint wants the client's id and secret."""
    asks: Mapping[str, str] = {}
    """Further parameters of the authorize URL, such as `access_type`."""
    account_url: str = ""
    """Where the service tells whose token it is, asked once when an account is connected."""
    account: tuple[str, ...] = ()
    """Names in that answer, with dots for what is nested; the first that is there is what the account is called."""
    revoke_url: str = ""
    """Where a token is ended when its credential is deleted (RFC 7009)."""
    pkce: bool = True
    """Whether the request is bound to its code (RFC 7636); only for services that refuse what they do not know."""

    @property
    def client_id(self) -> str:
        """Name of the secret or setting that holds the id of this platform at the provider."""
        return f"{self._prefix}_CLIENT_ID"

    @property
    def client_secret(self) -> str:
        """Name of the secret or setting that holds the secret of this platform at the provider."""
        return f"{self._prefix}_CLIENT_SECRET"

    @property
    def _prefix(self) -> str:
        return self.provider.upper().replace("-", "_")


class AwsKeys(Way, frozen=True):
    """Requests signed with AWS Signature Version 4; each field but the first names a secret."""

    service: str
    access_key: str = "AWS_ACCESS_KEY_ID"
    secret_key: str = "AWS_SECRET_ACCESS_KEY"
    session_token: str = "AWS_SESSION_TOKEN"
    region: str = "AWS_REGION"
    endpoint: str = "AWS_ENDPOINT_URL"
    """A service of one's own that speaks the same protocol; its host may then be reached too."""


class Connection(Way, frozen=True):
    """Named values of an account: what a driver needs, or where the account lives, declared as a struct of fields."""

    fields: type[Struct]
    secret: str = ""
    """Name of a secret that may hold the whole connection as a URL."""
    hosts: tuple[str, ...] = ("host",)
    """Fields that hold a host or a URL; those hosts may then be reached."""
    signed: "Bearer | ApiKey | Basic | None" = None
    """How requests are signed, with fields in the place of secrets."""

    def read(self, values: Mapping[str, str]) -> Any:
        """The values of an account as the declared struct; raises `Denied` that names what is missing or wrong."""
        try:
            return msgspec.convert(dict(values), self.fields, strict=False)
        except msgspec.ValidationError as error:
            raise Denied(f"the account is not whole: {error}", code="bad_connection") from None


class Either(Way, frozen=True):
    """Any one of several ways; the first that has a value is used unless the person chose."""

    ways: "tuple[Auth, ...]"


Auth: TypeAlias = Bearer | ApiKey | Basic | OAuth | AwsKeys | Connection
AnyAuth: TypeAlias = Auth | Either


def ways(auth: AnyAuth | None) -> tuple[Auth, ...]:
    """Every way that is offered, in order."""
    if auth is None:
        return ()
    return auth.ways if isinstance(auth, Either) else (auth,)
