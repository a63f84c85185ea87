"""Every route, asked by everybody, for their own workspace and a stranger's; a route without a row here is an error."""

import itertools
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from litestar.response.base import ASGIResponse

from sim_core.accounts.keys import create_key
from sim_core.ids import new_id
from sim_core.rest import server
from tests.accounts.conftest import Browser, Site, site_of
from tests.rest.conftest import served

ROWS = dict(
    line.split(" | ") for line in Path(__file__).with_name("authorization.txt").read_text().splitlines() if line
)
"""Who may.

`anybody`; scopes of a workspace, any of which is enough; what somebody has to be (`session` is a person who signed in,
and no key), and a scope; or a role in a workspace, and what a key has to cover, where people may do more than a key of
the same name.
"""
DENIED = {"scope", "role", "operator", "workspace_key", "session"}
ROLES = {"read": {"read"}, "write": {"read", "run", "write"}, "admin": {"read", "run", "write", "admin"}}
SCOPES = {"read": {"read"}, "run": {"run"}, "write": {"read", "write"}, "admin": {"read", "run", "write", "admin"}}
ALL = ROLES["admin"]
IN_ORGANIZATION = {"owner": ("owner", "admin", "member"), "admin": ("admin", "member"), "member": ("member",)}


class Somebody(msgspec.Struct):
    """What is known of one who asks."""

    browser: Browser
    headers: dict[str, str] = {}
    role: str = ""
    """In the workspace."""
    scopes: frozenset[str] = frozenset(ALL)
    organization: str = ""
    bound: bool = False
    operator: bool = False


class Stage(msgspec.Struct):
    """Two organizations and everybody who may want something of them."""

    people: dict[str, Somebody]
    own: str
    foreign: str
    organization: str
    foreign_organization: str


async def _harmless(call: Any) -> Any:
    return ASGIResponse(body=b"{}", media_type="application/json")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path


@pytest_asyncio.fixture
async def site(clean_postgres: str, data: Path) -> AsyncIterator[Site]:
    async with site_of(clean_postgres, data) as opened:
        yield opened


async def _build(site: Site) -> Stage:
    owner = await site.owner()
    own = next(iter((await owner.must("GET", "/me"))["workspaces"]))
    organization = next(iter((await owner.must("GET", "/me"))["organizations"]))
    stranger = await site.join("stranger@example.com")
    there = await stranger.must("GET", "/me")
    people = {
        "anonymous": Somebody(await site.browser()),
        "stranger": Somebody(stranger),
        "owner": Somebody(owner, role="admin", organization="owner", operator=True),
    }
    for role in ("read", "write", "admin"):
        grants = [{"workspace_id": own, "role": role}]
        guest = await site.guest(owner, f"{role}@example.com", grants=grants)
        people[role] = Somebody(guest, role=role, organization="member")
    boss = await site.guest(owner, "boss@example.com", role="admin")
    people["organization admin"] = Somebody(boss, role="admin", organization="admin")
    owner_id = (await owner.must("GET", "/me"))["id"]
    for scope, bound in itertools.product(SCOPES, (False, True)):
        made = await create_key(
            site.store, user_id=owner_id, name=scope, scopes=(scope,), workspace_id=own if bound else None
        )
        people[f"{'workspace' if bound else 'personal'} key {scope}"] = Somebody(
            await site.browser(),
            headers={"x-api-key": made.text},
            role="admin",
            scopes=frozenset(SCOPES[scope]),
            organization="" if bound else "owner",
            bound=bound,
            operator=not bound,
        )
    return Stage(people, own, next(iter(there["workspaces"])), organization, next(iter(there["organizations"])))


def expected(row: str, who: Somebody, name: str, *, own: bool) -> str:
    """`in`, `nobody` (401), `denied` (403) or `missing` (404)."""
    if row == "anybody":
        return "in"
    if name == "anonymous":
        return "nobody"
    if ", a " in row:
        role, _, key = row.partition(", a ")
        if not own or not who.role:
            return "missing"
        if who.bound and key.startswith("person's"):
            return "denied"
        return "in" if key.split()[-1] in who.scopes and role in ROLES[who.role] else "denied"
    what, _, words = row.rpartition(", ")
    scopes = set(words.split())
    covered = bool(scopes & who.scopes)
    if what == "":
        if not own or not who.role:
            # a stranger's own workspace is the foreign one: they are asked about it as everybody is about theirs
            return "missing"
        return "in" if covered and scopes & ROLES[who.role] else "denied"
    if what == "caller":
        return "in" if covered else "denied"
    if what == "operator":
        return "in" if who.operator and covered else "denied"
    if who.bound:
        return "denied"
    if what == "session":
        return "denied" if who.headers else "in"
    if what == "person":
        return "in" if covered else "denied"
    needed = what.split()[0]
    if not own or not who.organization:
        return "missing"
    return "in" if needed in IN_ORGANIZATION[who.organization] and covered else "denied"


def got(status: int, problem: Any) -> str:
    code = problem.get("code", "") if isinstance(problem, dict) else ""
    if status == 401:
        return "nobody"
    if status == 403 and code in DENIED:
        return "denied"
    if status == 404 and code == "not_found":
        return "missing"
    return "in" if status < 500 else f"{status} {code}"


def _key(path: str, method: str) -> str:
    return f"{method} {path.removeprefix('/api/v1')}"


