"""An integration: an outside service and what it can do."""

import inspect
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal, TypeAlias, TypeVar, get_type_hints
from urllib.parse import quote

import msgspec
from msgspec import Struct

from sim_core.errors import Invalid, Refused
from sim_core.spec.auth import AnyAuth
from sim_core.spec.pages import Pages, within
from sim_core.spec.requests import Context, Part, Reply, Request
from sim_core.spec.rewrites import Migration
from sim_core.spec.spelling import Spelling, from_wire, spelled, to_wire

S = TypeVar("S", bound=Struct)
R = TypeVar("R")
Run: TypeAlias = Callable[[Any, Context], Awaitable[Any]]
Method: TypeAlias = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
BodyKind: TypeAlias = Literal["json", "form", "multipart", "bytes", "query", "none"]

_ID = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_IN_PATH = re.compile(r"{(\+?)(\w+)}")


class Tool(Struct, frozen=True, kw_only=True):
    """One thing an integration can do; its id is `service.verb_noun`."""

    id: str
    title: str
    doc: str
    input: type[Struct]
    output: Any
    run: Run
    method: str = ""
    path: str = ""
    once: bool = False
    aliases: tuple[str, ...] = ()
    """Names that imports use for this operation."""

    @property
    def function_name(self) -> str:
        """The id as a name that models accept: `github__create_issue`."""
        return self.id.replace(".", "__")


