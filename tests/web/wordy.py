"""A workspace in which every list has rows, and everything has a name as long as people make them."""

from typing import Any

from tests.web.conftest import Person

LONG = "The quarterly reconciliation of incoming payments"
UNBROKEN = "AN_ENVIRONMENT_NAME_THAT_HOLDS_NO_SPACE_AND_GOES_ON"
ADDRESS = "somebody.with.a.double-barrelled-surname@department.of.a.long-company-name.example"


class Asker:
    """Requests of the API by the session of somebody's browser."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.headers = {"Origin": person.stack.url}

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        url = f"{self.person.stack.url}/api/v1{path}"
        reply = self.person.context.request.fetch(url, method=method, data=body, headers=self.headers)
        assert reply.ok, f"{method} {path}: {reply.status} {reply.text()}"
        return reply.json() if reply.body() else None


def furnish(person: Person) -> str:
    """The workspace, made once; its organization has its name too."""
    ask = Asker(person)
    known = [one["id"] for one in ask("GET", "/workspaces")["items"] if one["name"] == LONG]
    if known:
        return known[0]
    organization = ask("POST", "/organizations", {"name": LONG})["id"]
    workspace = ask("POST", "/workspaces", {"name": LONG, "organization_id": organization})["id"]
    ask.headers["X-Workspace-Id"] = workspace
    grants = [{"workspace_id": workspace, "role": "write"}]
    ask("POST", f"/organizations/{organization}/invitations", {"email": ADDRESS, "grants": grants})
    rules = {"denied_models": ["gpt-5", UNBROKEN.lower()], "denied_tools": ["github.create_issue"]}
    group = {"name": LONG, "rules": rules, "people": [ask("GET", "/me")["id"]]}
    ask("POST", f"/organizations/{organization}/permission-groups", group)
    for whose in ("", "/me"):
        ask("POST", f"{whose}/keys", {"name": f"{LONG} {UNBROKEN}", "scopes": ["read", "write", "run", "admin"]})
        ask("PUT", f"{whose}/secrets/{UNBROKEN}", {"value": "what nobody sees"})
        account = {
            "provider": "github",
            "kind": "bearer",
            "name": f"{LONG} {UNBROKEN}",
            "values": {"GITHUB_TOKEN": "ghp_x"},
        }
        ask("POST", f"{whose}/credentials", account)
    make_runs(ask)
    return workspace


def make_runs(ask: Asker) -> None:
    """One that ended well and one that failed, of workflows in folders."""
    folder = ask("POST", "/folders", {"name": LONG})["id"]
    start = {"id": "start", "type": "start", "name": "Start"}
    step = {"id": "work", "type": "function", "name": LONG}
    for name, code in ((LONG, "return 1"), (UNBROKEN, f"raise ValueError('{UNBROKEN} {LONG}')")):
        blocks = {"start": start, "work": {**step, "values": {"code": code}}}
        edges = {"e": {"id": "e", "source": "start", "target": "work"}}
        document = {"name": name, "blocks": blocks, "edges": edges}
        made = ask("POST", "/workflows", {"name": name, "workflow": document})["id"]
        ask("PUT", f"/workflows/{made}/place", {"folder_id": folder})
        reply = ask.person.context.request.post(
            f"{ask.person.stack.url}/api/v1/workflows/{made}/execute", data={"input": {}}, headers=ask.headers
        )
        assert reply.ok or reply.json()["code"] == "run_failed", reply.text()
