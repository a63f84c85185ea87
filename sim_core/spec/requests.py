"""What is asked of a service, and how its answer is read."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Literal, Protocol, TypeVar

import msgspec
from msgspec import Struct

T = TypeVar("T")


class Part(Struct, frozen=True, omit_defaults=True):
    """One part of a multipart body; a part with a file name is a file."""

    content: bytes | str
    filename: str = ""
    content_type: str = ""


class Request(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One HTTP request; of the bodies at most one is set."""

    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] = "GET"
    url: str
    query: Mapping[str, Any] = {}
    """Lists repeat the name; `None` leaves it out; booleans are `true` and `false`."""
    headers: Mapping[str, str] = {}
    json: Any = msgspec.UNSET
    form: Mapping[str, Any] | None = None
    multipart: Mapping[str, Part] | None = None
    content: bytes | None = None
    timeout_s: float | None = None
    """Seconds until the whole answer must be there; `None` is the operator's default."""
    max_bytes: int | None = None
    """Bytes of the answer's body at most; `None` is the operator's default."""
    once: bool = False
    """Must not happen twice: it carries an idempotency key and is not retried after an unknown outcome without it."""


class Reply(Struct, frozen=True):
    """What the service answered."""

    status: int
    content: bytes = b""
    headers: Mapping[str, str] = {}
    """Names in lower case."""
    url: str = ""

    def into(self, kind: type[T]) -> T:
        """The body as JSON of that type; raises `msgspec.ValidationError` with the place."""
        return msgspec.json.decode(self.content, type=kind)

    def json(self) -> Any:
        """The body as JSON, `None` when it is empty."""
        return msgspec.json.decode(self.content) if self.content else None

    def text(self) -> str:
        """The body as text."""
        return self.content.decode("utf-8", "replace")


class Opened(Protocol):
    """An answer whose body is still coming."""

    status: int
    headers: Mapping[str, str]

    def pieces(self) -> AsyncIterator[bytes]:
        """The body, as it comes."""
        ...


class Address(Struct, frozen=True):
    """A checked place to connect to: connect to `ip`, verify the certificate for `host`."""

    host: str
    ip: str
    port: int


class Context(Protocol):
    """What a tool may do to the world."""

    @property
    def credential(self) -> Mapping[str, str]:
        """The values of the connection or secret that the person chose, by field."""
        ...

    @property
    def idempotency_key(self) -> str:
        """The same for every try of the same step of the same run."""
        ...

    async def send(self, request: Request) -> Reply:
        """Send a request, signed for the integration; raises `Unreachable`, `Expired`, `Denied`."""
        ...

    def stream(self, request: Request) -> AbstractAsyncContextManager[Opened]:
        """Send a request and read its answer piece by piece."""
        ...

    def presign(self, request: Request, *, seconds: int) -> str:
        """A URL that lets whoever holds it send this request for so long; only for services signed like AWS's."""
        ...

    async def open(self, host: str, port: int) -> Address:
        """Where a driver may connect to, after the address was checked; raises `Denied`."""
        ...
