"""How a route is declared: its address, who may use it, what it takes and what it answers."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Annotated, Any, Generic, Literal, TypeAlias, TypedDict, TypeVar, Unpack
from uuid import UUID

from msgspec import Meta, Struct

from sim_core.accounts.actors import Actor, OrganizationRole, Scope
from sim_core.accounts.audit import Source
from sim_core.errors import Anonymous, Missing
from sim_core.rest.services import Services

Method: TypeAlias = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
B = TypeVar("B")
Q = TypeVar("Q")


Count: TypeAlias = Annotated[int, Meta(ge=0, le=2**63 - 1)]
"""A number that rises with what happens: of an operation, or of an event."""


class Nothing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Takes nothing."""


class Call(Generic[B, Q]):
    """One request, decoded and allowed."""

    __slots__ = ("actor", "body", "headers", "ids", "pieces", "query", "raw", "services", "source", "workspace_id")

    def __init__(
        self,
        services: Services,
        actor: Actor | None,
        *,
        workspace_id: str,
        ids: Mapping[str, str],
        body: B,
        query: Q,
        headers: Mapping[str, str],
        raw: bytes,
        pieces: Callable[[], AsyncIterator[bytes]],
        source: Source | None = None,
    ) -> None:
        """Bring together what a handler needs."""
        self.services = services
        self.actor = actor
        self.workspace_id = workspace_id
        self.ids = ids
        self.body = body
        self.query = query
        self.headers = headers
        self.raw = raw
        self.pieces = pieces
        """The body as it comes, on a route that `streams`."""
        self.source = source or Source()
        """Who does this, and from where, as the audit log tells it."""

    def id(self, name: str) -> str:
        """An id of the address; raises `Missing` when it is not one."""
        text = self.ids[name]
        try:
            return str(UUID(text))
        except ValueError:
            raise Missing(f"There is no {name.removesuffix('_id').replace('_', ' ')} {text[:80]!r}.") from None

    def text(self, name: str) -> str:
        """A name of the address; raises `Missing` for one that nothing can have."""
        text = self.ids[name]
        if "\0" in text or len(text) > 512:
            raise Missing(f"There is nothing called {text[:80]!r}.")
        return text

    @property
    def user_id(self) -> str:
        """Who is asking."""
        return self.actor.user_id if self.actor else ""

    @property
    def who(self) -> Actor:
        """Whoever is asking, on a route that is not open to everybody."""
        if self.actor is None:
            raise Anonymous
        return self.actor


On: TypeAlias = Literal["workspace", "member", "organization", "person", "session", "caller", "operator"]
"""What a request is about: a workspace (of the address, or of `X-Workspace-Id`), one's own part in a workspace, an
organization of the address, the person who asks, that person signed in and not by a key, whoever asks be it a
workspace's key, or the whole instance."""
Handle: TypeAlias = Callable[..., Awaitable[Any]]


class Route(Struct, frozen=True, kw_only=True):
    """One method of one address."""

    method: Method
    path: str
    handle: Handle
    scopes: tuple[Scope, ...]
    """Any one of these is enough; none is open to everybody."""
    body: type[Any] | None
    """Struct of a JSON body."""
    raw: str
    """Media types of a body that the handler reads itself; empty otherwise."""
    streams: bool
    """Whether the handler reads such a body piece by piece, and bounds it itself."""
    query: type[Any]
    reply: Any
    status: int
    also: Mapping[int, str]
    """Other answers, by status."""
    produces: str
    """Media types of a good answer besides JSON, or instead of it where there is no `reply`."""
    tag: str
    summary: str
    doc: str
    on: On = "workspace"
    role: OrganizationRole = "member"
    """What somebody has to be in the organization that it is about."""
    covering: Scope | None = None
    """What a key has to cover besides, where the role alone asks for less: whoever may read may comment, but a key that
    only reads changes nothing."""
    recent: bool = False
    """Whether a person has to have proven a short while ago who they are."""
    same_site: bool = False
    """Whether pages of other sites may not call it, although it is open to everybody."""

    @property
    def may_change_rights(self) -> bool:
        """Whether, once it has answered well, somebody may have other rights, another session or another key."""
        return self.method != "GET" and ("admin" in self.scopes or self.path.startswith("/auth/"))


class Whom(TypedDict, total=False):
    """For whom a route is, besides its scope."""

    on: On
    role: OrganizationRole
    covering: Scope | None
    recent: bool
    same_site: bool


def route(
    method: Method,
    path: str,
    *,
    scope: Scope | tuple[Scope, ...] | None,
    body: type[Any] | None = None,
    raw: str = "",
    streams: bool = False,
    query: type[Any] = Nothing,
    reply: Any = None,
    status: int = 200,
    also: Mapping[int, str] | None = None,
    produces: str = "",
    **whom: Unpack[Whom],
) -> Callable[[Handle], Route]:
    """Declare a route; the first line of the handler's docstring is its summary, what follows tells more."""

    def declare(handle: Handle) -> Route:
        summary, _, doc = (handle.__doc__ or "").strip().partition("\n")
        return Route(
            method=method,
            path=path,
            handle=handle,
            scopes=scope if isinstance(scope, tuple) else (scope,) if scope else (),
            body=body,
            raw=raw,
            streams=streams,
            query=query,
            reply=reply,
            status=status,
            also=dict(also or {}),
            produces=produces,
            tag=handle.__module__.rsplit(".", 1)[-1].replace("_", " "),
            summary=summary.strip().rstrip("."),
            doc=" ".join(doc.split()),
            **whom,
        )

    return declare
