"""Accounts of a service that is run here: connected, used, renewed, lost, and connected again."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sim_core.accounts.connecting import Wish
from tests.accounts.conftest import Browser, Open, opened, orders, said, workflow
from tests.support.vendor_oauth import Shop


async def connect(browser: Browser, shop: Shop, path: str = "/me/credentials/connect", **wish: Any) -> dict[str, str]:
    """Go there and back; what the last address says."""
    begun = await browser.must("POST", path, {"integration": "shop", "to": "/settings?tab=2", **wish})
    return await come_back(browser, shop.consent(begun["url"]))


async def come_back(browser: Browser, place: str) -> dict[str, str]:
    reply = await browser.client.get(place)
    assert reply.status_code == 303, reply.text
    assert reply.headers["location"].startswith("/settings?tab=2&")
    return {name: values[0] for name, values in parse_qs(urlsplit(reply.headers["location"]).query).items()}


async def test_an_account_is_connected_and_used_and_called_as_the_service_calls_it(open_site: Open, shop: Shop) -> None:
    async with opened(open_site, shop) as site:
        owner = await site.owner()
        (offer,) = [
            one for one in (await owner.must("GET", "/credentials/offers"))["items"] if one["integration"] == "shop"
        ]
        assert (offer["is_ready"], offer["settings"]) == (True, ["SHOP_CLIENT_ID", "SHOP_CLIENT_SECRET"])
        assert offer["redirect_uri"] == f"{site.url}/api/v1/credentials/callback"
        made = await connect(owner, shop)
        (mine,) = (await owner.must("GET", "/me/credentials"))["items"]
        assert (mine["id"], mine["name"], mine["status"], mine["of"]) == (made["connected"], "ada", "ok", "person")
        assert mine["facts"] == {"account": "ada", "scopes": ["orders", "profile"]}
        assert await orders(owner, mine["id"]) == "ada"
        shop.account = "team"
        shared = await connect(owner, shop, "/credentials/connect", name="The team's")
        listed = (await owner.must("GET", "/credentials?provider=shop"))["items"]
        assert [(one["name"], one["of"], one["role"]) for one in listed] == [
            ("The team's", "workspace", "manage"), ("ada", "person", "manage"),
        ]  # fmt: skip
        assert await orders(owner, shared["connected"]) == "team"
        acts = (await owner.must("GET", "/instance/audit?action=credential."))["items"]
        assert [act["action"] for act in acts] == ["credential.connect"] * 2
        rows = await site.store.rows("SELECT row_to_json(c)::text AS text FROM credential c")
        everything = "".join(row["text"] for row in rows) + str(listed) + str(acts)
        for token in (*shop.tokens, *shop.renewals):
            assert token not in everything
            assert token.encode().hex() not in everything


async def test_a_token_that_has_ended_is_renewed_by_one_of_many(open_site: Open, shop: Shop) -> None:
    async with opened(open_site, shop) as site:
        owner = await site.owner()
        shop.lives_s = 60
        made = await connect(owner, shop)
        shop.lives_s = 3600
        document = await owner.must("POST", "/workflows", {"workflow": workflow(made["connected"])})
        run = f"/workflows/{document['id']}/execute"
        replies = await asyncio.gather(*(owner.ask("POST", run, {"input": {}}) for _ in range(6)))
        assert {said(reply.json()) for reply in replies} == {"ada"}
        assert shop.renewed == 1


async def test_access_that_was_taken_back_is_shown_and_connected_again(open_site: Open, shop: Shop) -> None:
    async with opened(open_site, shop) as site:
        owner = await site.owner()
        made = await connect(owner, shop)
        shop.forget()
        assert await orders(owner, made["connected"]) == "needs_reconnect"
        (broken,) = (await owner.must("GET", "/me/credentials"))["items"]
        assert broken["status"] == "needs_reconnect"
        assert "no longer grants access" in broken["problem"]
        asked = len(shop.server.seen)
        assert await orders(owner, made["connected"]) == "needs_reconnect"
        assert len(shop.server.seen) == asked
        shop.account = "ada-2"
        again = await connect(owner, shop, credential_id=made["connected"])
        assert again == {"tab": "2", "connected": made["connected"]}
        (whole,) = (await owner.must("GET", "/me/credentials"))["items"]
        assert (whole["status"], whole["name"], "problem" in whole) == ("ok", "ada-2", False)
        assert await orders(owner, made["connected"]) == "ada-2"


async def test_what_was_not_begun_here_or_not_granted_connects_nothing(open_site: Open, shop: Shop) -> None:
    async with opened(open_site, shop) as site:
        owner, thief = await site.owner(), await site.browser()
        wish = {"integration": "shop", "to": "/settings?tab=2"}
        begun = await owner.must("POST", "/me/credentials/connect", wish)
        back = shop.consent(begun["url"])
        assert (await thief.client.get(back)).json()["code"] == "connect_state"
        await come_back(owner, back)
        assert (await owner.client.get(back)).json()["code"] == "connect_state"
        begun = await owner.must("POST", "/me/credentials/connect", wish)
        refused = await come_back(owner, shop.refusal(begun["url"]))
        assert refused["connect_error"] == "not_granted"
        begun = await owner.must("POST", "/me/credentials/connect", wish)
        place, _, query = shop.consent(begun["url"]).partition("?")
        guessed = f"{place}?code=made-up&state={parse_qs(query)['state'][0]}"
        assert (await come_back(owner, guessed))["connect_error"] == "credential_expired"
        assert len((await owner.must("GET", "/me/credentials"))["items"]) == 1
        for to in ("https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
            begun = await owner.must("POST", "/me/credentials/connect", {**wish, "to": to})
            reply = await owner.client.get(shop.consent(begun["url"]))
            assert reply.headers["location"].startswith("/?connected=")


async def test_whoever_lost_the_right_meanwhile_connects_nothing(open_site: Open, shop: Shop) -> None:
    async with opened(open_site, shop) as site:
        owner = await site.owner()
        workspace = next(iter((await owner.must("GET", "/me"))["workspaces"]))
        admin = await site.guest(owner, "admin@example.com", grants=[{"workspace_id": workspace, "role": "admin"}])
        wish = {"integration": "shop", "to": "/settings?tab=2"}
        begun = await admin.must("POST", "/credentials/connect", wish)
        admin_id = (await admin.must("GET", "/me"))["id"]
        await owner.must("PUT", f"/workspaces/{workspace}/members/{admin_id}", {"role": "write"})
        assert (await come_back(admin, shop.consent(begun["url"])))["connect_error"] == "role"
        assert (await owner.must("GET", "/credentials"))["items"] == []


async def test_without_an_app_it_says_what_to_set_and_a_workspace_may_bring_its_own(
    open_site: Open, shop: Shop
) -> None:
    async with opened(open_site, shop, SHOP_CLIENT_ID="", SHOP_CLIENT_SECRET="") as site:
        owner = await site.owner()
        wish = {"integration": "shop", "to": "/settings?tab=2"}
        reply = await owner.ask("POST", "/credentials/connect", wish)
        assert (reply.status_code, reply.json()["code"]) == (403, "no_app")
        assert "SHOP_CLIENT_ID" in reply.json()["detail"]
        await owner.must("PUT", "/secrets", {"text": "SHOP_CLIENT_ID=sim\nSHOP_CLIENT_SECRET=s3cret\n"})
        shop.lives_s = 1
        workspace = next(iter((await owner.must("GET", "/me"))["workspaces"]))
        mine = await connect(owner, shop, workspace_id=workspace)
        assert await orders(owner, mine["connected"]) == "ada"
        assert shop.renewed == 1
        unknown = await owner.ask("POST", "/me/credentials/connect", {"integration": "nobody"})
        assert (unknown.status_code, unknown.json()["problems"][0]["pointer"]) == (422, "/integration")


async def test_a_link_connects_for_whoever_has_no_browser_at_hand(open_site: Open, shop: Shop) -> None:
    async with opened(open_site, shop) as site:
        owner = await site.owner()
        connecting = site.platform.services.connecting
        me = await owner.must("GET", "/me")
        wish = Wish(integration="shop", user_id=me["id"], workspace_id=next(iter(me["workspaces"])))
        ticket = await connecting.link(wish)
        browser = await site.browser()
        there = await browser.ask("GET", f"/credentials/connect/{ticket}")
        assert there.status_code == 303
        back = await browser.client.get(shop.consent(there.headers["location"]))
        assert back.headers["location"].startswith("/?connected=")
        assert (await browser.ask("GET", f"/credentials/connect/{ticket}")).json()["code"] == "ticket"
        assert [one["name"] for one in (await owner.must("GET", "/credentials"))["items"]] == ["ada"]


async def test_the_command_waits_until_the_browser_has_connected(open_site: Open, shop: Shop) -> None:
    async with opened(open_site, shop) as site:
        owner = await site.owner()
        settings = site.platform.services.settings
        environment = {"DATABASE_URL": site.store.url, "SIM_DATA": str(settings.data), "SIM_URL": site.url}
        command = [sys.executable, "-m", "sim_core.cli", "credential", "connect", "shop", "--no-browser"]
        process = await asyncio.create_subprocess_exec(
            *command, env={**environment, "PATH": "/usr/bin:/bin"}, stdout=asyncio.subprocess.PIPE
        )
        try:
            assert process.stdout is not None
            await process.stdout.readline()
            link = (await process.stdout.readline()).decode().strip()
            assert link.startswith(f"{site.url}/api/v1/credentials/connect/")
            browser = await site.browser()
            there = await browser.client.get(link)
            await browser.client.get(shop.consent(there.headers["location"]))
            said_last = (await process.stdout.readline()).decode()
            assert await process.wait() == 0
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        (made,) = (await owner.must("GET", "/credentials"))["items"]
        assert said_last.strip() == f"Connected ada ({made['id']})."
        assert (made["of"], made["name"]) == ("workspace", "ada")


async def test_what_was_granted_is_taken_back_when_the_credential_is_deleted(open_site: Open, shop: Shop) -> None:
    async with opened(open_site, shop) as site:
        owner = await site.owner()
        mine = (await connect(owner, shop))["connected"]
        again = (await connect(owner, shop))["connected"]
        kept = await owner.must("DELETE", f"/me/credentials/{mine}")
        assert (kept["at_service"], bool(shop.renewals)) == ("kept", True)
        assert await orders(owner, again) == "ada"
        gone = await owner.must("DELETE", f"/me/credentials/{again}")
        assert gone == {"at_service": "revoked", "message": "'ada' was deleted, and Shop has ended the access."}
        assert (shop.tokens, shop.renewals) == ({}, {})
        assert (await owner.ask("DELETE", f"/me/credentials/{again}")).status_code == 404

        shared = (await connect(owner, shop, "/credentials/connect"))["connected"]
        shop.forgets = False
        left = await owner.ask("DELETE", f"/credentials/{shared}")
        assert left.json()["at_service"] == "failed"
        assert "but Shop did not end the access: shop answered 503" in left.json()["message"]
        assert (await owner.must("GET", "/credentials"))["items"] == []
        assert not any(token in left.text for token in (*shop.tokens, *shop.renewals))
        key = {"provider": "shop", "kind": "bearer", "name": "k", "values": {"SHOP_TOKEN": "t"}}
        plain = (await owner.must("POST", "/credentials", key))["id"]
        assert (await owner.must("DELETE", f"/credentials/{plain}"))["at_service"] == "nothing"
        acts = (await owner.must("GET", "/instance/audit?action=credential.delete"))["items"]
        assert [act["after"]["at_service"] for act in acts] == ["nothing", "failed", "revoked", "kept"]


async def test_the_command_deletes_as_the_web_does_and_ends_the_access(
    open_site: Open, shop: Shop, shop_site: tuple[Path, int]
) -> None:
    async with opened(open_site, shop) as site:
        owner = await site.owner()
        mine = (await connect(owner, shop, "/credentials/connect"))["connected"]
        assert shop.tokens
        settings = site.platform.services.settings
        environment = {
            "DATABASE_URL": site.store.url,
            "SIM_DATA": str(settings.data),
            "SIM_URL": site.url,
            "SIM_ALLOW_HOSTS": shop.server.allow,
            "SHOP_CLIENT_ID": "sim",
            "SHOP_CLIENT_SECRET": "s3cret",
            "PYTHONPATH": str(shop_site[0]),
            "PATH": "/usr/bin:/bin",
        }
        command = [sys.executable, "-m", "sim_core.cli", "credential", "delete", mine, "--json"]
        process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=asyncio.subprocess.PIPE)
        said, _ = await process.communicate()
        assert json.loads(said) == {
            "deleted": mine,
            "at_service": "revoked",
            "message": "'ada' was deleted, and Shop has ended the access.",
        }
        assert (shop.tokens, shop.renewals) == ({}, {})
        assert (await owner.must("GET", "/credentials"))["items"] == []
        (act,) = (await owner.must("GET", "/instance/audit?action=credential.delete"))["items"]
        assert act["after"] == {"at_service": "revoked"}
