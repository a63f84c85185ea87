"""Tokens: exchanged, renewed, kept, and lost."""

from collections.abc import Mapping

import pytest

from sim_core.errors import Denied, Refused
from sim_core.net import oauth
from sim_core.plugin import OAuth
from tests.net.conftest import Told
from tests.support.http import Answer, serve

APP = {"client_id": "app", "client_secret": "app-secret"}


async def kept(values: Mapping[str, str]) -> None:
    KEPT.append(dict(values))


KEPT: list[dict[str, str]] = []


@pytest.fixture(autouse=True)
def empty() -> None:
    KEPT.clear()


async def test_a_token_is_renewed_before_it_ends_and_kept_before_it_is_used(told: Told):
    async with serve(Answer(body={"access_token": "new", "expires_in": 3600, "refresh_token": "r2"})) as server:
        way = OAuth("shop", token_url=f"{server.url}/token")
        client = told.client(server.allow)
        old = {"access_token": "old", "refresh_token": "r1", "expires_at": "1000"}
        assert await oauth.fresh(way, old, client, **APP, persist=kept, now=800) is old
        values = await oauth.fresh(way, old, client, **APP, persist=kept, now=900)
    assert values == {"access_token": "new", "refresh_token": "r2", "expires_at": "4500"} == KEPT[0]
    [seen] = server.seen
    assert seen.body == b"grant_type=refresh_token&refresh_token=r1&client_id=app&client_secret=app-secret"


async def test_a_service_that_keeps_the_refresh_token_and_wants_basic(told: Told):
    async with serve(Answer(body={"access_token": "new"})) as server:
        way = OAuth("shop", token_url=server.url, client_auth="basic")
        old = {"access_token": "old", "refresh_token": "r1"}
        client = told.client(server.allow)
        values = await oauth.fresh(way, old, client, **APP, persist=kept, force=True)
    assert values == {"access_token": "new", "refresh_token": "r1"}
    assert server.seen[0].headers["authorization"] == "Basic YXBwOmFwcC1zZWNyZXQ="
    assert b"client_secret" not in server.seen[0].body


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (Answer(400, {"error": "invalid_grant"}), Denied, "connect the account again"),
        (Answer(200, {"error": "bad_verification_code", "error_description": "no"}), Refused, "no"),
        (Answer(401, {"error": "app-secret is wrong"}), Refused, "{{client_secret}} is wrong"),
        (Answer(500, "<html>"), Refused, "500 without a token"),
        (Answer(200, {}), Refused, "no token in the answer"),
    ],
)
async def test_a_refusal_says_who_has_to_act(told: Told, answer: Answer, error: type[Exception], words: str):
    async with serve(answer) as server:
        way = OAuth("shop", token_url=server.url)
        with pytest.raises(error) as refused:
            old = {"access_token": "o", "refresh_token": "r1"}
            await oauth.fresh(way, old, told.client(server.allow), **APP, persist=kept, force=True)
    assert words in str(refused.value)
    assert not KEPT


async def test_an_access_that_cannot_be_renewed_is_over(told: Told):
    with pytest.raises(Denied, match="connect the account again"):
        old = {"access_token": "o", "expires_at": "1"}
        await oauth.fresh(OAuth("shop", token_url="http://127.0.0.1:1"), old, told.client(), **APP, persist=kept)


async def test_a_code_becomes_a_credential(told: Told):
    reply = {"ok": True, "authed_user": {"access_token": "xoxp", "id": "U1"}}
    async with serve(Answer(body=reply)) as server:
        way = OAuth("slack", ("chat:write",), "https://slack.example/authorize", server.url, asks={"prompt": "consent"})
        url = oauth.authorize_url(way, client_id="app", redirect_uri="https://me/cb", state="s", challenge="c")
        values = await oauth.exchange(
            way, told.client(server.allow), code="c0de", redirect_uri="https://me/cb", **APP, verifier="v"
        )
    assert url.startswith("https://slack.example/authorize?client_id=app&redirect_uri=https%3A%2F%2Fme%2Fcb&")
    assert "code_challenge_method=S256" in url and url.endswith("prompt=consent")
    assert values == {"access_token": "xoxp"}
    assert b"code_verifier=v" in server.seen[0].body


async def test_a_token_endpoint_that_leads_elsewhere_is_not_followed(told: Told):
    async with serve(Answer()) as other:
        async with serve(Answer(307, headers={"location": other.url.replace("127.0.0.1", "localhost")})) as server:
            way = OAuth("shop", token_url=server.url)
            client = told.client(server.allow, f"localhost:{other.port}")
            with pytest.raises(Denied, match="token endpoint redirects"):
                old = {"access_token": "o", "refresh_token": "r1"}
                await oauth.fresh(way, old, client, **APP, persist=kept, force=True)
        assert not other.seen
