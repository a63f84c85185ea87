"""The OpenAPI 3.1 document, made of the routes themselves."""

import inspect
import re
from collections.abc import Iterable
from importlib.metadata import version
from typing import Any

import msgspec

from sim_core.rest.problems import MEDIA_TYPE, ProblemReply
from sim_core.rest.routes import Nothing, Route

_REF = "#/components/schemas/{name}"
_IN_PATH = re.compile(r"{(\w+)}")
WORKSPACE = {
    "name": "X-Workspace-Id",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "format": "uuid"},
    "description": "The workspace that it is about; without it, the first one of whoever asks.",
}
_ERRORS = {
    400: "The body is not JSON.",
    401: "Neither a valid API key nor a session was sent.",
    403: "Whoever asks may not do this.",
    404: "Nothing is found under that id.",
    409: "What there is stands against it, or somebody else was faster.",
    413: "The body is too large.",
    415: "The body is of another kind.",
    422: "What was sent is not valid.",
    429: "Too many tries; `Retry-After` says when to come back.",
    500: "The platform made a mistake, or the run failed.",
    502: "A service refused.",
    503: "The server is busy or stops.",
    504: "It took too long.",
}


def document(routes: Iterable[tuple[str, Route]], *, url: str) -> dict[str, Any]:
    """The whole document; each route comes with its whole path."""
    table = tuple(routes)
    types = _types(route for _, route in table)
    schemas, components = msgspec.json.schema_components(types, ref_template=_REF)
    schema_of = dict(zip(map(_key, types), schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for path, route in table:
        paths.setdefault(path, {})[route.method.lower()] = _operation(route, schema_of)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Sim",
            "version": version("sim-platform"),
            "description": "Build and run AI workflows. Every error is a problem (RFC 9457) with a stable `code`.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": url}],
        "tags": [{"name": tag} for tag in dict.fromkeys(route.tag for _, route in table)],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
                "bearer": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "sim_session"},
            },
        },
    }


def _key(kind: Any) -> str:
    return repr(kind)


def _types(routes: Iterable[Route]) -> list[Any]:
    found: dict[str, Any] = {_key(ProblemReply): ProblemReply}
    for route in routes:
        for kind in (route.body, route.reply):
            if kind is not None:
                found[_key(kind)] = kind
    return list(found.values())


def _operation(route: Route, schema_of: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": getattr(route.handle, "__name__", route.path),
        "tags": [route.tag],
        "summary": route.summary,
        "parameters": [*_path_parameters(route), *_query_parameters(route), *_header_parameters(route)],
        "responses": _responses(route, schema_of),
    }
    if route.doc:
        operation["description"] = route.doc
    if route.scopes:
        operation["security"] = [{"key": []}, {"bearer": []}, {"session": []}]
        operation["x-sim-scopes"] = list(route.scopes)
    else:
        operation["security"] = []
    if route.body is not None:
        needed = any(field.required for field in msgspec.structs.fields(route.body))
        content = {"application/json": {"schema": schema_of[_key(route.body)]}}
        operation["requestBody"] = {"required": needed, "content": content}
    elif route.raw:
        operation["requestBody"] = {"required": True, "content": {kind: {} for kind in route.raw.split(", ")}}
    return operation


def _responses(route: Route, schema_of: dict[str, Any]) -> dict[str, Any]:
    good: dict[str, Any] = {"description": "It worked."}
    content: dict[str, Any] = {kind: {} for kind in route.produces.split(", ") if kind}
    if route.reply is not None:
        content["application/json"] = {"schema": schema_of[_key(route.reply)]}
    if content:
        good["content"] = content
    problem = {MEDIA_TYPE: {"schema": schema_of[_key(ProblemReply)]}}
    codes = [422, 500, *([401, 403, 429] if route.scopes else [])]
    if route.same_site:
        codes += [403, 429]
    if route.method != "GET":  # what a body names may be gone, or stand against it
        codes += [404, 409]
    if "{" in route.path or _is_placed(route):
        codes.append(404)
    if route.body is not None or route.raw:
        codes += [400, 413, 415, 422]
    responses: dict[str, Any] = {str(route.status): good}
    for status, words in route.also.items():
        told = {"content": problem} if status >= 400 else {"content": good["content"]} if "content" in good else {}
        responses[str(status)] = {"description": words, **told}
    for status in sorted(set(codes) - set(route.also)):
        responses[str(status)] = {"description": _ERRORS[status], "content": problem}
    return responses


def _is_placed(route: Route) -> bool:
    """Whether a header says which workspace a request is about."""
    return bool(route.scopes) and route.on in ("workspace", "member") and "{workspace_id}" not in route.path


def _header_parameters(route: Route) -> list[dict[str, Any]]:
    return [WORKSPACE] if _is_placed(route) else []


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    def schema(name: str) -> dict[str, Any]:
        return (
            {"type": "string", "format": "uuid"} if name.endswith("_id") and name != "pause_id" else {"type": "string"}
        )

    names = _IN_PATH.findall(route.path)
    return [{"name": name, "in": "path", "required": True, "schema": schema(name)} for name in names]


def _query_parameters(route: Route) -> list[dict[str, Any]]:
    if route.query is Nothing:
        return []
    root = msgspec.json.schema(route.query)
    schema = root["$defs"][route.query.__name__] if "$defs" in root else root
    required = schema.get("required", [])
    found: list[dict[str, Any]] = []
    for name, facts in schema["properties"].items():
        described = facts.pop("description", None)
        found.append({"name": name, "in": "query", "required": name in required, "schema": facts})
        if described:
            found[-1]["description"] = inspect.cleandoc(described)
    return found
