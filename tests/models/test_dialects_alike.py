"""What every protocol does alike, over its vendor's SDK, against a server that speaks the real wire format."""

import asyncio
from typing import Any

import httpx2
import pytest

from sim_core.errors import Denied, Expired, Refused, SimError, Unreachable
from sim_core.spec.prompts import (
    CallArguments,
    CallStart,
    Delta,
    Stop,
    Usage,
)
from sim_core.spec.providers import Client
from tests.models.wire import ASK, WEATHER, at, replaced, said, text
from tests.support import vendors
from tests.support.http import Answer, serve, sse


async def test_words_usage_and_stop_come_in_order(dialect: Any, http: Any) -> None:
    ask, answer, model = dialect
    async with serve(answer("Hel", "lo", "!")) as server:
        deltas = await said(ask(ASK, model, at(server, http)))
    assert text(deltas) == "Hello!"
    assert [type(delta).__name__ for delta in deltas[-2:]] == ["Usage", "Stop"]
    assert deltas[-1] == Stop("stop")
    assert isinstance(deltas[-2], Usage)
    assert (deltas[-2].input, deltas[-2].output) == (100, 20)
    assert server.seen[0].headers["authorization"] == "Bearer sk-secret-1234"


async def test_parallel_calls_come_whole(dialect: Any, http: Any) -> None:
    ask, answer, model = dialect
    calls = [vendors.call("c1", "weather", {"city": "Oslo"}), vendors.call("c2", "weather", {"city": "Rome"})]
    async with serve(answer("Looking.", calls=calls)) as server:
        deltas = await said(ask(replaced(tools=(WEATHER,)), model, at(server, http)))
    starts = [delta for delta in deltas if isinstance(delta, CallStart)]
    assert [(start.id, start.name) for start in starts] == [("c1", "weather"), ("c2", "weather")]
    arguments = {start.index: "" for start in starts}
    for delta in deltas:
        if isinstance(delta, CallArguments):
            arguments[delta.index] += delta.fragment
    assert list(arguments.values()) == ['{"city": "Oslo"}', '{"city": "Rome"}']
    assert deltas[-1] == Stop("tool_calls")


@pytest.mark.parametrize(
    ("status", "kind", "raised", "code"),
    [
        (401, "authentication_error", Refused, "key_refused"),
        (404, "not_found_error", Refused, "no_such_model"),
        (429, "rate_limit_error", Refused, "busy"),
        (500, "api_error", Refused, "refused"),
    ],
)
async def test_a_refusal_has_the_vendors_words_and_no_key(
    dialect: Any, http: Any, status: int, kind: str, raised: type[SimError], code: str
) -> None:
    ask, _, model = dialect
    reply = vendors.refusal(status, "No, sk-secret-1234, no.", kind=kind, headers={"retry-after": "7"})
    async with serve(reply) as server:
        with pytest.raises(raised) as caught:
            await said(ask(ASK, model, at(server, http)))
    assert len(server.seen) == 1, "the SDK must not try again by itself"
    assert caught.value.reason == code
    assert isinstance(caught.value, Refused)
    assert (caught.value.http_status, caught.value.retry_after) == (status, 7.0)
    assert f"answered {status}: No, …, no." in caught.value.message


async def test_a_connection_lost_in_mid_stream_is_unreachable(dialect: Any, http: Any) -> None:
    ask, answer, model = dialect
    heard: list[Delta] = []
    async with serve(answer("Hel", "lo", cut=True)) as server:
        with pytest.raises(Unreachable):
            async for delta in ask(ASK, model, at(server, http)):
                heard.append(delta)
    assert text(heard) == "Hello"


async def test_a_stream_that_ends_too_early_is_unreachable(dialect: Any, http: Any) -> None:
    ask, answer, model = dialect
    pieces = list(answer("Hello").pieces)[:2]
    async with serve(Answer(headers={"content-type": "text/event-stream"}, pieces=pieces)) as server:
        with pytest.raises(Unreachable, match="before it was complete"):
            await said(ask(ASK, model, at(server, http)))


async def test_a_malformed_event_is_a_refusal(dialect: Any, http: Any) -> None:
    ask, _, model = dialect
    async with serve(sse(("message", '{"type": "x", '))) as server:
        with pytest.raises(Refused, match=r"unexpected shape|before it was complete"):
            await said(ask(ASK, model, at(server, http)))


async def test_silence_expires(dialect: Any, http: Any) -> None:
    ask, answer, model = dialect
    slow = answer("Hello")
    slow.delay_s = 5
    async with serve(slow) as server:
        with pytest.raises(Expired, match=r"0\.1 seconds"):
            await said(ask(ASK, model, at(server, http, timeout_s=0.1)))


async def test_nobody_there_is_unreachable(dialect: Any, http: Any) -> None:
    ask, _, model = dialect
    async with serve(Answer()) as server:
        client = at(server, http)
    with pytest.raises(Unreachable, match="did not answer"):
        await said(ask(ASK, model, client))


async def test_the_guards_refusal_comes_through_as_it_is(dialect: Any) -> None:
    class Guard(httpx2.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            raise Denied("127.0.0.1 lies inside the network")

    ask, _, model = dialect
    async with httpx2.AsyncClient(transport=Guard()) as http:
        with pytest.raises(Denied, match="inside the network"):
            await said(ask(ASK, model, Client(http=http, base_url="http://127.0.0.1:1", key="k")))


async def test_nothing_of_the_servers_environment_is_sent(
    dialect: Any, http: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "ANTHROPIC_AUTH_TOKEN"):
        monkeypatch.setenv(name, "operators-own")
    for name in ("OPENAI_CUSTOM_HEADERS", "ANTHROPIC_CUSTOM_HEADERS"):
        monkeypatch.setenv(name, "X-Inner: operators-own\nAuthorization: operators-own")
    ask, answer, model = dialect
    async with serve(answer("Hi")) as server:
        await said(ask(ASK, model, at(server, http)))
        await said(ask(ASK, model, at(server, http, key="")))
    assert all("operators-own" not in " ".join(seen.headers.values()) for seen in server.seen)
    assert "authorization" not in server.seen[1].headers
    assert "sk-secret" not in str(server.seen[1].headers)


async def test_a_reader_that_leaves_closes_the_connection(dialect: Any, http: Any) -> None:
    ask, answer, model = dialect
    slow = answer(*(["word "] * 6000))
    slow.pause_s = 0.01
    async with serve(slow) as server:
        stream = ask(ASK, model, at(server, http))
        assert await anext(stream)
        await asyncio.wait_for(stream.aclose(), 30)
