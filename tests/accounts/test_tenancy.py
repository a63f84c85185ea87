import asyncio

import pytest

from sim_core.app.platform import open_platform
from sim_core.rest import access
from sim_core.store.pool import Store
from tests.accounts.conftest import PASSWORD, Browser, Site


async def _home(browser: Browser) -> tuple[str, str, str]:
    me = await browser.must("GET", "/me")
    return me["id"], next(iter(me["organizations"])), next(iter(me["workspaces"]), "")


async def test_an_invitation_opens_several_workspaces_once(site: Site) -> None:
    owner = await site.owner()
    _, organization, first = await _home(owner)
    second = (await owner.must("POST", "/workspaces", {"name": "Two", "organization_id": organization}))["id"]
    grants = [{"workspace_id": first, "role": "read"}, {"workspace_id": second, "role": "write"}]
    facts = {"email": "bob@example.com", "grants": grants}
    sent = await owner.must("POST", f"/organizations/{organization}/invitations", facts)
    assert sent["link"] in await site.mail("bob@example.com")
    token = sent["link"].split("token=")[1]
    bob = await site.browser()
    found = await bob.must("POST", "/invitations/read", {"token": token})
    assert (found["email"], found["grants"]) == ("bob@example.com", grants)
    other = await bob.ask(
        "POST",
        "/auth/sign-up",
        {"email": "eve@example.com", "name": "E", "password": PASSWORD, "invitation": token},
    )
    assert other.json()["code"] == "other_address"
    await bob.sign_up("bob@example.com", invitation=token)
    assert (await bob.must("GET", "/me"))["workspaces"] == {first: "read", second: "write"}
    assert (await bob.ask("POST", "/invitations/accept", {"token": token})).status_code == 404


async def test_an_invitation_is_sent_again_withdrawn_and_ends(site: Site) -> None:
    owner = await site.owner()
    _, organization, _ = await _home(owner)
    base = f"/organizations/{organization}/invitations"
    sent = await owner.must("POST", base, {"email": "bob@example.com"})
    again = await owner.must("POST", f"{base}/{sent['invitation']['id']}/resend")
    tokens = [one["link"].split("token=")[1] for one in (sent, again)]
    read = [(await owner.ask("POST", "/invitations/read", {"token": token})).status_code for token in tokens]
    assert read == [404, 200]
    await owner.must("DELETE", f"{base}/{sent['invitation']['id']}")
    assert (await owner.ask("POST", "/invitations/read", {"token": tokens[1]})).status_code == 404
    late = await owner.must("POST", base, {"email": "late@example.com"})
    await site.store.execute("UPDATE invitation SET expires_at = now()")
    token = late["link"].split("token=")[1]
    assert (await owner.ask("POST", "/invitations/read", {"token": token})).status_code == 404
    other = (await owner.must("POST", "/organizations", {"name": "Other"}))["id"]
    sent = await owner.must("POST", f"/organizations/{other}/invitations", {"email": "bob@example.com"})
    await owner.must("DELETE", f"/organizations/{other}")
    token = sent["link"].split("token=")[1]
    assert (await owner.ask("POST", "/invitations/read", {"token": token})).status_code == 404
    foreign = [{"workspace_id": "018f0000-0000-7000-8000-000000000000", "role": "admin"}]
    reply = await owner.ask("POST", base, {"email": "x@example.com", "grants": foreign})
    assert reply.status_code == 404


async def test_an_organization_always_has_an_owner(site: Site) -> None:
    owner = await site.owner()
    bob = await site.guest(owner, "bob@example.com", role="admin")
    (owner_id, organization, _), (bob_id, _, _) = await _home(owner), await _home(bob)
    base = f"/organizations/{organization}"
    for method, path, body in (
        ("POST", f"{base}/leave", None),
        ("PUT", f"{base}/members/{owner_id}", {"role": "member"}),
        ("DELETE", f"{base}/members/{owner_id}", None),
        ("DELETE", "/me", None),
    ):
        assert (await owner.ask(method, path, body)).json()["code"] == "last_owner", path
    for method, path, body in (
        ("PUT", f"{base}/members/{bob_id}", {"role": "owner"}),
        ("DELETE", f"{base}/members/{owner_id}", None),
        ("POST", f"{base}/transfer", {"user_id": bob_id}),
        ("POST", f"{base}/invitations", {"email": "x@example.com", "role": "owner"}),
    ):
        assert (await bob.ask(method, path, body)).json()["code"] == "role", path
    await owner.must("POST", f"{base}/transfer", {"user_id": bob_id})
    await owner.must("POST", f"{base}/leave")
    assert (await owner.ask("GET", base)).status_code == 404
    assert (await bob.must("GET", f"{base}/members"))["items"][0]["role"] == "owner"


