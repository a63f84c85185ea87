"""What can be chosen for a field: asked with the rights of a run, kept for seconds, and never telling a secret."""

from typing import Any

import pytest

from sim_core.rest import offering
from tests.accounts.conftest import Browser, Open, opened
from tests.accounts.test_sharing import TOKEN, Team
from tests.support.vendor_oauth import Shop


async def ask(browser: Browser, workspace: str, **more: Any) -> tuple[int, Any]:
    """The status, and the values that are offered or the code of what went wrong."""
    body = {"block": "shop", "field": "shelf", "values": {"operation": "put_thing", "hall": "h"}, **more}
    reply = await browser.ask("POST", f"/workspaces/{workspace}/options", body)
    said = reply.json()
    assert TOKEN not in reply.text
    return reply.status_code, [one["value"] for one in said["items"]] if reply.is_success else said["code"]


async def test_whoever_may_use_an_account_chooses_from_what_it_sees(open_site: Open, shop: Shop) -> None:
    async with opened(open_site, shop) as site:
        team = await Team(site, shop).build()
        mine = {"credential": team.credential}
        assert await ask(team.ada, team.workspace, **mine) == (200, ["h-1", "h-2"])
        assert await ask(team.ada, team.workspace, **mine, search="2 OF ada") == (200, ["h-2"])
        assert await ask(team.ada, team.workspace, block="", tool="shop.put_thing", **mine) == (200, ["h-1", "h-2"])
        asked = len(shop.server.seen)
        for other in (team.bob, team.owner):
            assert await ask(other, team.workspace, **mine) == (404, "not_found")
        assert await ask(team.stranger, team.workspace, **mine) == (404, "not_found")
        share = await team.share(user_id=await team.id(team.bob))
        assert await ask(team.bob, team.workspace, **mine) == (200, ["h-1", "h-2"])
        assert len(shop.server.seen) == asked + 1
        await team.ada.must("DELETE", f"/me/credentials/{team.credential}/shares/{share['id']}")
        # what was kept for him is no longer told
        assert await ask(team.bob, team.workspace, **mine) == (404, "not_found")


async def test_who_may_not_write_or_use_the_tool_asks_nothing(open_site: Open, shop: Shop) -> None:
    async with opened(open_site, shop) as site:
        team = await Team(site, shop).build()
        grants = [{"workspace_id": team.workspace, "role": "read"}]
        reader = await site.guest(team.owner, "eve@example.com", grants=grants)
        assert await ask(reader, team.workspace) == (403, "scope")
        place = f"/organizations/{next(iter((await team.owner.must('GET', '/me'))['organizations']))}/permission-groups"
        for rules in ({"integrations": ["slack"]}, {"denied_tools": ["shop.list_shelves"]}):
            body = {"name": "Narrow", "rules": rules, "people": [await team.id(team.ada)]}
            group = await team.owner.must("POST", place, body)
            assert await ask(team.ada, team.workspace, credential=team.credential) == (403, "permission_group")
            await team.owner.must("DELETE", f"{place}/{group['id']}")
        assert shop.server.seen == []


async def test_what_is_missing_is_named(open_site: Open, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(open_site, shop) as site:
        team = await Team(site, shop).build()
        where = (team.ada, team.workspace)
        form = {"operation": "put_thing"}
        for more, wanted in (
            ({}, (403, "no_credential")),
            ({"values": form}, (422, "choose_first")),
            ({"values": {**form, "hall": "<start.hall>"}}, (422, "known_in_a_run")),
            ({"values": {**form, "hall": "{{HALL}}"}}, (422, "no_such_secret")),
            ({"field": "name"}, (422, "no_options")),
            ({"field": "nothing"}, (422, "no_options")),
            ({"block": "nothing"}, (404, "not_found")),
            ({"tool": "shop.put_thing"}, (422, "invalid")),
            ({"block": "", "tool": "shop.nothing"}, (404, "not_found")),
            ({"credential": "nobody's"}, (404, "not_found")),
        ):
            assert await ask(*where, **more) == wanted, more
        body = {"block": "shop", "field": "shelf", "values": form}
        problem = (await team.ada.ask("POST", f"/workspaces/{team.workspace}/options", body)).json()
        assert (problem["detail"], problem["pointer"]) == ("Choose Hall first.", "/values/hall")
        mine = {"credential": team.credential}
        assert await ask(*where, **mine, values={**form, "hall": "closed"}) == (502, "refused")
        monkeypatch.setattr(offering, "LONGEST_S", 0.2)
        assert await ask(*where, **mine, values={**form, "hall": "slow"}) == (504, "timeout")


async def test_secrets_of_the_workspace_and_of_the_person_are_put_in(open_site: Open, shop: Shop) -> None:
    async with opened(open_site, shop) as site:
        team = await Team(site, shop).build()
        shop.tokens["shop-token-of-all"] = "everybody"
        admin = team.owner
        await admin.must("PUT", "/secrets/SHOP_TOKEN", {"value": "shop-token-of-all"})
        await admin.must("PUT", "/secrets/HALL", {"value": "west-wing"})
        form = {"operation": "put_thing", "hall": "{{HALL}}"}
        assert await ask(team.bob, team.workspace, values=form) == (200, ["west-wing-1", "west-wing-2"])
        form["hall"] = "closed"
        body = {"block": "shop", "field": "shelf", "values": form}
        reply = await team.bob.ask("POST", f"/workspaces/{team.workspace}/options", body)
        assert "closed to {{SHOP_TOKEN}}" in reply.json()["detail"]
        assert "shop-token-of-all" not in reply.text