class Integration:
    """An outside service: where it lives, how it is asked, how it refuses, what it can do."""

    def __init__(
        self,
        id: str,
        *,
        title: str,
        base_url: str = "",
        auth: AnyAuth | None = None,
        headers: Mapping[str, str] | None = None,
        refusal: Callable[[Reply], str | None] | None = None,
        hosts: tuple[str, ...] = (),
        docs_url: str = "",
        color: str = "",
        aliases: tuple[str, ...] = (),
        renames: Mapping[str, str] | None = None,
        spelling: Spelling = "same",
        doc: str = "",
        version: int = 1,
        migrations: tuple[Migration, ...] = (),
    ) -> None:
        """Declare a service.

        `base_url` may hold fields of the connection in braces: `https://{subdomain}.zendesk.com`. `hosts` names further
        hosts its tools may reach (`*.example.com` covers subdomains). `refusal` says why a reply of status below 400 is
        a refusal. `spelling="camel"` sends and reads our names in camelCase. `aliases` and `renames` are the names that
        imports use for it and for its fields. `version` is the major version of its block's values, and `migrations`
        lead there from older ones.
        """
        if not _ID.fullmatch(id):
            raise TypeError(f"integration id {id!r} is not lower_snake_case")
        self.id, self.title, self.doc = id, title, doc
        self.base_url = base_url.rstrip("/")
        self.auth = auth
        self.headers = dict(headers or {})
        self.refusal = refusal
        self.hosts = hosts
        self.docs_url, self.color = docs_url, color
        self.aliases, self.renames = aliases, dict(renames or {})
        self.spelling: Spelling = spelling
        self.version, self.migrations = version, migrations
        self.tools: dict[str, Tool] = {}

    def get(self, path: str, *, returns: Any, **options: Any) -> Callable[[type[S]], type[S]]:
        """Declare a tool that reads `path`; fields not in the path become the query; `Route` names the options."""
        return self._route("GET", path, returns, **options)

    def post(self, path: str, *, returns: Any, **options: Any) -> Callable[[type[S]], type[S]]:
        """Declare a tool that posts to `path`; fields not in the path become the body."""
        return self._route("POST", path, returns, **options)

    def put(self, path: str, *, returns: Any, **options: Any) -> Callable[[type[S]], type[S]]:
        """Declare a tool that puts to `path`; fields not in the path become the body."""
        return self._route("PUT", path, returns, **options)

    def patch(self, path: str, *, returns: Any, **options: Any) -> Callable[[type[S]], type[S]]:
        """Declare a tool that patches `path`; fields not in the path become the body."""
        return self._route("PATCH", path, returns, **options)

    def delete(self, path: str, *, returns: Any, **options: Any) -> Callable[[type[S]], type[S]]:
        """Declare a tool that deletes `path`; fields not in the path become the query."""
        return self._route("DELETE", path, returns, body=options.pop("body", "query"), **options)

    def tool(self, run: Callable[[S, Context], Awaitable[R]]) -> Callable[[S, Context], Awaitable[R]]:
        """Declare a tool that is more than one request."""
        return self.tool_as()(run)

    def tool_as(
        self, *, once: bool = False, aliases: tuple[str, ...] = ()
    ) -> Callable[[Callable[[S, Context], Awaitable[R]]], Callable[[S, Context], Awaitable[R]]]:
        """Declare a tool that is more than one request, with facts about it."""

        def declare(run: Callable[[S, Context], Awaitable[R]]) -> Callable[[S, Context], Awaitable[R]]:
            hints = get_type_hints(run, include_extras=True)
            first = next(iter(inspect.signature(run).parameters))
            output = hints["return"]
            self._add(Tool(
                id=f"{self.id}.{run.__name__}", title=_title(run.__name__), doc=inspect.getdoc(run) or "",
                input=hints[first], output=None if output is type(None) else output, run=run, once=once,
                aliases=aliases,
            ))  # fmt: skip
            return run

        return declare

    def url(self, path: str, /, **values: Any) -> str:
        """The address of a path with its `{names}` filled in; no value can lead it to another path."""
        return self.base_url + _fill(path, _slots(path), values)

    def read(self, reply: Reply, returns: Any, *, pick: str = "") -> Any:
        """The promised shape, or what lies at the path `pick` of it, or `Refused` with the service's own words."""
        if reply.status >= 400:
            raise Refused(f"{self.title} answered {reply.status}: {_words(reply)}", http_status=reply.status)
        try:
            if self.refusal and (reason := self.refusal(reply)):
                raise Refused(f"{self.title} answered {reason!r}", http_status=reply.status)
            if returns is None:
                return None
            if returns is bytes:
                return reply.content
            if returns is str:
                return reply.text()
            if not pick and self.spelling == "same":
                return reply.into(returns)
            raw = within(reply.json(), pick)
            return msgspec.convert(raw if self.spelling == "same" else from_wire(returns, raw), returns)
        except msgspec.DecodeError as error:
            raise Refused(f"{self.title} answered in an unexpected shape: {error}") from error

    def _route(self, method: Method, path: str, returns: Any, **options: Any) -> Callable[[type[S]], type[S]]:
        route = Route(method=method, path=path, returns=returns, **options)

        def declare(input: type[S]) -> type[S]:
            _check_path(input, tuple(name for name, _ in _slots(path)), path)

            async def run(call: S, context: Context) -> Any:
                return await route.ask(self, call, context)

            name = snake(input.__name__)
            self._add(Tool(
                id=f"{self.id}.{name}", title=_title(name), doc=inspect.getdoc(input) or "", input=input,
                output=returns, run=run, method=method, path=path, once=route.once, aliases=route.aliases,
            ))  # fmt: skip
            return input

        return declare

    def _add(self, tool: Tool) -> None:
        name = tool.id.split(".", 1)[1]
        if not _ID.fullmatch(name) or len(tool.function_name) > 64:
            raise TypeError(f"tool id {tool.id!r} is not service.verb_noun of at most 64 characters")
        if tool.id in self.tools:
            raise TypeError(f"{tool.id!r} is declared twice")
        self.tools[tool.id] = tool