async def test_who_leaves_takes_no_key_along(site: Site) -> None:
    owner = await site.owner()
    _, organization, workspace = await _home(owner)
    bob = await site.guest(owner, "bob@example.com", grants=[{"workspace_id": workspace, "role": "admin"}])
    bob_id = (await _home(bob))[0]
    keys = [(await bob.must("POST", path, {"name": "k", "scopes": ["read"]}))["key"] for path in ("/keys", "/me/keys")]
    program = await site.browser()

    async def asks(key: str) -> int:
        return (await program.ask("GET", "/workflows", headers={"x-api-key": key})).status_code

    assert [await asks(key) for key in keys] == [200, 200]
    await owner.must("DELETE", f"/organizations/{organization}/members/{bob_id}")
    assert [await asks(key) for key in keys] == [401, 403]
    assert (await bob.must("GET", "/me"))["workspaces"] == {}


async def test_a_workspace_is_deleted_after_two_weeks_or_had_back(site: Site) -> None:
    owner = await site.owner()
    _, organization, first = await _home(owner)
    second = (await owner.must("POST", "/workspaces", {"name": "Two", "organization_id": organization}))["id"]
    await owner.must("PUT", "/secrets/TOKEN", {"value": "x"}, headers={"x-workspace-id": second})
    await owner.must("DELETE", f"/workspaces/{second}")
    assert (await owner.ask("GET", f"/workspaces/{second}")).status_code == 404
    base = f"/organizations/{organization}/deleted-workspaces"
    assert [one["id"] for one in (await owner.must("GET", base))["items"]] == [second]
    await owner.must("POST", f"{base}/{second}/restore")
    assert (await owner.must("GET", f"/workspaces/{second}"))["name"] == "Two"
    await owner.must("DELETE", f"/workspaces/{second}")
    await site.store.execute("UPDATE workspace SET delete_after = now() WHERE id = $1", second)
    from sim_core.accounts.deletion import purge

    await purge(site.store)
    assert await site.store.value("SELECT count(*) FROM secret") == 0
    assert [row["id"] for row in await site.store.rows("SELECT id FROM workspace")] == [first]


async def test_a_workspace_moves_between_organizations_of_ones_own(site: Site) -> None:
    owner = await site.owner()
    _, first, workspace = await _home(owner)
    second = (await owner.must("POST", "/organizations", {"name": "Second"}))["id"]
    moved = await owner.must("PATCH", f"/workspaces/{workspace}", {"organization_id": second})
    assert moved["organization_id"] == second
    stranger = await site.join("stranger@example.com")
    theirs = (await _home(stranger))[1]
    assert (await owner.ask("PATCH", f"/workspaces/{workspace}", {"organization_id": theirs})).status_code == 404
    assert first != second


async def test_a_changed_permission_counts_everywhere_at_once(
    site: Site, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "REMEMBER_S", 3600.0)  # nothing is asked again for its age
    owner = await site.owner()
    _, _, workspace = await _home(owner)
    bob = await site.guest(owner, "bob@example.com", grants=[{"workspace_id": workspace, "role": "write"}])
    bob_id = (await _home(bob))[0]
    other = await open_platform(site.platform.services.settings, store.url, report=lambda error, id: None)
    try:
        token = bob.client.cookies["sim_session"]
        here, there = site.platform.services.door, other.services.door
        assert [(await door.enter(token)).roles for door in (here, there)] == [{workspace: "write"}] * 2
        await owner.must("PUT", f"/workspaces/{workspace}/members/{bob_id}", {"role": "read"})
        async with asyncio.timeout(60):
            for door in (here, there):
                while (await door.enter(token)).roles != {workspace: "read"}:
                    await asyncio.sleep(0.005)
    finally:
        await other.close()


async def test_an_organization_asks_for_shorter_sessions(site: Site) -> None:
    owner = await site.owner()
    _, organization, _ = await _home(owner)
    await owner.must("PATCH", f"/organizations/{organization}", {"policy": {"idle_hours": 1, "max_hours": 2}})
    await owner.sign_in("owner@example.com")
    query = "SELECT extract(epoch FROM min(expires_at) - now())::float8 / 3600 FROM session"
    left = await site.store.value(query)
    assert 1.9 < left <= 2.0
    await site.store.execute("UPDATE session SET seen_at = now() - interval '61 minutes'")
    site.platform.services.door.forget()
    assert (await owner.ask("GET", "/me")).status_code == 401


