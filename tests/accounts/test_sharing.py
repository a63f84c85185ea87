"""Credentials of people: who may use them where, who may change them, and when that ends."""

from typing import Any

import pytest

from sim_core.ids import new_id
from tests.accounts.conftest import Browser, Open, Site, opened, orders, said, workflow
from tests.support.vendor_oauth import Shop

TOKEN = "the-secret-token-of-ada"


class Team:
    """An owner, two people who may write in the owner's workspace, and a stranger."""

    def __init__(self, site: Site, shop: Shop) -> None:
        self.site = site
        shop.tokens[TOKEN] = "ada"

    async def build(self) -> "Team":
        self.owner = await self.site.owner()
        self.workspace = next(iter((await self.owner.must("GET", "/me"))["workspaces"]))
        grants = [{"workspace_id": self.workspace, "role": "write"}]
        self.ada = await self.site.guest(self.owner, "ada@example.com", grants=grants)
        self.bob = await self.site.guest(self.owner, "bob@example.com", grants=grants)
        self.stranger = await self.site.join("stranger@example.com")
        self.credential = (await self.ada.must("POST", "/me/credentials", new()))["id"]
        return self

    async def id(self, browser: Browser) -> str:
        return (await browser.must("GET", "/me"))["id"]

    async def share(self, by: Browser | None = None, **whom: str) -> Any:
        return await (by or self.ada).must("POST", f"/me/credentials/{self.credential}/shares", whom)

    async def sees(self, browser: Browser) -> list[tuple[str, str]]:
        """What somebody may use in the workspace, and how."""
        here = {"x-workspace-id": self.workspace}
        return [
            (one["name"], one["role"]) for one in (await browser.must("GET", "/credentials", headers=here))["items"]
        ]


def new(**more: Any) -> dict[str, Any]:
    return {"provider": "shop", "kind": "bearer", "name": "Ada's shop", "values": {"SHOP_TOKEN": TOKEN}, **more}


async def test_a_persons_credential_is_for_what_acts_for_that_person(open_site: Open, shop: Shop) -> None:
    async with opened(open_site, shop) as site:
        team = await Team(site, shop).build()
        assert await orders(team.ada, team.credential) == "ada"
        for other in (team.bob, team.owner, team.stranger):
            assert await orders(other, team.credential) == "not_found"
        assert (await team.sees(team.ada), await team.sees(team.bob)) == ([("Ada's shop", "manage")], [])
        key = (await team.owner.must("POST", "/keys", {"name": "k"}))["key"]
        made = await team.ada.must("POST", "/workflows", {"workflow": workflow(team.credential)})
        run = f"/workflows/{made['id']}/execute"
        program = await site.browser()
        reply = await program.ask("POST", run, {"input": {}}, headers={"x-api-key": key})
        assert said(reply.json()) == "not_found"


async def test_it_is_shared_with_a_person_until_told_otherwise(open_site: Open, shop: Shop) -> None:
    async with opened(open_site, shop) as site:
        team = await Team(site, shop).build()
        share = await team.share(user_id=await team.id(team.bob))
        assert (share["name"], share["role"]) == ("Bob", "use")
        assert await orders(team.bob, team.credential) == "ada"
        assert await orders(team.owner, team.credential) == "not_found"
        assert await team.sees(team.bob) == [("Ada's shop", "use")]
        (seen,) = (await team.bob.must("GET", "/me/credentials"))["items"]
        assert (seen["owner"], seen["of"], seen["role"]) == ("Ada", "person", "use")
        assert TOKEN not in str(seen)
        shares = f"/me/credentials/{team.credential}/shares"
        for method, place, body in (
            ("PATCH", f"/me/credentials/{team.credential}", {"name": "Mine now"}),
            ("DELETE", f"/me/credentials/{team.credential}", None),
            ("GET", shares, None),
            ("POST", shares, {"workspace_id": team.workspace}),
            ("DELETE", f"{shares}/{share['id']}", None),
        ):
            assert (await team.bob.ask(method, place, body)).status_code == 404, (method, place)
        await team.ada.must("DELETE", f"{shares}/{share['id']}")
        assert await orders(team.bob, team.credential) == "not_found"
        assert await team.sees(team.bob) == []