class Route(Struct, frozen=True, kw_only=True):
    """How a tool of one request asks, and how it reads the answer."""

    method: Method
    path: str
    """`{name}` is a field, `{+name}` one whose slashes stay."""
    returns: Any
    body: BodyKind = "json"
    """How the fields travel that are neither in the path nor in the query; those of a GET are its query."""
    query: tuple[str, ...] = ()
    """Fields that go into the query whatever the method."""
    fixed: Mapping[str, Any] = {}
    """What is sent unless a field says otherwise."""
    wrap: str = ""
    """Name under which the body lies."""
    pick: str = ""
    """Path in the answer at which the result lies."""
    pages: Pages | None = None
    once: bool = False
    aliases: tuple[str, ...] = ()

    def request(self, service: Integration, call: Struct) -> Request:
        """What is asked for these inputs."""
        spelling = service.spelling
        given: dict[str, Any] = to_wire(call, spelling)
        in_path = {name: given.pop(spelled(name, spelling)) for name, _ in _slots(self.path)}
        given = {**self.fixed, **given}
        asked = {n: given.pop(n) for n in (spelled(name, spelling) for name in self.query) if n in given}
        body = {self.wrap: given} if self.wrap else given
        kind = "query" if self.method == "GET" else self.body
        url = service.url(self.path, **in_path)
        built = _request(self.method, url, body, kind, headers=service.headers, once=self.once)
        return msgspec.structs.replace(built, query={**built.query, **asked}) if asked else built

    async def ask(self, service: Integration, call: Struct, context: Context) -> Any:
        """The promised result; of all pages, where there are several."""
        request = self.request(service, call)
        if self.pages is None:
            return service.read(await context.send(request), self.returns, pick=self.pick)
        found: list[Any] = []
        async for reply in self.pages.walk(request, context):
            found.extend(service.read(reply, self.returns, pick=self.pick))
        return found


def snake(name: str) -> str:
    """`CreateIssue` as `create_issue`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _words(reply: Reply) -> str:
    return " ".join(reply.text().split())[:500] or "no words"


def _check_path(input: type[Struct], names: tuple[str, ...], path: str) -> None:
    fields = {f.name: f for f in msgspec.structs.fields(input)}
    if missing := [n for n in names if n not in fields]:
        raise TypeError(f"{input.__name__} lacks {missing}, named in {path!r}")
    if optional := [n for n in names if not fields[n].required]:
        raise TypeError(f"{input.__name__} makes {optional} optional, but {path!r} needs them")


def _slots(path: str) -> tuple[tuple[str, bool], ...]:
    return tuple((name, bool(plus)) for plus, name in _IN_PATH.findall(path))


def _fill(path: str, slots: tuple[tuple[str, bool], ...], values: dict[str, Any]) -> str:
    filled = path
    for name, has_slashes in slots:
        text = str(values[name]).strip("/") if has_slashes else str(values[name])
        if not text or any(part in (".", "..") for part in text.split("/")):
            raise Invalid(f"{name} is {text!r}, which would lead somewhere else", code="invalid_input")
        slot = f"{{+{name}}}" if has_slashes else f"{{{name}}}"
        filled = filled.replace(slot, quote(text, safe="/" if has_slashes else ""))
    return filled


def _request(method: Method, url: str, given: dict[str, Any], kind: BodyKind, **rest: Any) -> Request:
    match kind:
        case "query":
            return Request(method=method, url=url, query=given, **rest)
        case "json":
            return Request(method=method, url=url, json=given, **rest)
        case "form":
            return Request(method=method, url=url, form=given, **rest)
        case "multipart":
            parts = {n: Part(v, n if isinstance(v, bytes) else "") for n, v in _texts(given).items()}
            return Request(method=method, url=url, multipart=parts, **rest)
        case "bytes":
            content = given.pop("content", b"")
            raw = content.encode() if isinstance(content, str) else content
            return Request(method=method, url=url, content=raw, query=given, **rest)
        case "none":
            return Request(method=method, url=url, **rest)


def _texts(given: dict[str, Any]) -> dict[str, bytes | str]:
    return {n: v if isinstance(v, bytes | str) else msgspec.json.encode(v).decode() for n, v in given.items()}
