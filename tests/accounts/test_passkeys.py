"""Passkeys, by an authenticator in software that makes real keys and signatures."""

import asyncio
import copy
from typing import Any

import pytest

from sim_core.accounts.passkeys import place_of
from tests.accounts.conftest import PASSWORD, Browser, Open, Site
from tests.support.authenticator import BACKED_UP, ELIGIBLE, PRESENT, VERIFIED, Device, b64


async def make(browser: Browser, device: Device, **other: Any) -> Any:
    """Make a passkey; what the server says of it."""
    asked = await browser.must("POST", "/me/passkeys/options")
    answer = {"ticket": asked["ticket"], "credential": device.make(asked["options"], **other), "name": "My phone"}
    return (await browser.ask("POST", "/me/passkeys", answer)).json()


async def show(browser: Browser, device: Device, **other: Any) -> Any:
    """Sign in with a passkey; what the server says of it."""
    asked = await browser.must("POST", "/auth/passkeys/options")
    answer = {"ticket": asked["ticket"], "credential": device.show(asked["options"], **other)}
    return (await browser.ask("POST", "/auth/passkeys/sign-in", answer)).json()


def device_of(site: Site, **facts: Any) -> Device:
    return Device(place_of(site.url)[0], **facts)


@pytest.mark.parametrize("curve", ["p256", "ed25519"])
async def test_a_passkey_signs_in_without_a_name_and_without_a_second_factor(site: Site, curve: str) -> None:
    owner, device = await site.owner(), device_of(site, curve=curve)
    at = (await owner.must("GET", "/auth"))["passkeys_at"]
    assert at == device.origin == site.url.replace("127.0.0.1", "localhost")
    made = await make(owner, device)
    assert (made["name"], made["backed_up"], made["used_at"]) == ("My phone", False, None)
    assert made["aaguid"] == "53494d00-0000-0000-0000-000000000001"
    from pyotp.totp import TOTP

    enrolment = await owner.must("POST", "/me/totp")
    await owner.must("POST", "/me/totp/activate", {"code": TOTP(enrolment["secret"]).now()})
    browser = await site.browser()
    assert (await show(browser, device))["status"] == "signed_in"
    assert (await browser.must("GET", "/me"))["email"] == "owner@example.com"
    (session,) = [one for one in (await browser.must("GET", "/me/sessions"))["items"] if one["current"]]
    assert session["way"] == "passkey"
    (listed,) = (await browser.must("GET", "/me/passkeys"))["items"]
    assert listed["used_at"] is not None
    acts = {act["action"] for act in (await owner.must("GET", "/instance/audit"))["items"]}
    assert {"passkey.create", "session.sign_in"} <= acts


async def test_what_an_account_keeps_on_several_devices_does_not_count(site: Site) -> None:
    owner = await site.owner()
    device = device_of(site, counts=False, flags=PRESENT | VERIFIED | ELIGIBLE | BACKED_UP)
    assert (await make(owner, device))["backed_up"] is True
    for _ in range(2):
        assert (await show(await site.browser(), device))["status"] == "signed_in"


async def test_a_passkey_that_was_made_otherwise_than_asked_is_not_kept(site: Site) -> None:
    owner = await site.owner()
    for other in (
        {"origin": "https://evil.example"},
        {"origin": site.url},
        {"challenge": b64(b"x" * 32)},
        {"kind": "webauthn.get"},
        {"site": "evil.example"},
        {"flags": PRESENT},
        {"flags": VERIFIED},
    ):
        assert (await make(owner, device_of(site), **other))["code"] == "passkey", other
    assert (await owner.must("GET", "/me/passkeys"))["items"] == []


async def test_what_does_not_prove_a_passkey_is_refused(site: Site) -> None:
    owner, device = await site.owner(), device_of(site)
    await make(owner, device)
    browser = await site.browser()
    for other in (
        {"origin": "https://evil.example"},
        {"challenge": b64(b"x" * 32)},
        {"kind": "webauthn.create"},
        {"site": "evil.example"},
        {"flags": PRESENT},
        {"flags": VERIFIED},
        {"user": b"0" * 16},
    ):
        assert (await show(browser, device, **other))["code"] == "passkey", other
    stranger = device_of(site)
    stranger.make({"rp": {"id": "localhost"}, "user": {"id": b64(b"1" * 16)}, "challenge": b64(b"c" * 32)})
    assert (await show(browser, stranger))["code"] == "passkey"
    stranger.keys[0].id = device.keys[0].id
    stranger.keys[0].user = device.keys[0].user
    assert (await show(browser, stranger))["code"] == "passkey", "the signature is another key's"
    assert (await browser.ask("GET", "/me")).status_code == 401
    refused = (await owner.must("GET", "/instance/audit?action=session.refused"))["items"]
    assert len(refused) == 9
    assert (await show(browser, device))["status"] == "signed_in"


async def test_an_answer_is_good_once_and_for_what_was_asked(site: Site) -> None:
    owner, device = await site.owner(), device_of(site)
    asked = await owner.must("POST", "/me/passkeys/options")
    answer = {"ticket": asked["ticket"], "credential": device.make(asked["options"])}
    show_instead = await (await site.browser()).ask("POST", "/auth/passkeys/sign-in", answer)
    assert show_instead.json()["code"] == "ticket"
    await owner.must("POST", "/me/passkeys", answer)
    assert (await owner.ask("POST", "/me/passkeys", answer)).json()["code"] == "ticket"
    browser = await site.browser()
    asked = await browser.must("POST", "/auth/passkeys/options")
    answer = {"ticket": asked["ticket"], "credential": device.show(asked["options"])}
    together = await asyncio.gather(*(browser.ask("POST", "/auth/passkeys/sign-in", answer) for _ in range(4)))
    assert sorted(reply.status_code for reply in together) == [200, 403, 403, 403]
    again = await browser.must("POST", "/auth/passkeys/options")
    replayed = await browser.ask("POST", "/auth/passkeys/sign-in", {**answer, "ticket": again["ticket"]})
    assert replayed.json()["code"] == "passkey"


