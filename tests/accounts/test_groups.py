"""Whose permission groups count for a run, however it came about."""

from typing import Any

from sim_core.jobs.documents import pick
from sim_core.jobs.orders import Order
from tests.accounts.conftest import Browser, Site

MODEL = "openai/gpt-5"


def flow(*blocks: dict[str, Any]) -> dict[str, Any]:
    """A workflow of blocks, one after the other."""
    row = {"id": "m", "name": "m", "type": "string"}
    chain = [{"id": "start", "type": "start", "name": "Start", "values": {"input_format": [row]}}, *blocks]
    edges = {
        f"e{at}": {"id": f"e{at}", "source": chain[at]["id"], "target": chain[at + 1]["id"]}
        for at in range(len(chain) - 1)
    }
    return {"name": "flow", "blocks": {block["id"]: block for block in chain}, "edges": edges}


AGENT = {
    "id": "agent",
    "type": "agent",
    "name": "Agent",
    "values": {"model": "<start.m>", "messages": [{"role": "user", "content": "hello"}]},
}


async def _make(browser: Browser, *blocks: dict[str, Any]) -> str:
    return (await browser.must("POST", "/workflows", {"workflow": flow(*blocks)}))["id"]


async def _code(browser: Browser, workflow_id: str, **options: Any) -> str:
    """Why a run fails: no key of a model is set here, so that it fails otherwise when nobody forbids it."""
    reply = await browser.ask("POST", f"/workflows/{workflow_id}/execute", {"input": {"m": MODEL}}, **options)
    assert reply.status_code == 500, reply.text
    return reply.json()["error"]["code"] + " " + reply.json()["error"]["message"]


async def test_a_run_may_use_what_the_person_behind_it_may(site: Site) -> None:
    owner = await site.owner()
    me = await owner.must("GET", "/me")
    organization, workspace = next(iter(me["organizations"])), next(iter(me["workspaces"]))
    bob = await site.guest(owner, "bob@example.com", grants=[{"workspace_id": workspace, "role": "admin"}])
    bob_id = (await bob.must("GET", "/me"))["id"]
    base = f"/organizations/{organization}/permission-groups"
    facts = {"name": "Careful", "rules": {"providers": ["ollama"]}, "people": [bob_id]}
    group = await owner.must("POST", base, facts)

    child = await _make(owner, AGENT)
    call = {"workflow_id": child, "input_mapping": {"m": "<start.m>"}}
    parent = await _make(owner, {"id": "call", "type": "workflow", "name": "Call", "values": call})

    # a model that only the input tells, and one in a workflow that this one runs
    for id in (child, parent):
        assert "keeps you from 'openai/gpt-5'" in await _code(bob, id)
        assert "keeps you" not in await _code(owner, id)

    # a key of the workspace counts for whoever made it
    key = (await bob.must("POST", "/keys", {"name": "k", "scopes": ["run"]}))["key"]
    program = await site.browser()
    assert "keeps you" in await _code(program, child, headers={"x-api-key": key})

    # what nobody begins counts for whoever deployed it, and so do the runs that it begins
    for deployer, kept in ((bob, True), (owner, False)):
        version = (await deployer.must("POST", f"/workflows/{parent}/deployments", {}))["version"]
        assert ("keeps you" in await _scheduled(site, workspace, parent, version)) is kept

    # runs under way heed a change within a second
    await owner.must("PUT", f"{base}/{group['id']}", {**facts, "rules": {"denied_models": ["gpt-5"]}})
    assert "keeps you" in await _code(bob, parent)
    await owner.must("PUT", f"{base}/{group['id']}", {**facts, "people": []})
    assert "keeps you" not in await _code(bob, parent)


async def _scheduled(site: Site, workspace: str, workflow_id: str, version: int) -> str:
    """What a run fails with that a schedule begins."""
    picked = await pick(site.store, workflow_id, workspace, str(version))
    order = Order(
        workspace_id=workspace,
        workflow_id=workflow_id,
        workflow=picked.workflow,
        seq=picked.seq,
        version=picked.version,
        input={"m": MODEL},
        trigger="schedule",
    )
    outcome = await (await site.platform.runs.start(order)).ended()
    assert outcome.error
    return outcome.error.message


async def test_tools_are_kept_away_however_an_agent_comes_to_them(site: Site) -> None:
    owner = await site.owner()
    me = await owner.must("GET", "/me")
    organization = next(iter(me["organizations"]))
    facts = {"name": "g", "rules": {"denied_tools": ["github.create_issue"]}, "people": [me["id"]]}
    await owner.must("POST", f"/organizations/{organization}/permission-groups", facts)
    values = {"operation": "create_issue", "owner": "o", "repo": "r", "title": "t"}
    child = await _make(owner, {"id": "g", "type": "github", "name": "G", "values": values})
    parent = await _make(owner, {"id": "c", "type": "workflow", "name": "C", "values": {"workflow_id": child}})
    assert "keeps you from 'github.create_issue'" in await _code(owner, parent)
    early = await owner.ask("POST", f"/workflows/{child}/execute", {"input": {}})
    assert (early.status_code, early.json()["code"]) == (403, "permission_group")
