import asyncio
from typing import Any

import pytest

from sim_core.accounts.codes import Codes, Purpose
from sim_core.accounts.passwords import check_password
from sim_core.accounts.people import folded
from sim_core.accounts.sessions import session_by_id
from sim_core.errors import Anonymous, Denied, Invalid
from sim_core.store.pool import Store
from tests.accounts.conftest import PASSWORD, Open, Site


async def test_the_first_person_owns_the_instance_and_has_a_workflow_that_runs(site: Site) -> None:
    browser = await site.browser()
    assert (await browser.must("GET", "/auth"))["is_fresh"] is True
    reply = await browser.sign_up("Ada@Example.com")
    assert reply["status"] == "signed_in"
    me = await browser.must("GET", "/me")
    assert (me["email"], me["is_operator"], list(me["workspaces"].values())) == ("ada@example.com", True, ["admin"])
    (workflow,) = (await browser.must("GET", "/workflows"))["items"]
    run = await browser.must("POST", f"/workflows/{workflow['id']}/execute", {"input": {"name": "Ada"}})
    assert run["output"]["result"] == {"greeting": "Hello, Ada!", "letters": 3}
    assert (await browser.must("GET", "/auth"))["is_fresh"] is False
    assert await site.store.value('SELECT count(*) FROM "user"') == 1


async def test_of_many_who_come_first_one_owns_the_instance(open_site: Open) -> None:
    async with open_site(SIM_SIGNUP="closed") as site:
        browsers = [await site.browser() for _ in range(4)]
        facts = {"name": "A", "password": PASSWORD}
        replies = await asyncio.gather(
            *(b.ask("POST", "/auth/sign-up", {"email": f"a{i}@x.org", **facts}) for i, b in enumerate(browsers))
        )
        assert sorted(reply.status_code for reply in replies) == [200, 403, 403, 403]


async def test_an_account_is_made_once_its_address_is_proven(site: Site) -> None:
    await site.owner()
    browser = await site.browser()
    step = await browser.sign_up("bob@example.com")
    assert step["status"] == "code_sent"
    assert (await browser.sign_in("bob@example.com")).status_code == 403
    wrong = await browser.ask("POST", "/auth/verify", {"ticket": step["ticket"], "code": "AAAA-AAAA"})
    assert (wrong.status_code, wrong.json()["code"]) == (403, "wrong_code")
    code = await site.code("bob@example.com")
    done = await browser.must("POST", "/auth/verify", {"ticket": step["ticket"], "code": code.lower()})
    assert done["status"] == "signed_in"
    again = await browser.ask("POST", "/auth/verify", {"ticket": step["ticket"], "code": code})
    assert again.status_code == 403
    assert len((await browser.must("GET", "/workflows"))["items"]) == 1


async def test_nobody_prepares_an_account_for_somebody_elses_address(site: Site) -> None:
    await site.owner()
    victim, thief = await site.browser(), await site.browser()
    first = await victim.sign_up("eve@example.com")
    second = await thief.sign_up("eve@example.com", password="the thief's own password")
    code = await site.code("eve@example.com")
    await victim.ask("POST", "/auth/verify", {"ticket": first["ticket"], "code": code})
    stolen = await thief.ask("POST", "/auth/verify", {"ticket": second["ticket"], "code": code})
    assert stolen.status_code == 403
    assert (await thief.sign_in("eve@example.com", "the thief's own password")).status_code == 403


async def test_signing_up_does_not_tell_who_has_an_account(site: Site) -> None:
    await site.owner()
    browser = await site.browser()
    known, unknown = await browser.sign_up("owner@example.com"), await browser.sign_up("new@example.com")
    assert {k: v for k, v in known.items() if k != "ticket"} == {k: v for k, v in unknown.items() if k != "ticket"}
    assert "Your code" not in await site.mail("owner@example.com")


async def test_a_session_opens_the_same_door_as_a_key_and_ends_when_told(site: Site) -> None:
    owner = await site.owner()
    cookie = (await owner.sign_in("owner@example.com")).headers["set-cookie"]
    assert all(word in cookie for word in ("HttpOnly", "SameSite=Lax", "Path=/", "sim_session=ses_"))
    assert "Secure" not in cookie
    kept = await site.store.value("SELECT string_agg(digest, ' ') FROM session")
    assert cookie.split("=")[1].split(";")[0] not in kept
    sessions = (await owner.must("GET", "/me/sessions"))["items"]
    assert [one["current"] for one in sessions].count(True) == 1
    other = next(one for one in sessions if not one["current"])
    await owner.must("DELETE", f"/me/sessions/{other['id']}")
    second = await site.browser()
    await second.sign_in("owner@example.com")
    await second.must("POST", "/auth/sign-out/everywhere")
    for browser in (owner, second):
        assert (await browser.ask("GET", "/me")).status_code == 401
    await owner.sign_in("owner@example.com")
    await owner.must("POST", "/auth/sign-out")
    assert (await owner.ask("GET", "/me")).status_code == 401