def test_every_route_has_a_row() -> None:
    assert {_key(path, route.method) for path, route in server.routes()} == set(ROWS)


async def test_everybody_gets_in_where_they_may_and_nowhere_else(
    clean_postgres: str, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with site_of(clean_postgres, data) as site:
        stage = await _build(site)
        harmless = tuple(msgspec.structs.replace(route, handle=_harmless) for route in server.ROUTES)
        monkeypatch.setattr(server, "ROUTES", harmless)
        async with served(site.platform) as url:
            wrong = await _walk(stage, url)
        assert wrong == []


async def _walk(stage: Stage, url: str) -> list[str]:
    wrong: list[str] = []
    for (path, route), (name, who), own in itertools.product([*server.routes()], stage.people.items(), (True, False)):
        if not path.startswith("/api/v1/") or path in ("/api/v1/docs", "/api/v1/openapi.json"):
            continue
        ids = {
            "workspace_id": stage.own if own else stage.foreign,
            "organization_id": stage.organization if own else stage.foreign_organization,
        }
        if name == "stranger":
            ids = {"workspace_id": stage.own, "organization_id": stage.organization}
        place = path
        for part in [piece[1:-1] for piece in path.split("/") if piece.startswith("{")]:
            place = place.replace(f"{{{part}}}", ids.get(part, new_id()))
        headers = {**who.headers, "x-workspace-id": ids["workspace_id"]}
        reply = await who.browser.client.request(route.method, f"{url}{place}", headers={**headers, "origin": url})
        found = got(reply.status_code, reply.json() if "json" in reply.headers.get("content-type", "") else {})
        want = expected(ROWS[_key(path, route.method)], who, name, own=own)
        if found != want:
            wrong.append(f"{name} {'own' if own else 'foreign'} {route.method} {path}: {found}, not {want}")
        if want == "missing":
            assert ids["workspace_id"] not in reply.text or "{workspace_id}" in path or "workspace" in reply.text
    return wrong


BODIES: dict[str, Any] = {
    "POST /workflows/{workflow_id}/comments": {"body": "x"},
    "PATCH /workflows/{workflow_id}/comments/{comment_id}": {"body": "x"},
    "POST /workflows/{workflow_id}/restore": {"to_seq": 1},
    "PATCH /workflows/{workflow_id}": {"operations": [{"op": "block.remove", "ids": ["start"]}]},
    "POST /workflows/{workflow_id}/operations": {"operations": [{"op": "block.remove", "ids": ["start"]}]},
    "PUT /organizations/{organization_id}/members/{user_id}": {"role": "admin"},
    "PUT /workspaces/{workspace_id}/members/{user_id}": {"role": "admin"},
    "PUT /secrets/{name}": {"value": "x"},
    "PUT /me/secrets/{name}": {"value": "x"},
}


async def test_an_id_of_others_is_404_and_nothing_happens_to_it(site: Site) -> None:
    owner = await site.owner()
    stranger = await site.join("stranger@example.com")
    ids = await _things(stranger)
    mine = await owner.must("GET", "/me")
    told: list[Any] = []
    ids |= {"workspace_id": next(iter(mine["workspaces"])), "organization_id": next(iter(mine["organizations"]))}
    for path, route in server.routes():
        names = [piece[1:-1] for piece in path.split("/") if piece.startswith("{")]
        foreign = [name for name in names if name in ids and name not in ("workspace_id", "organization_id")]
        if not foreign or not route.scopes or route.on == "operator":
            continue
        place = path
        for name in names:
            place = place.replace(f"{{{name}}}", ids.get(name, "1"))
        body = BODIES.get(_key(path, route.method), {} if route.body else None)
        reply = await owner.client.request(route.method, place, json=body)
        if reply.status_code != 404:
            told.append((route.method, path, reply.text))
    assert told == []
    after = await _look(stranger, ids)
    assert after == ids["before"]


async def _things(stranger: Browser) -> dict[str, Any]:
    (workflow,) = (await stranger.must("GET", "/workflows"))["items"]
    run = await stranger.must("POST", f"/workflows/{workflow['id']}/execute", {"input": {"name": "x"}})
    credential = await stranger.must(
        "POST", "/credentials", {"provider": "github", "kind": "bearer", "name": "n", "values": {"GITHUB_TOKEN": "t"}}
    )
    key = await stranger.must("POST", "/keys", {"name": "k"})
    me = await stranger.must("GET", "/me")
    (session,) = (await stranger.must("GET", "/me/sessions"))["items"]
    organization = next(iter(me["organizations"]))
    sent = await stranger.must("POST", f"/organizations/{organization}/invitations", {"email": "x@example.com"})
    ids = {
        "workflow_id": workflow["id"],
        "run_id": run["run_id"],
        "credential_id": credential["id"],
        "key_id": key["id"],
        "session_id": session["id"],
        "user_id": me["id"],
        "invitation_id": sent["invitation"]["id"],
        "deleted_id": next(iter(me["workspaces"])),
    }
    return ids | {"before": await _look(stranger, ids)}


async def _look(stranger: Browser, ids: dict[str, Any]) -> list[Any]:
    places = ("/workflows", "/credentials", "/keys", "/me/sessions", "/me", f"/workflows/{ids['workflow_id']}")
    found = [await stranger.must("GET", place) for place in places]
    for one in found:
        for item in one.get("items", ()):
            item.pop("seen_at", None)
    return found