async def test_it_is_shared_with_a_workspace_and_its_admin_may_end_that(open_site: Open, shop: Shop) -> None:
    async with opened(open_site, shop) as site:
        team = await Team(site, shop).build()
        await team.share(workspace_id=team.workspace)
        assert await orders(team.bob, team.credential) == "ada"
        key = (await team.owner.must("POST", "/keys", {"name": "k"}))["key"]
        made = await team.bob.must("POST", "/workflows", {"workflow": workflow(team.credential)})
        program = await site.browser()
        run = f"/workflows/{made['id']}/execute"
        reply = await program.ask("POST", run, {"input": {}}, headers={"x-api-key": key})
        assert said(reply.json()) == "ada"
        assert await orders(team.stranger, team.credential) == "not_found"
        change = await team.owner.ask("PATCH", f"/credentials/{team.credential}", {"name": "Ours"})
        assert change.status_code == 404
        await team.share(workspace_id=team.workspace, role="manage")
        assert (await team.owner.must("PATCH", f"/credentials/{team.credential}", {"name": "Ours"}))["name"] == "Ours"
        assert await team.sees(team.bob) == [("Ours", "manage")]
        await team.owner.must("DELETE", f"/credentials/{team.credential}")
        assert await orders(team.bob, team.credential) == "not_found"
        assert await orders(team.ada, team.credential) == "ada"


async def test_who_manages_it_renames_and_shares_it_but_does_not_delete_it(open_site: Open, shop: Shop) -> None:
    async with opened(open_site, shop) as site:
        team = await Team(site, shop).build()
        bob = await team.id(team.bob)
        await team.share(user_id=bob, role="manage")
        place = f"/me/credentials/{team.credential}"
        shop.tokens["another-token"] = "bob"
        values = {"SHOP_TOKEN": "another-token"}
        assert (await team.bob.must("PATCH", place, {"name": "The shop", "values": values}))["name"] == "The shop"
        assert await orders(team.ada, team.credential) == "bob"
        await team.share(team.bob, user_id=await team.id(team.owner))
        assert await orders(team.owner, team.credential) == "bob"
        assert (await team.bob.ask("DELETE", place)).status_code == 404
        await team.share(user_id=bob, role="use")
        assert (await team.bob.ask("PATCH", place, {"name": "x"})).status_code == 404


async def test_it_is_shared_only_with_those_whom_its_owner_has_to_do_with(open_site: Open, shop: Shop) -> None:
    async with opened(open_site, shop) as site:
        team = await Team(site, shop).build()
        theirs = next(iter((await team.stranger.must("GET", "/me"))["workspaces"]))
        shares = f"/me/credentials/{team.credential}/shares"
        for whom in ({"user_id": await team.id(team.stranger)}, {"user_id": new_id()}, {"workspace_id": theirs}):
            reply = await team.ada.ask("POST", shares, whom)
            assert (reply.status_code, reply.json()["code"]) == (404, "not_found"), whom
        for whom in ({}, {"user_id": await team.id(team.bob), "workspace_id": team.workspace}):
            assert (await team.ada.ask("POST", shares, whom)).status_code == 422
        reader = await site.guest(
            team.owner, "eve@example.com", grants=[{"workspace_id": team.workspace, "role": "read"}]
        )
        own = (await reader.must("POST", "/me/credentials", new()))["id"]
        reply = await reader.ask("POST", f"/me/credentials/{own}/shares", {"workspace_id": team.workspace})
        assert (reply.status_code, reply.json()["code"]) == (403, "role")


@pytest.mark.parametrize("who", ["ada", "bob"])
async def test_a_share_ends_when_either_leaves(open_site: Open, shop: Shop, who: str) -> None:
    async with opened(open_site, shop) as site:
        team = await Team(site, shop).build()
        await team.share(user_id=await team.id(team.bob))
        await team.share(workspace_id=team.workspace)
        made = await team.bob.must("POST", "/workflows", {"workflow": workflow(team.credential)})
        run = f"/workflows/{made['id']}/execute"
        assert said((await team.bob.ask("POST", run, {"input": {}})).json()) == "ada"
        leaver: Browser = getattr(team, who)
        (organization,) = (await team.owner.must("GET", "/organizations"))["items"]
        place = f"/organizations/{organization['id']}/members/{await team.id(leaver)}"
        await team.owner.must("DELETE", place)
        runner = team.bob if who == "ada" else team.owner
        reply = (await runner.ask("POST", run, {"input": {}})).json()
        assert said(reply) == ("not_found" if who == "ada" else "ada")
        assert await team.sees(runner) == ([] if who == "ada" else [("Ada's shop", "use")])
        if who == "bob":
            assert (await team.bob.must("GET", "/me/credentials"))["items"] == []


