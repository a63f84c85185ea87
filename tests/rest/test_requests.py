import asyncio
import re
from typing import Any

import msgspec
import pytest

from sim_core.accounts.actors import Actor
from sim_core.rest.access import Door
from sim_core.rest.server import ROUTES, application, routes
from tests.rest.conftest import ECHO, Api

BAD: tuple[tuple[bytes, int, str], ...] = (
    (b'{"input": }', 400, "bad_json"),
    (b'{"input": "\xff"}', 400, "bad_json"),
    (b'{"input": "\\ud800"}', 400, "bad_json"),
    (b'{"input": 1', 400, "bad_json"),
    (b"[" * 100_000, 400, "too_deep"),
    (b'{"input":' * 200 + b"1" + b"}" * 200, 400, "too_deep"),
    (b"[]", 422, "invalid"),
    (b"null", 422, "invalid"),
    (b'{"inputs": 1}', 422, "invalid"),
    (b'{"stream": "yes"}', 422, "invalid"),
    (b'{"timeout_s": -1}', 422, "invalid"),
    (b'{"stream": true, "async": true}', 422, "invalid"),
    (b'{"input": 1e999}', 422, "invalid"),
)


async def test_every_bad_body_is_a_problem_with_its_place(api: Api) -> None:
    id = await api.make(ECHO)
    kind = {"content-type": "application/json"}
    for raw, status, code in BAD:
        reply = await api.ask("POST", f"/workflows/{id}/execute", content=raw, headers=kind)
        problem = reply.json()
        assert (reply.status_code, problem["code"]) == (status, code), (raw[:40], problem)
        assert reply.headers["content-type"] == "application/problem+json"
        assert problem["request_id"] == reply.headers["x-request-id"]
    reply = await api.ask("POST", f"/workflows/{id}/execute", content=b'{\n  "input": 1,\n  "start": }', headers=kind)
    assert reply.json()["detail"].startswith("Line 3, column 12")
    reply = await api.ask("POST", f"/workflows/{id}/execute", content=b'{"inputs": 1}', headers=kind)
    assert reply.json()["pointer"] == "/inputs"


async def test_a_body_of_another_kind_or_size_is_refused(api: Api) -> None:
    id = await api.make(ECHO)
    form = await api.ask("POST", f"/workflows/{id}/execute", data={"input": "1"})
    assert (form.status_code, form.json()["code"]) == (415, "bad_media_type")
    large = await api.ask("POST", f"/workflows/{id}/execute", {"input": "x" * 1_000_001})
    assert (large.status_code, large.json()["code"]) == (413, "too_large")

    async def pieces() -> Any:
        for _ in range(30):
            yield b"x" * 100_000

    reply = await api.ask(
        "POST", f"/workflows/{id}/execute", content=pieces(), headers={"content-type": "application/json"}
    )
    assert reply.status_code == 413


async def test_what_is_not_there_is_a_problem_too(api: Api) -> None:
    assert (await api.ask("GET", "/nothing")).json()["code"] == "not_found"
    wrong = await api.ask("DELETE", "/blocks")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "method_not_allowed")
    assert "GET" in wrong.headers["allow"]
    for path in ("/workflows/nope", "/workflows/%00", "/runs/" + "0" * 5000, "/workflows/x'; DROP TABLE workflow"):
        assert (await api.ask("GET", path)).status_code == 404
    for path in ("/workflows?limit=0", "/workflows?limit=x", "/workflows?nope=1", "/runs?status=odd", "/runs?since=x"):
        assert (await api.ask("GET", path)).status_code == 422, path
    for path in ("/workflows?cursor=%00", "/runs?workflow_id=%00"):
        assert (await api.ask("GET", path)).status_code < 500


async def test_every_answer_has_the_headers_that_protect(api: Api) -> None:
    reply = await api.client.get("/health/live", headers={"x-request-id": "mine-1"})
    assert reply.headers["x-request-id"] == "mine-1"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in reply.headers["content-security-policy"]
    odd = await api.client.get("/health/live", headers={"x-request-id": "a b<script>"})
    assert odd.headers["x-request-id"] != "a b<script>"


async def test_a_key_is_needed_and_its_scopes_count(api: Api) -> None:
    id = await api.make(ECHO)
    for headers in ({"x-api-key": ""}, {"x-api-key": "sim_wrong"}, {"x-api-key": "", "authorization": "Basic x"}):
        reply = await api.ask("GET", "/workflows", headers=headers)
        assert (reply.status_code, reply.headers["www-authenticate"][:6]) == (401, "Bearer")
    bearer = await api.client.get("/api/v1/workflows", headers={"authorization": f"Bearer {api.key}"})
    assert bearer.status_code == 200
    made = (await api.ask("POST", "/keys", {"name": "runner", "scopes": ["run"]})).json()
    runner = {"x-api-key": made["key"]}
    assert (await api.execute(id, {"n": 1}, headers=runner)).status_code == 200
    assert (await api.ask("GET", "/secrets", headers=runner)).json()["code"] == "scope"
    assert (await api.ask("DELETE", f"/workflows/{id}", headers=runner)).status_code == 403
    assert (await api.ask("DELETE", f"/keys/{made['id']}")).status_code == 204
    assert (await api.execute(id, {"n": 1}, headers=runner)).status_code == 401


