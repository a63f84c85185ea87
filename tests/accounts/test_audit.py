"""Every act that matters to security leaves its line in the audit log: the acts are the mutating routes themselves."""

import csv
import io
import json
from typing import Any

from pyotp.totp import TOTP

from sim_core.rest.server import routes
from tests.accounts.conftest import PASSWORD, Browser, Site
from tests.accounts.test_passkeys import device_of

ELSEWHERE = {"again", "deployments", "documents", "execute", "folders", "realtime", "runs", "workflows"}
"""Parts of the API whose acts are told by the histories of workflows and runs."""
SILENT = {
    "POST /auth/codes": "sends a code; what comes of it is written",
    "POST /auth/confirm": "proves again what the session is; refusals are counted by the limits",
    "POST /invitations/read": "reads",
    "PATCH /me": "a name",
    "POST /auth/passkeys/options": "asks for what signing in answers",
    "POST /me/passkeys/options": "prepares what making one finishes",
    "POST /me/totp": "prepares what activating switches on",
    "POST /model-keys/test": "asks the vendor, and keeps when the key may be used again",
    "POST /instance/model-keys/test": "asks the vendor, and keeps when the key may be used again",
    "POST /workspaces/{workspace_id}/options": "reads, from the service",
    "POST /workspaces/{workspace_id}/assist": "written when a model has answered, with what that cost",
    "POST /schedules/upcoming": "reckons",
    "POST /credentials/connect": "begins what the callback finishes, and writes",
    "POST /me/credentials/connect": "begins what the callback finishes, and writes",
}
"""Mutating routes that write nothing, and why."""


def _acts() -> set[str]:
    return {
        f"{route.method} {path.removeprefix('/api/v1')}"
        for path, route in routes()
        if route.method != "GET" and route.tag not in ELSEWHERE
    }