async def test_a_copy_of_a_key_shows_itself_by_its_count(site: Site) -> None:
    owner, device = await site.owner(), device_of(site)
    await make(owner, device)
    browser = await site.browser()
    thief = copy.deepcopy(device)
    for _ in range(2):
        assert (await show(browser, device))["status"] == "signed_in"
    assert (await show(browser, thief))["code"] == "passkey_copy"
    assert (await show(browser, thief))["code"] == "passkey_copy"
    assert (await show(browser, device))["status"] == "signed_in"
    assert (await show(browser, device, uses=0))["code"] == "passkey_copy"


async def test_nonsense_is_refused_as_anything_else(site: Site) -> None:
    owner, browser = await site.owner(), await site.browser()
    for credential in ({}, {"id": "x"}, {"id": "", "rawId": 7, "response": []}, {"response": {}}):
        for path, who, ask in (
            ("/auth/passkeys/sign-in", browser, "/auth/passkeys/options"),
            ("/me/passkeys", owner, "/me/passkeys/options"),
        ):
            ticket = (await who.must("POST", ask))["ticket"]
            reply = await who.ask("POST", path, {"ticket": ticket, "credential": credential})
            assert (reply.status_code, reply.json()["code"]) == (403, "passkey")


async def test_passkeys_are_renamed_removed_and_nobody_elses_business(site: Site) -> None:
    owner, device = await site.owner(), device_of(site)
    made = await make(owner, device)
    place = f"/me/passkeys/{made['id']}"
    stranger = await site.join("stranger@example.com")
    assert (await stranger.ask("PATCH", place, {"name": "x"})).status_code == 404
    assert (await stranger.ask("DELETE", place)).status_code == 404
    begun = await owner.must("POST", "/me/passkeys/options")
    with pytest.raises(AssertionError, match="already"):
        device.make(begun["options"])
    theirs = {"ticket": begun["ticket"], "credential": device_of(site).make(begun["options"])}
    assert (await stranger.ask("POST", "/me/passkeys", theirs)).json()["code"] == "ticket"
    await owner.must("PATCH", place, {"name": "Blue key"})
    assert [one["name"] for one in (await owner.must("GET", "/me/passkeys"))["items"]] == ["Blue key"]
    await owner.must("DELETE", place)
    assert (await show(await site.browser(), device))["code"] == "passkey"


async def test_a_passkey_confirms_that_it_is_you_and_no_other(site: Site) -> None:
    owner, device = await site.owner(), device_of(site)
    await make(owner, device)
    stranger = await site.join("stranger@example.com")
    other = device_of(site)
    await make(stranger, other)
    await site.store.execute("UPDATE session SET proven_at = now() - interval '1 hour'")
    site.platform.services.door.forget()
    assert (await owner.ask("POST", "/me/passkeys/options")).json()["code"] == "confirm"

    async def confirm(with_: Device) -> int:
        asked = await owner.must("POST", "/auth/passkeys/options")
        proof = {"ticket": asked["ticket"], "credential": with_.show(asked["options"])}
        return (await owner.ask("POST", "/auth/confirm", proof)).status_code

    assert await confirm(other) == 403
    assert (await owner.ask("POST", "/me/passkeys/options")).status_code == 403
    assert await confirm(device) == 204
    assert (await owner.ask("POST", "/me/passkeys/options")).status_code == 200


async def test_a_passkey_lets_nobody_in_who_is_shut_out(open_site: Open) -> None:
    async with open_site() as site:
        owner = await site.owner()
        bob, device = await site.join("bob@example.com"), device_of(site)
        await make(bob, device)
        await bob.must("DELETE", "/me")
        assert (await show(bob, device))["code"] == "deleting"
        asked = await bob.must("POST", "/auth/passkeys/options")
        facts = {"ticket": asked["ticket"], "credential": device.show(asked["options"]), "restore": True}
        assert (await bob.must("POST", "/auth/passkeys/sign-in", facts))["status"] == "signed_in"
        people = (await owner.must("GET", "/instance/people"))["items"]
        bobs = next(one["id"] for one in people if one["email"] == "bob@example.com")
        await owner.must("PATCH", f"/instance/people/{bobs}", {"disabled": True})
        assert (await show(bob, device))["code"] == "disabled"
        assert (await bob.sign_in("bob@example.com", PASSWORD)).json()["code"] == "disabled"


@pytest.mark.parametrize(
    ("url", "origin", "name"),
    [
        ("http://127.0.0.1:3000", "http://localhost:3000", "localhost"),
        ("http://[::1]:3000/", "http://localhost:3000", "localhost"),
        ("https://Sim.Example.com/", "https://sim.example.com", "sim.example.com"),
        ("https://sim.example.com:443", "https://sim.example.com", "sim.example.com"),
        ("https://sim.example.com:8443", "https://sim.example.com:8443", "sim.example.com"),
    ],
)
def test_where_passkeys_work(url: str, origin: str, name: str) -> None:
    assert place_of(url) == (origin, name)