async def test_who_was_let_in_while_their_rights_changed_is_asked_for_again() -> None:
    asked, answers = asyncio.Event(), asyncio.Event()
    before, after = (Actor(user_id="ada", roles={"w": role}, scopes=()) for role in ("write", "read"))
    standing = iter((before, after))

    async def authenticate(token: str, address: str) -> Actor:
        asked.set()
        await answers.wait()
        return next(standing)

    door = Door(authenticate)
    entering = asyncio.create_task(door.enter("token"))
    await asked.wait()
    door.forget("ada")
    answers.set()
    assert await entering is before
    assert await door.enter("token") is after
    assert await door.enter("token") is after


async def test_two_workspaces_see_nothing_of_each_other(api: Api) -> None:
    id = await api.make(ECHO)
    run_id = (await api.execute(id, {"n": 1})).headers["x-run-id"]
    await api.ask("PUT", "/secrets/TOKEN", {"value": "x"})
    credential = {"provider": "github", "kind": "bearer", "name": "mine", "values": {"GITHUB_TOKEN": "abcdef"}}
    credential_id = (await api.ask("POST", "/credentials", credential)).json()["id"]
    other = {"x-api-key": api.other_key}
    for method, path in (
        ("GET", f"/workflows/{id}"),
        ("DELETE", f"/workflows/{id}"),
        ("POST", f"/workflows/{id}/execute"),
        ("POST", f"/workflows/{id}/duplicate"),
        ("POST", f"/workflows/{id}/validate"),
        ("POST", f"/workflows/{id}/deployments"),
        ("GET", f"/workflows/{id}/deployments"),
        ("GET", f"/workflows/{id}/export"),
        ("GET", f"/runs/{run_id}"),
        ("GET", f"/runs/{run_id}/events"),
        ("GET", f"/runs/{run_id}/pauses"),
        ("POST", f"/runs/{run_id}/cancel"),
        ("POST", f"/runs/{run_id}/resume"),
        ("DELETE", "/secrets/TOKEN"),
        ("DELETE", f"/credentials/{credential_id}"),
    ):
        reply = await api.ask(method, path, headers=other)
        assert reply.status_code == 404, (method, path, reply.text)
    change = {"operations": [{"op": "block.remove", "ids": ["start"]}]}
    assert (await api.ask("PATCH", f"/workflows/{id}", change, headers=other)).status_code == 404
    for path in ("/workflows", "/runs", "/secrets", "/credentials"):
        assert (await api.ask("GET", path, headers=other)).json()["items"] == []


async def test_secrets_and_credentials_never_come_back(api: Api) -> None:
    assert (await api.ask("PUT", "/secrets/TOKEN", {"value": "s3cr3t-value"})).status_code == 204
    assert (await api.ask("PUT", "/secrets/bad name", {"value": "x"})).status_code == 422
    credential = {"provider": "github", "kind": "bearer", "name": "mine", "values": {"GITHUB_TOKEN": "s3cr3t-value"}}
    assert (await api.ask("POST", "/credentials", credential)).status_code == 201
    told = [(await api.ask("GET", path)).text for path in ("/secrets", "/credentials", "/keys")]
    assert "TOKEN" in told[0]
    assert "s3cr3t-value" not in "".join(told)
    assert api.key not in told[2]


async def test_operations_change_a_workflow_once_or_say_why_not(api: Api) -> None:
    id = await api.make(ECHO)
    move = {"op": "block.move", "items": [{"id": "answer", "x": 5, "y": 6}]}
    sent = {"operations": [move], "client_id": "me", "cseq": 1, "expected_seq": 1}
    first = await api.ask("POST", f"/workflows/{id}/operations", sent)
    assert (first.status_code, first.json()["seq"]) == (200, 2)
    again = await api.ask("POST", f"/workflows/{id}/operations", sent)
    assert (again.status_code, again.json()["seq"], again.json()["outcome"]) == (200, 2, "dup")
    stale = await api.ask("PATCH", f"/workflows/{id}", {"operations": [move], "expected_seq": 1})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale")
    gone = {"op": "block.move", "items": [{"id": "nobody", "x": 1, "y": 1}]}
    refused = await api.ask("PATCH", f"/workflows/{id}", {"operations": [gone]})
    assert (refused.status_code, refused.json()["pointer"][:13]) == (422, "/operations/0")
    unknown = await api.ask("PATCH", f"/workflows/{id}", {"operations": [{"op": "block.explode"}]})
    assert unknown.status_code == 422


