"""Another provider, run here: a real authorisation-code flow with PKCE."""

import base64
import hashlib
import json
import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
import pytest_asyncio
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.accounts.conftest import Browser, Open
from tests.support.http import Answer, Seen, Server, serve

KEY, WRONG_KEY = RSAKey.generate_key(2048, {"kid": "one"}), RSAKey.generate_key(2048, {"kid": "one"})


class Provider:
    """An OpenID provider: it hands out codes, and checks the proof that is bound to each."""

    def __init__(self) -> None:
        self.server: Server
        self.person: dict[str, Any] = {"sub": "p1", "email": "pat@example.com", "email_verified": True, "name": "Pat"}
        self.codes: dict[str, dict[str, str]] = {}
        self.key = KEY
        self.claims: dict[str, Any] = {}

    @property
    def url(self) -> str:
        return self.server.url

    def answer(self, seen: Seen) -> Answer:
        match seen.path:
            case "/.well-known/openid-configuration":
                places = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
                return Answer(body={"issuer": self.url, **{k: f"{self.url}/{v}" for k, v in places.items()}})
            case "/keys":
                return Answer(body={"keys": [KEY.as_dict(private=False)]})
            case "/token":
                return self._token(dict(parse_qsl(seen.body.decode())))
            case _:
                return Answer(404)

    def consent(self, location: str) -> str:
        """What the provider's page does when a person agrees: where the browser goes next."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def _token(self, form: dict[str, str]) -> Answer:
        asked = self.codes.pop(form.get("code", ""), None)
        proof = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if asked is None or proof.decode().rstrip("=") != asked["code_challenge"]:
            return Answer(400, body={"error": "invalid_grant"})
        assert (form["client_id"], form["client_secret"]) == ("sim", "s3cret")
        now = int(time.time())
        claims = {"iss": self.url, "aud": "sim", "nonce": asked["nonce"], "iat": now, "exp": now + 60, **self.person}
        token = jwt.encode({"alg": "RS256", "kid": "one"}, {**claims, **self.claims}, self.key)
        return Answer(body={"access_token": "a", "token_type": "Bearer", "id_token": token})


@pytest_asyncio.fixture
async def provider() -> AsyncIterator[Provider]:
    made = Provider()
    async with serve(made.answer) as server:
        made.server = server
        yield made


def _settings(provider: Provider, **more: str) -> dict[str, str]:
    known = {"OIDC_ISSUER": provider.url, "OIDC_CLIENT_ID": "sim", "OIDC_CLIENT_SECRET": "s3cret"}
    return {**known, "SIM_ALLOW_HOSTS": provider.server.allow, **more}


async def _go(browser: Browser, provider: Provider, **query: str) -> Any:
    start = await browser.ask("GET", f"/auth/providers/oidc/start?{urlencode(query)}")
    assert start.status_code == 303, start.text
    return await browser.client.get(provider.consent(start.headers["location"]))


async def test_a_provider_signs_people_in_and_links_a_verified_address(open_site: Open, provider: Provider) -> None:
    async with open_site(**_settings(provider)) as site:
        await site.owner()
        assert (await (await site.browser()).must("GET", "/auth"))["providers"] == ["oidc"]
        browser = await site.browser()
        reply = await _go(browser, provider, to="/w/1")
        assert (reply.status_code, reply.headers["location"]) == (303, "/w/1")
        assert (await browser.must("GET", "/me"))["email"] == "pat@example.com"
        provider.person |= {"email": "changed@example.com"}
        again = await site.browser()
        await _go(again, provider)
        assert (await again.must("GET", "/me"))["email"] == "pat@example.com"
        provider.person = {"sub": "p2", "email": "owner@example.com", "email_verified": True}
        linked = await site.browser()
        await _go(linked, provider)
        assert (await linked.must("GET", "/me"))["is_operator"] is True


async def test_an_address_that_nobody_verified_links_nothing(open_site: Open, provider: Provider) -> None:
    async with open_site(**_settings(provider)) as site:
        await site.owner()
        for verified in (False, None, "no"):
            provider.person = {"sub": "p3", "email": "owner@example.com", "email_verified": verified}
            reply = await _go(await site.browser(), provider)
            assert reply.json()["code"] == "email_unverified"


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another"},
        {"iss": "https://evil.example"},
        {"nonce": "old"},
        {"exp": 1},
        {"aud": ["sim", "other"]},
        {"sub": ""},
    ],
)
async def test_a_token_for_somebody_else_is_refused(
    open_site: Open, provider: Provider, claims: dict[str, Any]
) -> None:
    async with open_site(**_settings(provider)) as site:
        provider.claims = claims
        reply = await _go(await site.browser(), provider)
        assert (reply.status_code, reply.json()["code"]) == (403, "login_token")


async def test_a_token_that_another_signed_or_nobody_is_refused(open_site: Open, provider: Provider) -> None:
    async with open_site(**_settings(provider)) as site:
        provider.key = WRONG_KEY
        reply = await _go(await site.browser(), provider)
        assert reply.json()["code"] == "login_token"


async def test_a_sign_in_is_finished_by_the_browser_that_began_it_once(open_site: Open, provider: Provider) -> None:
    async with open_site(**_settings(provider)) as site:
        mine, victim = await site.browser(), await site.browser()
        start = await mine.ask("GET", "/auth/providers/oidc/start")
        back = provider.consent(start.headers["location"])
        assert (await victim.client.get(back)).json()["code"] == "login_state"
        assert (await mine.client.get(back)).status_code == 303
        assert (await mine.client.get(back)).json()["code"] == "ticket"
        assert (await mine.ask("GET", "/auth/providers/nobody/start")).status_code == 404
        refused = await mine.ask("GET", "/auth/providers/oidc/start")
        state = parse_qs(urlsplit(refused.headers["location"]).query)["state"][0]
        where = f"/auth/providers/oidc/callback?state={state}&code=made-up"
        assert (await mine.ask("GET", where)).json()["code"] == "login_refused"


async def test_it_leads_back_to_this_site_only(open_site: Open, provider: Provider) -> None:
    async with open_site(**_settings(provider)) as site:
        for to in ("https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
            reply = await _go(await site.browser(), provider, to=to)
            assert reply.headers["location"] == "/"


async def test_a_provider_does_not_open_what_is_closed(open_site: Open, provider: Provider) -> None:
    async with open_site(**_settings(provider, SIM_SIGNUP="invite")) as site:
        owner: Browser = await site.owner()
        reply = await _go(await site.browser(), provider)
        assert reply.json()["code"] == "signup_closed"
        page = await site.browser()
        page.client.headers["accept"] = "text/html,application/xhtml+xml,*/*;q=0.8"
        reply = await _go(page, provider)
        assert (reply.status_code, reply.headers["location"]) == (303, "/sign-in?refused=signup_closed")
        (organization,) = (await owner.must("GET", "/organizations"))["items"]
        base = f"/organizations/{organization['id']}/invitations"
        sent = await owner.must("POST", base, {"email": "pat@example.com"})
        invited = await site.browser()
        await _go(invited, provider, invitation=sent["link"].split("token=")[1])
        assert list((await invited.must("GET", "/me"))["organizations"].values()) == ["member"]


def test_the_keys_are_what_they_seem() -> None:
    assert json.dumps(KEY.as_dict(private=False)) != json.dumps(WRONG_KEY.as_dict(private=False))