@pytest.mark.parametrize("column", ["seen_at", "expires_at"])
async def test_a_session_ends_by_itself(site: Site, column: str) -> None:
    owner = await site.owner()
    await site.store.execute(f"UPDATE session SET {column} = now() - interval '8 days'")
    site.platform.services.door.forget()
    reply = await owner.ask("GET", "/me")
    assert (reply.status_code, reply.json()["code"]) == (401, "session_ended")


async def test_a_password_is_reset_by_mail_and_every_session_ends(site: Site) -> None:
    owner, browser = await site.owner(), await site.browser()
    await browser.must("POST", "/auth/codes", {"email": "owner@example.com", "purpose": "reset"})
    code = await site.code("owner@example.com")
    facts = {"email": "owner@example.com", "password": "another good password"}
    assert (await browser.ask("POST", "/auth/reset", {**facts, "code": "BBBB-BBBB"})).status_code == 403
    await browser.must("POST", "/auth/reset", {**facts, "code": code})
    assert (await owner.ask("GET", "/me")).status_code == 401
    assert (await browser.sign_in("owner@example.com")).status_code == 403
    assert (await browser.sign_in("owner@example.com", "another good password")).status_code == 200
    assert (await browser.ask("POST", "/auth/reset", {**facts, "code": code})).status_code == 403


async def test_a_code_signs_in_and_is_good_for_five_tries(site: Site) -> None:
    await site.owner()
    browser = await site.browser()
    await browser.must("POST", "/auth/codes", {"email": "owner@example.com"})
    code = await site.code("owner@example.com")
    for _ in range(5):
        await browser.ask("POST", "/auth/sign-in/code", {"email": "owner@example.com", "code": "CCCC-CCCC"})
    late = await browser.ask("POST", "/auth/sign-in/code", {"email": "owner@example.com", "code": code})
    assert late.status_code == 403
    await browser.must("POST", "/auth/codes", {"email": "owner@example.com"})
    code = await site.code("owner@example.com")
    facts = {"email": "owner@example.com", "code": code}
    assert (await browser.must("POST", "/auth/sign-in/code", facts))["status"] == "signed_in"
    unknown = await browser.ask("POST", "/auth/codes", {"email": "nobody@example.com"})
    assert unknown.status_code == 202


async def test_a_code_is_good_for_its_purpose_for_its_time_and_until_the_next(store: Store) -> None:
    codes, ada = Codes(store, "the instance's secret"), "ada@example.com"

    async def fits(purpose: Purpose, code: str) -> bool:
        try:
            await codes.redeem(ada, purpose, code)
        except Denied:
            return False
        return True

    login = await codes.make(ada, "login")
    assert not await fits("reset", login)
    assert await fits("login", login)
    early, late = await codes.make(ada, "reset"), await codes.make(ada, "reset")
    assert not await fits("reset", early)
    assert await fits("reset", late)
    assert not await fits("reset", early), "it came back once the later one was used"
    old = await codes.make(ada, "login")
    await store.execute("UPDATE code SET expires_at = now()")
    assert not await fits("login", old)


async def test_a_session_that_was_ended_opens_nothing_that_stays_open(site: Site) -> None:
    owner = await site.owner()
    (session,) = (await owner.must("GET", "/me/sessions"))["items"]
    assert (await session_by_id(site.store, session["id"])).email == "owner@example.com"
    await owner.must("POST", "/auth/sign-out")
    with pytest.raises(Anonymous):
        await session_by_id(site.store, session["id"])


async def test_a_page_of_another_site_cannot_use_a_session(site: Site) -> None:
    owner = await site.owner()
    for headers in (
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": site.url, "sec-fetch-site": "cross-site", "host": "127.0.0.1"} | {"origin": "http://127.0.0.1:1"},
    ):
        reply = await owner.ask("PATCH", "/me", {"name": "Changed"}, headers=headers)
        assert (reply.status_code, reply.json()["code"]) == (403, "csrf"), headers
        login = await owner.ask("POST", "/auth/sign-in", {"email": "a@b.c", "password": "x"}, headers=headers)
        assert login.json()["code"] == "csrf"
    del owner.client.headers["origin"]
    assert (await owner.ask("PATCH", "/me", {"name": "Changed"})).json()["code"] == "csrf"
    assert (await owner.ask("GET", "/me")).status_code == 200
    same = {"sec-fetch-site": "same-origin"}
    assert (await owner.ask("PATCH", "/me", {"name": "Changed"}, headers=same)).status_code == 204