@pytest.mark.parametrize("format", ["json", "yaml", "sim"])
async def test_what_is_exported_can_be_imported_again(api: Api, format: str) -> None:
    id = await api.make(ECHO)
    file = await api.ask("GET", f"/workflows/{id}/export?format={format}")
    kind = {"content-type": file.headers["content-type"].split(";")[0]}
    tried = await api.ask("POST", "/workflows/import?dry_run=true", content=file.content, headers=kind)
    assert (tried.status_code, tried.json()["blocks"], tried.json()["edges"]) == (200, 2, 1)
    assert len((await api.ask("GET", "/workflows")).json()["items"]) == 1
    made = await api.ask("POST", "/workflows/import?name=Again", content=file.content, headers=kind)
    assert (made.status_code, made.json()["name"]) == (201, "Again")
    assert (await api.execute(made.json()["id"], {"n": 9})).json() == {"got": 9}
    for bad in (b"\xff\xfe\x00", b"{", b"a: [1,", b"", b"[]", b'{"state": 1}'):
        reply = await api.ask("POST", "/workflows/import", content=bad, headers=kind)
        assert reply.status_code == 422, bad


async def test_the_catalogue_lists_what_plugins_bring(api: Api) -> None:
    blocks = (await api.ask("GET", "/blocks")).json()["items"]
    assert {"start", "function", "agent", "loop", "github"} <= {block["id"] for block in blocks}
    assert (await api.ask("GET", "/blocks/function")).json()["form"]
    assert (await api.ask("GET", "/blocks/nope")).status_code == 404
    tools = (await api.ask("GET", "/tools?integration=slack")).json()["items"]
    assert tools and all(tool["id"].startswith("slack.") for tool in tools)
    assert (await api.ask("GET", f"/tools/{tools[0]['id']}")).json()["schema"]
    for path in ("/models", "/providers", "/integrations", "/plugins"):
        assert (await api.ask("GET", path)).json()["items"], path
    assert (await api.ask("GET", "/plugins")).json()["problems"] == []


async def test_the_api_describes_itself_without_help_from_elsewhere(api: Api) -> None:
    document = (await api.client.get("/api/v1/openapi.json")).json()
    assert document["openapi"] == "3.1.0"
    operations = [o for methods in document["paths"].values() for o in methods.values()]
    assert len({operation["operationId"] for operation in operations}) == len(operations)
    named = set(re.findall(r'"#/components/schemas/([^"]+)"', msgspec.json.encode(document).decode()))
    assert named <= set(document["components"]["schemas"])
    page = await api.client.get("/api/v1/docs")
    assert not re.search(rb"(?:src|href)=\"?https?:", page.content)
    assert "'sha256-" in page.headers["content-security-policy"]


def test_every_route_says_who_may_use_it_and_what_it_does() -> None:
    open_to_all = {f"{route.method} {path}" for path, route in routes() if not route.scopes}
    assert open_to_all == {
        "GET /health/live",
        "GET /health/ready",
        "GET /api/v1/openapi.json",
        "GET /api/v1/docs",
        "GET /api/v1/auth",
        "POST /api/v1/auth/sign-up",
        "POST /api/v1/auth/verify",
        "POST /api/v1/auth/sign-in",
        "POST /api/v1/auth/codes",
        "POST /api/v1/auth/sign-in/code",
        "POST /api/v1/auth/sign-in/second-factor",
        "POST /api/v1/auth/reset",
        "GET /api/v1/auth/providers/{provider}/start",
        "GET /api/v1/auth/providers/{provider}/callback",
        "POST /api/v1/auth/passkeys/options",
        "POST /api/v1/auth/passkeys/sign-in",
        "GET /api/v1/credentials/connect/{ticket}",
        "GET /api/v1/credentials/callback",
        "POST /api/v1/invitations/read",
    }
    changing = [route for route in ROUTES if route.method != "GET"]
    # readers may comment, change what they said themselves, and have a workflow looked at
    spared = ("/comments", "/validate")
    assert all(route.scopes != ("read",) for route in changing if not any(word in route.path for word in spared))
    assert all(route.summary for _, route in routes())


async def test_no_handler_stands_beside_the_table(api: Api) -> None:
    gate: Any = application(api.platform.services)
    served = {
        (method, re.sub(r":str", "", route.path))
        for route in gate.app.routes
        for method in getattr(route, "methods", ())
        if method != "OPTIONS"
    }
    declared = {(route.method, path) for path, route in routes()}
    assert served - declared == {("GET", "/"), ("GET", "/{path:path}")}


async def test_every_fault_of_a_new_document_is_told_at_its_place_and_nothing_is_stored(api: Api) -> None:
    blocks = {name: {"id": name, "type": "wait", "name": name.upper()} for name in ("a", "b")}
    edges = {
        "there": {"id": "there", "source": "a", "target": "b"},
        "back": {"id": "back", "source": "b", "target": "a"},
        "away": {"id": "away", "source": "b", "target": "zzz"},
    }
    reply = await api.ask("POST", "/workflows", {"workflow": {"blocks": blocks, "edges": edges}})
    assert (reply.status_code, reply.json()["code"]) == (422, "invalid_document")
    places = {problem["pointer"]: problem["code"] for problem in reply.json()["problems"]}
    assert places == {"/workflow/edges/back": "edge_cycle", "/workflow/edges/away": "not_found"}
    assert (await api.ask("GET", "/workflows")).json()["items"] == []