async def test_a_deployed_version_acts_for_who_deployed_it_and_a_draft_for_who_runs_it(
    open_site: Open, shop: Shop
) -> None:
    async with opened(open_site, shop) as site:
        team = await Team(site, shop).build()
        made = await team.ada.must("POST", "/workflows", {"workflow": workflow(team.credential)})
        place = f"/workflows/{made['id']}"
        await team.ada.must("POST", f"{place}/deployments", {})
        key = (await team.owner.must("POST", "/keys", {"name": "k", "scopes": ["run", "write"]}))["key"]
        program = await site.browser()

        async def run(browser: Browser, version: str, **headers: str) -> Any:
            reply = await browser.ask("POST", f"{place}/execute?version={version}", {"input": {}}, headers=headers)
            return said(reply.json())

        assert await run(team.bob, "live") == "ada"
        assert await run(program, "live", **{"x-api-key": key}) == "ada"
        assert await run(team.bob, "draft") == "not_found"
        done = await team.bob.must("POST", f"{place}/execute?version=live", {"input": {}})
        again = {"document": "run", "values": {"shop": {"credential": team.credential}}}
        edited = await team.bob.ask("POST", f"/runs/{done['run_id']}/replay", again)
        assert said(edited.json()) == "ada"  # the very document that was deployed
        moved = {"document": "run", "values": {"start": {"input_format": []}}}
        assert said((await team.bob.ask("POST", f"/runs/{done['run_id']}/replay", moved)).json()) == "not_found"
        await team.bob.must("POST", f"{place}/deployments", {})
        assert await run(team.ada, "live") == "not_found"
        assert await run(team.bob, "1") == "ada"
        await program.must("POST", f"{place}/deployments", {}, headers={"x-api-key": key})
        assert await run(team.owner, "live") == "not_found"
        await team.ada.must("DELETE", f"/me/credentials/{team.credential}")
        assert await run(team.bob, "1") == "not_found"


async def test_a_draft_within_a_deployed_run_acts_for_nobody(open_site: Open, shop: Shop) -> None:
    async with opened(open_site, shop) as site:
        team = await Team(site, shop).build()
        child = await team.bob.must("POST", "/workflows", {"workflow": workflow(team.credential)})
        parent = workflow("")
        values = {"workflow_id": child["id"]}
        parent["blocks"]["shop"] |= {"type": "workflow", "name": "Child", "values": values}
        made = await team.ada.must("POST", "/workflows", {"workflow": parent})
        place = f"/workflows/{made['id']}"
        mine = (await team.ada.ask("POST", f"{place}/execute", {"input": {}})).json()
        assert mine["status"] == "finished", mine
        await team.ada.must("POST", f"{place}/deployments", {})
        deployed = (await team.bob.ask("POST", f"{place}/execute?version=live", {"input": {}})).json()
        assert deployed["error"]["code"] == "child_failed"
        assert "There is no credential" in deployed["error"]["message"]


async def test_a_run_from_the_queue_acts_for_whoever_put_it_there(open_site: Open, shop: Shop) -> None:
    async with opened(open_site, shop, SIM_WORKERS="0") as site:
        team = await Team(site, shop).build()
        made = await team.ada.must("POST", "/workflows", {"workflow": workflow(team.credential)})
        begun = await team.ada.must("POST", f"/workflows/{made['id']}/execute", {"input": {}, "async": True})
        place = f"/runs/{begun['run_id']}"
        async for _ in site.platform.runs.follow(begun["run_id"]):
            pass
        assert (await team.ada.must("GET", place))["status"] == "finished"


@pytest.mark.parametrize(
    ("changed", "pointer", "words"),
    [
        ({"values": {"SHOP_TOKN": TOKEN}}, "/values", "SHOP_TOKN"),
        ({"values": {"SHOP_TOKEN": ""}}, "/values", "SHOP_TOKEN must be given"),
        ({"kind": "aws_keys"}, "/kind", "basic, bearer, oauth"),
        ({"provider": "nobody"}, "/provider", "nobody"),
    ],
)
async def test_values_that_do_not_fit_are_refused_by_name_and_never_told(
    open_site: Open, shop: Shop, changed: dict[str, Any], pointer: str, words: str
) -> None:
    async with opened(open_site, shop) as site:
        owner = await site.owner()
        for place in ("/credentials", "/me/credentials"):
            reply = await owner.ask("POST", place, new(**changed))
            problem = reply.json()["problems"][0]
            assert (reply.status_code, problem["pointer"]) == (422, pointer)
            assert words in problem["message"]
            assert TOKEN not in reply.text


async def test_kinds_of_credentials_and_a_database_given_as_one_url(site: Site) -> None:
    owner = await site.owner()
    url = "postgres://ada:p%40ss@db.example:5433/shop"
    body = {"provider": "postgresql", "kind": "connection", "name": "db", "values": {"POSTGRESQL_URL": url}}
    made = await owner.must("POST", "/me/credentials", body)
    from sim_core.store.credentials import use_credential

    me = await owner.must("GET", "/me")
    workspace = next(iter(me["workspaces"]))
    kept = await use_credential(site.platform.services.vault, workspace, made["id"], person=me["id"])
    assert (kept.values["host"], kept.values["port"], kept.values["password"]) == ("db.example", "5433", "p@ss")
    assert "p@ss" not in str((await owner.must("GET", "/me/credentials"))["items"])