async def test_over_https_the_cookie_is_this_hosts_alone(open_site: Open) -> None:
    async with open_site(SIM_URL="https://sim.example") as site:
        browser = await site.browser()
        facts = {"email": "a@b.org", "name": "A", "password": PASSWORD}
        reply = await browser.ask("POST", "/auth/sign-up", facts, headers={"origin": "https://sim.example"})
        assert reply.headers["set-cookie"].startswith("__Host-sim_session=ses_")
        assert reply.headers["set-cookie"].endswith("; Secure")


@pytest.mark.parametrize(
    ("settings", "email", "code"),
    [
        ({"SIM_SIGNUP": "closed"}, "a@b.org", "signup_closed"),
        ({"SIM_SIGNUP": "invite"}, "a@b.org", "signup_closed"),
        ({"SIM_SIGNUP": "open", "SIM_EMAIL_DOMAINS": "example.com"}, "a@b.org", "email_domain"),
        ({"SIM_SIGNUP": "open", "SIM_EMAIL_DOMAINS": "example.com"}, "a@notexample.com", "email_domain"),
    ],
)
async def test_who_may_not_make_an_account_is_told(
    open_site: Open, settings: dict[str, str], email: str, code: str
) -> None:
    async with open_site(**settings) as site:
        await site.owner()
        facts: Any = {"email": email, "name": "A", "password": PASSWORD}
        reply = await (await site.browser()).ask("POST", "/auth/sign-up", facts)
        assert (reply.status_code, reply.json()["code"]) == (403, code)


async def test_an_account_can_be_had_back_for_two_weeks(site: Site) -> None:
    await site.owner()
    bob = await site.join("bob@example.com")
    await bob.must("DELETE", "/me")
    assert (await bob.ask("GET", "/me")).status_code == 401
    assert (await bob.sign_in("bob@example.com")).json()["code"] == "deleting"
    assert (await bob.sign_in("bob@example.com", restore=True)).status_code == 200
    await bob.must("DELETE", "/me")
    await site.store.execute("UPDATE \"user\" SET delete_after = now() - interval '1 minute' WHERE email LIKE 'bob%'")
    from sim_core.accounts.deletion import purge

    await purge(site.store)
    assert await site.store.value("SELECT count(*) FROM workspace") == 1
    assert (await bob.sign_in("bob@example.com", restore=True)).json()["code"] == "wrong_password"


async def test_whoever_ends_something_is_not_let_in_by_it_again_before_the_database_has_told(site: Site) -> None:
    for table in ("session", '"user"'):
        await site.store.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    first = await site.owner()
    second = await site.browser()
    assert (await second.sign_in("owner@example.com")).status_code == 200
    assert (await second.ask("GET", "/me")).status_code == 200
    await first.must("PUT", "/me/password", {"password": "a brand new password"})
    assert (await second.ask("GET", "/me")).status_code == 401
    await first.must("DELETE", "/me")
    assert (await first.ask("GET", "/me")).status_code == 401


async def test_what_must_not_be_done_by_a_passer_by_takes_a_fresh_proof(site: Site) -> None:
    owner = await site.owner()
    await site.store.execute("UPDATE session SET proven_at = now() - interval '1 hour'")
    site.platform.services.door.forget()
    new = {"password": "a brand new password"}
    assert (await owner.ask("PUT", "/me/password", new)).json()["code"] == "confirm"
    assert (await owner.ask("POST", "/auth/confirm", {"password": "wrong"})).json()["code"] == "wrong_password"
    await owner.must("POST", "/auth/confirm", {"password": PASSWORD})
    await owner.must("PUT", "/me/password", new)
    assert (await owner.sign_in("owner@example.com", new["password"])).status_code == 200


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaa", "password123", "adalovelace1", "x" * 300])
def test_a_password_that_is_easily_guessed_is_refused(password: str) -> None:
    with pytest.raises(Invalid):
        check_password(password, email="adalovelace@example.com")


@pytest.mark.parametrize(
    "email", ["", "a", "a@", "@b.c", "a b@c.d", "a@b..c", "a@b\n.c", "a@b.c\r\nBcc: x@y.z", "<a@b.c>"]
)
def test_what_is_no_address_is_refused(email: str) -> None:
    with pytest.raises(Invalid):
        folded(email)