class Story:
    """Acts one after the other, each with the lines that it wrote."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.wrote: dict[str, list[dict[str, Any]]] = {}

    async def act(self, who: Browser, route: str, body: Any = None, query: str = "", **ids: str) -> Any:
        """Do it, and keep what the log says of it."""
        last = await self.site.store.value("SELECT coalesce(max(id), '') FROM audit_log")
        method, _, path = route.partition(" ")
        for name, id in ids.items():
            path = path.replace(f"{{{name}}}", id)
        done = await who.must(method, path + query, body)
        found = await self.site.store.rows(
            "SELECT actor_id, actor, address, action, thing, thing_id, before::text, after::text FROM audit_log"
            " WHERE id > $1 ORDER BY id", last,
        )  # fmt: skip
        self.wrote.setdefault(route, []).extend(dict(row) for row in found)
        return done


async def _arrive(story: Story) -> tuple[Browser, Browser, dict[str, str]]:
    site, act = story.site, story.act
    owner, bob = await site.browser(), await site.browser()
    facts = {"email": "owner@example.com", "name": "Owner", "password": PASSWORD}
    await act(owner, "POST /auth/sign-up", facts)
    me = await owner.must("GET", "/me")
    ids = {"organization_id": next(iter(me["organizations"])), "workspace_id": next(iter(me["workspaces"]))}
    base = "/organizations/{organization_id}/invitations"
    sent = await act(owner, f"POST {base}", {"email": "bob@example.com"}, **ids)
    await act(owner, f"POST {base}/{{invitation_id}}/resend", invitation_id=sent["invitation"]["id"], **ids)
    await act(owner, f"DELETE {base}/{{invitation_id}}", invitation_id=sent["invitation"]["id"], **ids)
    step = await bob.sign_up("bob@example.com")
    code = {"ticket": step["ticket"], "code": await site.code("bob@example.com")}
    await act(bob, "POST /auth/verify", code)
    grants = [{"workspace_id": ids["workspace_id"], "role": "write"}]
    sent = await owner.must("POST", base.format(**ids), {"email": "bob@example.com", "grants": grants})
    await act(bob, "POST /invitations/accept", {"token": sent["link"].split("token=")[1]})
    return owner, bob, ids | {"user_id": (await bob.must("GET", "/me"))["id"]}


async def _tenancy(story: Story, owner: Browser, bob: Browser, ids: dict[str, str]) -> None:
    act, here = story.act, "/organizations/{organization_id}"
    await act(owner, f"PATCH {here}", {"name": "Acme"}, **ids)
    await act(owner, f"PUT {here}/members/{{user_id}}", {"role": "admin"}, **ids)
    place = "/workspaces/{workspace_id}"
    await act(owner, f"PUT {place}/members/{{user_id}}", {"role": "read"}, **ids)
    await act(owner, f"PATCH {place}", {"name": "Other"}, **ids)
    group = await act(owner, f"POST {here}/permission-groups", {"name": "g"}, **ids)
    facts = {"name": "h", "people": [ids["user_id"]]}
    await act(owner, f"PUT {here}/permission-groups/{{group_id}}", facts, group_id=group["id"], **ids)
    await act(owner, f"DELETE {here}/permission-groups/{{group_id}}", group_id=group["id"], **ids)
    made = await act(owner, "POST /workspaces", {"name": "Two", "organization_id": ids["organization_id"]})
    await act(owner, f"DELETE {place}", workspace_id=made["id"])
    await act(owner, f"POST {here}/deleted-workspaces/{{deleted_id}}/restore", deleted_id=made["id"], **ids)
    await act(owner, f"DELETE {place}/members/{{user_id}}", **ids)
    await owner.must("PUT", (f"{place}/members/{{user_id}}").format(**ids), {"role": "read"})
    await act(bob, f"POST {place}/leave", **ids)
    await act(owner, f"DELETE {here}/members/{{user_id}}", **ids)
    other = await act(bob, "POST /organizations", {"name": "Bob's"})
    await act(bob, f"DELETE {here}", organization_id=other["id"])
    await act(bob, f"POST {here}/restore", organization_id=other["id"])
    guest = await story.site.guest(owner, "eve@example.com", role="admin")
    eve = (await guest.must("GET", "/me"))["id"]
    await act(owner, f"POST {here}/transfer", {"user_id": eve}, **ids)
    await act(owner, f"POST {here}/leave", **ids)
    await act(guest, f"POST {here}/sign-out", **ids)


async def _things(story: Story, owner: Browser) -> None:
    act = story.act
    await act(owner, "PUT /secrets/{name}", {"value": "hidden-value"}, name="A")
    await act(owner, "PUT /secrets", {"text": "B=hidden-value"})
    await act(owner, "DELETE /secrets/{name}", name="A")
    await act(owner, "PUT /me/secrets", {"text": "B=hidden-value"})
    await act(owner, "PUT /me/secrets/{name}", {"value": "hidden-value"}, name="A")
    await act(owner, "DELETE /me/secrets/{name}", name="A")
    for base in ("/model-keys", "/instance/model-keys"):
        key = await act(owner, f"POST {base}", {"provider": "openai", "value": "hidden-value"})
        await act(owner, f"PUT {base}", {"provider": "openai", "in_order": True})
        await act(owner, f"DELETE {base}/{{name}}", name=key["name"])
    token = {"GITHUB_TOKEN": "hidden-value"}
    values = {"provider": "github", "kind": "bearer", "name": "n", "values": token}
    for base in ("/credentials", "/me/credentials"):
        made = await act(owner, f"POST {base}", values)
        await act(owner, f"PATCH {base}/{{credential_id}}", {"values": token}, credential_id=made["id"])
        if base.startswith("/me"):
            shares = f"{base}/{{credential_id}}/shares"
            workspace = next(iter((await owner.must("GET", "/me"))["workspaces"]))
            await act(owner, f"POST {shares}", {"workspace_id": workspace}, credential_id=made["id"])
            (share,) = (await owner.must("GET", shares.format(credential_id=made["id"])))["items"]
            await act(owner, f"DELETE {shares}/{{share_id}}", credential_id=made["id"], share_id=share["id"])
        await act(owner, f"DELETE {base}/{{credential_id}}", credential_id=made["id"])
    for base in ("/keys", "/me/keys"):
        key = await act(owner, f"POST {base}", {"name": "k"})
        await act(owner, f"DELETE {base}/{{key_id}}", key_id=key["id"])


async def _files(story: Story, owner: Browser) -> None:
    act, folders = story.act, "POST /files/folders"
    file = await act(owner, "POST /files", {"a": 1}, query="?name=a.json&folder=in")
    await act(owner, "POST /files", {"a": 2}, query="?name=a.json&folder=in&if_exists=replace")
    await act(owner, "PATCH /files/{file_id}", {"name": "b.json"}, file_id=file["id"])
    await act(owner, f"{folders}/move", {"folder": "in", "to": "out"})
    await act(owner, "DELETE /files/{file_id}", file_id=file["id"])
    await owner.must("POST", "/files?name=c.json&folder=out", {})
    await act(owner, f"{folders}/delete", {"folder": "out"})


async def _people(story: Story, owner: Browser, bob: Browser, ids: dict[str, str]) -> None:
    act, site = story.act, story.site
    await act(owner, "PATCH /instance/people/{user_id}", {"disabled": True}, **ids)
    await owner.must("PATCH", f"/instance/people/{ids['user_id']}", {"disabled": False})
    await act(bob, "POST /auth/sign-in", {"email": "bob@example.com", "password": PASSWORD})
    await act(bob, "PUT /me/password", {"password": f"{PASSWORD}!"})
    await bob.must("PUT", "/me/email", {"email": "robert@example.com"})
    code = await site.code("robert@example.com")
    await act(bob, "PUT /me/email", {"email": "robert@example.com", "code": code})
    await _passkey(story, bob)
    enrolment = await bob.must("POST", "/me/totp")
    await act(bob, "POST /me/totp/activate", {"code": TOTP(enrolment["secret"]).now()})
    again = await site.browser()
    step = (await again.sign_in("robert@example.com", f"{PASSWORD}!")).json()
    recovery = {"ticket": step["ticket"], "code": enrolment["recovery_codes"][0]}
    await act(again, "POST /auth/sign-in/second-factor", recovery)
    await act(bob, "DELETE /me/totp")
    (other,) = [one for one in (await bob.must("GET", "/me/sessions"))["items"] if not one["current"]]
    await act(bob, "DELETE /me/sessions/{session_id}", session_id=other["id"])
    await act(bob, "POST /auth/sign-out")
    await bob.must("POST", "/auth/codes", {"email": "robert@example.com"})
    facts = {"email": "robert@example.com", "code": await site.code("robert@example.com")}
    await act(bob, "POST /auth/sign-in/code", facts)
    await bob.must("POST", "/auth/codes", {"email": "robert@example.com", "purpose": "reset"})
    facts = {"email": "robert@example.com", "code": await site.code("robert@example.com"), "password": PASSWORD}
    await act(bob, "POST /auth/reset", facts)
    await bob.sign_in("robert@example.com")
    await act(bob, "POST /auth/sign-out/everywhere")
    await bob.sign_in("robert@example.com")
    await act(bob, "DELETE /me")


async def _passkey(story: Story, bob: Browser) -> None:
    device = device_of(story.site)
    asked = await bob.must("POST", "/me/passkeys/options")
    facts = {"ticket": asked["ticket"], "credential": device.make(asked["options"]), "name": "Laptop"}
    made = await story.act(bob, "POST /me/passkeys", facts)
    await story.act(bob, "PATCH /me/passkeys/{passkey_id}", {"name": "Phone"}, passkey_id=made["id"])
    again = await story.site.browser()
    asked = await again.must("POST", "/auth/passkeys/options")
    facts = {"ticket": asked["ticket"], "credential": device.show(asked["options"])}
    await story.act(again, "POST /auth/passkeys/sign-in", facts)
    await again.must("POST", "/auth/sign-out")
    await story.act(bob, "DELETE /me/passkeys/{passkey_id}", passkey_id=made["id"])


async def test_every_act_is_in_the_log_with_who_did_it_and_from_where(site: Site) -> None:
    story = Story(site)
    owner, bob, ids = await _arrive(story)
    await _things(story, owner)
    await _files(story, owner)
    await _tenancy(story, owner, bob, ids)
    await _people(story, owner, bob, ids)
    told = story.wrote
    assert set(told) | set(SILENT) == _acts(), "a new route takes a line here, or a reason why it writes none"
    assert {route for route, lines in told.items() if not lines} == set()
    for route, lines in told.items():
        for line in lines:
            assert line["actor_id"] and line["actor"], (route, line)
            assert line["address"] == "127.0.0.1", (route, line)
            assert line["action"] and line["thing"], (route, line)
    everything = json.dumps(told)
    assert "hidden-value" not in everything and PASSWORD not in everything
    for route, before, after in (
        ("PUT /organizations/{organization_id}/members/{user_id}", {"role": "member"}, {"role": "admin"}),
        ("PUT /workspaces/{workspace_id}/members/{user_id}", {"role": "write"}, {"role": "read"}),
        ("PUT /me/email", {"email": "bob@example.com"}, {"email": "robert@example.com"}),
    ):
        (line,) = told[route]
        assert (json.loads(line["before"]), json.loads(line["after"])) == (before, after), route


async def test_the_log_is_exported_whole(site: Site) -> None:
    owner = await site.owner()
    organization = next(iter((await owner.must("GET", "/me"))["organizations"]))
    await owner.must("PATCH", f"/organizations/{organization}", {"name": "=cmd()"})
    place = f"/organizations/{organization}/audit"
    listed = (await owner.must("GET", place))["items"]
    lines = (await owner.ask("GET", f"{place}/export?format=jsonl")).text.splitlines()
    exported = [json.loads(line) for line in lines]
    assert {one["id"] for one in listed} < {one["id"] for one in exported}, "the export is an act as well"
    rows = [*csv.DictReader(io.StringIO((await owner.ask("GET", f"{place}/export?format=csv")).text))]
    assert len(rows) == len(exported) + 1
    assert not [cell for row in rows for cell in row.values() if cell and cell[0] in "=+@"], "a sheet would run it"