async def test_what_was_done_is_written_down_and_can_be_taken_along(site: Site) -> None:
    owner = await site.owner()
    _, organization, workspace = await _home(owner)
    bob = await site.guest(owner, "=bob@example.com", grants=[{"workspace_id": workspace, "role": "write"}])
    bob_id = (await _home(bob))[0]
    await owner.must("PUT", f"/workspaces/{workspace}/members/{bob_id}", {"role": "read"})
    await owner.must("PUT", "/secrets", {"text": "A=1\nB='two words'\n"})
    acts = (await owner.must("GET", f"/organizations/{organization}/audit"))["items"]
    change = next(act for act in acts if act["action"] == "permission.set")
    assert (change["actor"], change["before"], change["after"], change["address"]) == (
        "owner@example.com",
        {"role": "write"},
        {"role": "read"},
        "127.0.0.1",
    )
    assert "two words" not in str(acts)
    export = await owner.ask("GET", f"/organizations/{organization}/audit/export?format=csv")
    assert export.text.startswith("id,organization_id")
    lines = await owner.ask("GET", f"/organizations/{organization}/audit/export?format=jsonl&action=permission.")
    assert len(lines.text.splitlines()) == 1
    page = await owner.must("GET", f"/workspaces/{workspace}/audit?limit=1")
    following = await owner.must("GET", f"/workspaces/{workspace}/audit?limit=1&cursor={page['next_cursor']}")
    assert page["items"][0]["id"] > following["items"][0]["id"]
    refused = await bob.sign_in("owner@example.com", "a wrong password")
    assert refused.status_code == 403
    acts = (await owner.must("GET", "/instance/audit?action=session.refused"))["items"]
    assert acts[0]["actor"] == "owner@example.com"


async def test_whoever_runs_the_instance_shuts_people_out(site: Site) -> None:
    owner = await site.owner()
    bob = await site.join("bob@example.com")
    bob_id = (await _home(bob))[0]
    key = (await bob.must("POST", "/me/keys", {"name": "k"}))["key"]
    await owner.must("PATCH", f"/instance/people/{bob_id}", {"disabled": True})
    assert (await bob.ask("GET", "/me")).status_code == 401
    program = await site.browser()
    assert (await program.ask("GET", "/me", headers={"x-api-key": key})).status_code == 401
    assert (await bob.sign_in("bob@example.com")).json()["code"] == "disabled"
    await owner.must("PATCH", f"/instance/people/{bob_id}", {"disabled": False})
    assert (await bob.sign_in("bob@example.com")).status_code == 200


async def test_a_permission_group_keeps_its_people_from_things(site: Site) -> None:
    owner = await site.owner()
    _, organization, workspace = await _home(owner)
    bob = await site.guest(owner, "bob@example.com", grants=[{"workspace_id": workspace, "role": "admin"}])
    bob_id = (await _home(bob))[0]
    rules = {"integrations": ["slack"], "providers": ["ollama"], "denied_surfaces": ["keys"]}
    base = f"/organizations/{organization}/permission-groups"
    facts = {"name": "Careful", "rules": rules, "people": [bob_id]}
    group = await owner.must("POST", base, facts)
    assert (await bob.ask("GET", "/keys")).json()["code"] == "permission_group"
    start = {"id": "s", "type": "start", "name": "S"}
    for block in (
        {"id": "b", "type": "github", "name": "B", "values": {"operation": "create_issue"}},
        {"id": "b", "type": "agent", "name": "B", "values": {"model": "openai/gpt-5"}},
        {"id": "b", "type": "agent", "name": "B", "values": {"tools": [{"tool": "github.create_issue"}]}},
    ):
        edges = {"e": {"id": "e", "source": "s", "target": "b"}}
        document = {"name": "x", "blocks": {"s": start, "b": block}, "edges": edges}
        made = await owner.must("POST", "/workflows", {"workflow": document})
        reply = await bob.ask("POST", f"/workflows/{made['id']}/execute", {"input": {}})
        assert reply.json()["code"] == "permission_group", reply.text
        assert (await owner.ask("POST", f"/workflows/{made['id']}/execute", {"input": {}})).status_code != 403
    await owner.must("PUT", f"{base}/{group['id']}", {**facts, "people": []})
    assert (await bob.ask("GET", "/keys")).status_code == 200
    stranger = await site.join("stranger@example.com")
    refused = await owner.ask("POST", base, {**facts, "people": [(await _home(stranger))[0]]})
    assert refused.status_code == 404
    await owner.must("DELETE", f"{base}/{group['id']}")


async def test_who_leaves_is_in_no_permission_group_when_they_come_back(site: Site) -> None:
    owner = await site.owner()
    _, organization, _ = await _home(owner)
    bob = await site.guest(owner, "bob@example.com")
    bob_id = (await bob.must("GET", "/me"))["id"]
    base = f"/organizations/{organization}"
    await owner.must("POST", f"{base}/permission-groups", {"name": "Careful", "rules": {}, "people": [bob_id]})
    await owner.must("DELETE", f"{base}/members/{bob_id}")
    (group,) = (await owner.must("GET", f"{base}/permission-groups"))["items"]
    assert group["people"] == []


async def test_a_session_is_let_into_rooms_too(site: Site) -> None:
    from sim_core.accounts.doors import authenticate

    owner = await site.owner()
    actor = await authenticate(site.store, owner.client.cookies["sim_session"])
    assert actor.email == "owner@example.com"


async def test_text_that_cannot_be_stored_is_the_callers_mistake(site: Site) -> None:
    owner = await site.owner()
    _, organization, _ = await _home(owner)
    reply = await owner.ask("POST", f"/organizations/{organization}/transfer", {"user_id": "a\0b"})
    assert (reply.status_code, reply.json()["code"]) == (422, "invalid_text")
