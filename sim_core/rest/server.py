"""The Litestar application: every route behind one door that decodes, asks who is there, and answers problems."""

import re
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, cast

import msgspec
from litestar import Litestar, Request, Response
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.plugins import PluginProtocol
from litestar.response.base import ASGIResponse
from litestar.types import ASGIApp

from sim_core.errors import Missing
from sim_core.rest import (
    addresses,
    again,
    assisting,
    audit,
    auth,
    catalogue,
    connect,
    credentials,
    deployments,
    documents,
    execute,
    figures,
    files,
    folders,
    health,
    instance,
    invitations,
    keys,
    logins,
    me,
    model_keys,
    my_credentials,
    options,
    organizations,
    pages,
    passkeys,
    permission_groups,
    realtime,
    runs,
    schedules,
    secrets,
    usage,
    workspaces,
)
from sim_core.rest import workflows as workflow_routes
from sim_core.rest.admission import admit
from sim_core.rest.decoding import check_nesting, convert_query, decode, pieces
from sim_core.rest.gate import Gate
from sim_core.rest.policies import Policies
from sim_core.rest.problems import MEDIA_TYPE, Unprocessed, encode, reply_to
from sim_core.rest.routes import Call, Method, Nothing, Route
from sim_core.rest.services import Services

BASE = "/api/v1"
ROUTES: tuple[Route, ...] = (
    *workflow_routes.ROUTES,
    *documents.ROUTES,
    *folders.ROUTES,
    *files.ROUTES,
    *deployments.ROUTES,
    *execute.ROUTES,
    *figures.ROUTES,
    *usage.ROUTES,
    *runs.ROUTES,
    *again.ROUTES,
    *catalogue.ROUTES,
    *secrets.ROUTES,
    *model_keys.ROUTES,
    *credentials.ROUTES,
    *connect.ROUTES,
    *options.ROUTES,
    *assisting.ROUTES,
    *schedules.ROUTES,
    *keys.ROUTES,
    *auth.ROUTES,
    *logins.ROUTES,
    *passkeys.ROUTES,
    *me.ROUTES,
    *my_credentials.ROUTES,
    *organizations.ROUTES,
    *workspaces.ROUTES,
    *invitations.ROUTES,
    *audit.ROUTES,
    *addresses.ROUTES,
    *instance.ROUTES,
    *permission_groups.ROUTES,
    *realtime.ROUTES,
)


def routes() -> Iterable[tuple[str, Route]]:
    """Every route with its whole path."""
    yield from ((BASE + route.path, route) for route in ROUTES)
    yield from ((route.path, route) for route in BARE)


BARE: tuple[Route, ...] = (*health.ROUTES, pages.describing(routes), pages.docs)
"""Routes that stand outside of `/api/v1`, or tell of it."""

_JSON = "application/json"
_IN_PATH = re.compile(r"{(\w+)}")
_nothing = Nothing()
_encode = msgspec.json.Encoder().encode

PlainRequest = Request[Any, Any, State]


class _Plain(Litestar):
    """Litestar without its plugins for data we have none of: Pydantic's alone takes a tenth of a second to import."""

    @staticmethod
    def _get_default_plugins(plugins: list[PluginProtocol]) -> list[PluginProtocol]:
        return plugins


def application(services: Services, *, log: Any | None = None) -> ASGIApp:
    """The ASGI application; `log` is told of every request."""
    at: dict[str, dict[Method, Route]] = {}
    for path, route in routes():
        at.setdefault(path, {})[route.method] = route
    handlers = [_handler(path, methods, services) for path, methods in at.items()]

    def complain(request: PlainRequest, error: Exception) -> Response[bytes]:
        body, status, headers = _problem(request.scope, error, services)
        return Response(body, status_code=status, headers=headers, media_type=MEDIA_TYPE)

    app = _Plain(
        [*handlers, _assets(services)],
        openapi_config=None,
        logging_config=None,
        exception_handlers={HTTPException: complain, Exception: complain},
        request_max_body_size=services.settings.max_body,
    )
    return Gate(app, Policies(services.settings), log)


def _handler(path: str, methods: Mapping[Method, Route], services: Services) -> HTTPRouteHandler:
    async def handle(request: PlainRequest) -> ASGIApp:
        try:
            return await _answer(methods[cast("Method", request.method)], services, request)
        except Exception as error:
            return _complaint(request, error, services)

    litestar_path = _IN_PATH.sub(r"{\1:str}", path)
    return HTTPRouteHandler(litestar_path, http_method=[*methods], status_code=200, include_in_schema=False)(handle)


def _assets(services: Services) -> HTTPRouteHandler:
    """The web app and whatever else plugins serve, at every address that is not the API's."""

    async def handle(request: PlainRequest) -> ASGIApp:
        try:
            path: str = request.scope["path"]
            if path.startswith("/api/"):
                raise Missing(f"There is nothing at {path[:200]}.")
            asked = request.headers
            return await services.served.answer(path, asked.get("if-none-match", ""), asked.get("accept-encoding", ""))
        except Exception as error:
            return _complaint(request, error, services)

    method = HTTPRouteHandler(["/", "/{path:path}"], http_method=["GET"], status_code=200, include_in_schema=False)
    return method(handle)


async def _answer(route: Route, services: Services, request: PlainRequest) -> ASGIApp:
    headers = request.headers
    actor, workspace_id, source = await admit(route, services, request)
    query: Any = _nothing
    if route.query is not Nothing or request.scope["query_string"]:
        query = convert_query(dict(request.query_params), route.query)
    raw, body = b"", None
    if route.body is not None:
        _check_kind(headers.get("content-type", ""), _JSON)
        raw = await request.body()
        body = _body(raw, route.body)
    elif route.raw and not route.streams:
        _check_kind(headers.get("content-type", ""), route.raw)
        raw = await request.body()
    ids: dict[str, str] = request.scope["path_params"]
    call = Call(
        services,
        actor,
        workspace_id=workspace_id,
        ids=ids,
        body=body,
        query=query,
        headers=headers,
        raw=raw,
        pieces=partial(pieces, request.receive),
        source=source,
    )
    answer = await route.handle(call)
    if route.may_change_rights:
        services.door.forget()  # the database tells every server of it; whoever asked here must not outrun that
    if isinstance(answer, ASGIResponse):
        return answer
    content = b"" if route.status == 204 else _encode(answer)
    return ASGIResponse(body=content, status_code=route.status, media_type=_JSON)


def _body(raw: bytes, kind: type[Any]) -> Any:
    if not raw and not any(field.required for field in msgspec.structs.fields(kind)):
        return kind()
    check_nesting(raw)
    return decode(raw, kind)


def _check_kind(given: str, wanted: str) -> None:
    kind = given.partition(";")[0].strip().lower()
    if not kind or kind in wanted.split(", ") or (kind.endswith("+json") and _JSON in wanted):
        return
    raise Unprocessed(
        f"The body says it is {kind!r}; send it with `Content-Type: {wanted.split(', ')[0]}`.",
        code="bad_media_type",
        status=415,
    )


def _complaint(request: PlainRequest, error: Exception, services: Services) -> ASGIApp:
    body, status, headers = _problem(request.scope, error, services)
    return ASGIResponse(body=body, status_code=status, headers=headers, media_type=MEDIA_TYPE)


def _problem(scope: Any, error: Exception, services: Services) -> tuple[bytes, int, dict[str, str]]:
    request_id: str = scope.get("state", {}).get("request_id", "")
    problem, headers = reply_to(error, instance=scope["path"], request_id=request_id)
    if problem.code == "fault":
        services.report(error, request_id)
    return encode(problem), problem.status, headers
