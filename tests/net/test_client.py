"""The guarded client, over real sockets."""

import asyncio
import gzip
import ssl
import time
import zlib
from email.utils import formatdate

import pytest

from sim_core.errors import Denied, Expired, Invalid, Refused, SimError, Unreachable
from sim_core.net.client import Errand, Limits
from sim_core.net.masks import Mask
from sim_core.spec.requests import Part, Reply, Request
from tests.net.conftest import Told
from tests.support.http import Answer, Seen, serve
from tests.support.tls import certificate_for, serving


def get(url: str, **facts: object) -> Request:
    return Request(url=url, **facts)  # pyright: ignore[reportArgumentType]


async def test_a_request_goes_over_the_wire_as_it_was_declared(told: Told):
    async with serve(Answer(201, {"ok": True}, {"X-Trace": "1"})) as server:
        client = told.client(server.allow)
        query = {"a": ["x y", "ä&b"], "none": None, "yes": True, "n": 1.5}
        reply = await client.send(get(f"{server.url}/p%2Fq?old=1", method="POST", query=query, json={"b": [1, None]}))
        assert (reply.status, reply.headers["x-trace"], reply.json()) == (201, "1", {"ok": True})
        [seen] = server.seen
        assert seen.target == "/p%2Fq?old=1&a=x%20y&a=%C3%A4%26b&yes=true&n=1.5"
        assert (seen.method, seen.json) == ("POST", {"b": [1, None]})
        assert seen.headers["content-type"] == "application/json"
        assert seen.headers["user-agent"].startswith("sim-platform/")
    [exchange] = told.exchanges
    assert (exchange.status, exchange.tries, exchange.received) == (201, 1, len(reply.content))


async def test_forms_and_parts_are_encoded(told: Told):
    async with serve(Answer()) as server:
        client = told.client(server.allow)
        await client.send(get(server.url, method="POST", form={"a": "x y+z", "b": [1, 2]}))
        parts = {
            "note": Part("hé"),
            "file": Part(b"\x00\x01", "a.bin"),
            "json": Part("{}", "j.json", "application/json"),
        }
        await client.send(get(server.url, method="POST", multipart=parts))
    assert server.seen[0].body == b"a=x+y%2Bz&b=1&b=2"
    text = server.seen[1].body
    assert b'name="note"\r\n\r\nh\xc3\xa9\r\n' in text
    assert b'name="file"; filename="a.bin"\r\nContent-Type: application/octet-stream\r\n\r\n\x00\x01' in text
    assert b'filename="j.json"\r\nContent-Type: application/json' in text


async def test_two_bodies_or_another_scheme_are_the_callers_mistake(told: Told):
    client = told.client()
    with pytest.raises(Invalid, match="more than one body"):
        await client.send(get("http://a.example/", json=1, content=b"2"))
    for url in ("file:///etc/passwd", "ftp://a.example/", "gopher://a.example/", "http://", "a.example"):
        with pytest.raises(Invalid, match="not an http"):
            await client.send(get(url))


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "127.1", "0177.1", "[::1]", "[::ffff:127.0.0.1]", "0"],
)
async def test_loopback_is_closed_to_requests_streams_and_sdks(told: Told, host: str):
    async with serve(Answer()) as server:
        client = told.client()
        url = f"http://{host}:{server.port}/"
        with pytest.raises(Denied):
            await client.send(get(url))
        with pytest.raises(Denied):
            async with client.stream(get(url)):
                pass
        with pytest.raises(Denied):
            await client.http().get(url)
        with pytest.raises(Denied):
            await client.open(host, server.port)
    assert server.connections == 0


async def test_a_name_that_changes_its_mind_is_checked_at_every_connection(told: Told):
    answers = [["93.184.216.34"], ["127.0.0.1"]]

    async def rebinding(host: str, port: int) -> list[str]:
        return answers.pop(0) if len(answers) > 1 else answers[0]

    async with serve(Answer()) as server:
        client = told.client(resolve=rebinding, limits=Limits(connect_s=0.3, tries=2))
        with pytest.raises(Denied):
            await client.send(get(f"http://rebind.example:{server.port}/"))
    assert server.connections == 0


async def test_the_checked_address_is_dialled_and_the_next_one_when_it_is_dead(told: Told):
    async def two(host: str, port: int) -> list[str]:
        return ["127.0.0.2", "127.0.0.1"]

    async with serve(Answer(body="here")) as server:
        client = told.client(f"service.example:{server.port}", resolve=two)
        reply = await client.send(get(f"http://service.example:{server.port}/"))
    assert reply.text() == "here"
    assert server.seen[0].headers["host"] == f"service.example:{server.port}"


async def test_a_redirect_into_private_space_is_closed(told: Told):
    async with serve(Answer()) as inside, serve(Answer(302, headers={"location": f"{inside.url}/admin"})) as server:
        client = told.client(server.allow)
        with pytest.raises(Denied):
            await client.send(get(server.url))
        assert inside.connections == 0


async def test_a_redirect_to_another_origin_takes_no_credentials(told: Told):
    async with serve(Answer(body="ok")) as other:

        def answer(seen: Seen) -> Answer:
            return Answer(307, headers={"location": {"/away": f"{other.url}/x", "/near": "/end"}[seen.path]})

        async with serve(lambda s: Answer(body="end") if s.path == "/end" else answer(s)) as server:
            client = told.client(server.allow, other.allow)
            errand = Errand(sign=lambda r: sign(r))
            headers = {"X-Api-Key": "mine", "Cookie": "a=b", "Accept": "text/plain"}
            await client.send(get(f"{server.url}/away", headers=headers), errand)
            await client.send(get(f"{server.url}/near", headers=headers), errand)
    assert server.seen[0].headers["authorization"] == "Bearer t"
    assert not {"authorization", "x-api-key", "cookie"} & set(other.seen[0].headers)
    assert other.seen[0].headers["accept"] == "text/plain"
    assert server.seen[-1].path == "/end"
    assert {"authorization", "x-api-key"} <= set(server.seen[-1].headers)


def sign(request: Request) -> Request:
    return Request(
        method=request.method, url=request.url, headers={**request.headers, "authorization": "Bearer t"},
        content=request.content,
    )  # fmt: skip


async def test_a_post_that_is_sent_elsewhere_becomes_a_get(told: Told):
    async with serve(lambda s: Answer(302, headers={"location": "/b"}) if s.path == "/a" else Answer()) as server:
        await told.client(server.allow).send(get(f"{server.url}/a", method="POST", json={"a": 1}))
    assert [(s.method, s.body) for s in server.seen] == [("POST", b'{"a":1}'), ("GET", b"")]


async def test_circles_and_other_schemes_are_refused(told: Told):
    async with serve(Answer(302, headers={"location": "/"})) as server:
        with pytest.raises(Refused, match="circles"):
            await told.client(server.allow).send(get(server.url))
    async with serve(Answer(302, headers={"location": "file:///etc/passwd"})) as server:
        with pytest.raises(Denied, match="not the web"):
            await told.client(server.allow).send(get(server.url))


async def test_an_answer_is_cut_off_where_it_grows_too_large(told: Told):
    endless = (b"x" * 10_000 for _ in range(10_000))
    async with serve([Answer(body=b"x" * 5000), Answer(pieces=endless)]) as server:
        client = told.client(server.allow)
        with pytest.raises(Refused, match="1,000 bytes") as declared:
            await client.send(get(server.url, max_bytes=1000))
        with pytest.raises(Refused, match="50,000 bytes"):
            await client.send(get(server.url, max_bytes=50_000))
    assert declared.value.reason == "reply_too_large"


@pytest.mark.parametrize("coding", ["gzip", "deflate", "raw deflate"])
async def test_a_packed_answer_is_unpacked_and_a_bomb_is_not(told: Told, coding: str):
    def pack(plain: bytes) -> bytes:
        if coding == "gzip":
            return gzip.compress(plain)
        packer = zlib.compressobj(9, zlib.DEFLATED, -15 if "raw" in coding else 15)
        return packer.compress(plain) + packer.flush()

    headers = {"content-encoding": coding.split()[-1]}
    bomb = pack(b"\0" * 50_000_000)
    async with serve(
        [Answer(body=pack(b"hello" * 100), headers=headers), Answer(body=bomb, headers=headers)]
    ) as server:
        client = told.client(server.allow)
        assert (await client.send(get(server.url))).text() == "hello" * 100
        with pytest.raises(Refused, match="more than"):
            await client.send(get(server.url, max_bytes=1_000_000))


async def test_a_broken_or_foreign_packing_is_refused(told: Told):
    script = [
        Answer(body=b"not gzip", headers={"content-encoding": "gzip"}),
        Answer(body=gzip.compress(b"x" * 1000)[:20], headers={"content-encoding": "gzip"}),
        Answer(body=b"?", headers={"content-encoding": "br"}),
    ]
    async with serve(script) as server:
        client = told.client(server.allow)
        for _ in script:
            with pytest.raises(Refused):
                await client.send(get(server.url))


async def test_a_busy_service_is_asked_again_and_its_wait_is_kept(told: Told):
    script = [Answer(503), Answer(429, headers={"retry-after": "7"}), Answer(502), Answer(body="at last")]
    async with serve(script) as server:
        reply = await told.client(server.allow).send(get(server.url))
    assert reply.text() == "at last"
    assert told.waits == [0.5, 7.0, 2.0]
    assert told.exchanges[0].tries == 4


async def test_a_date_to_come_back_is_understood_and_a_long_one_is_not_waited_for(told: Told):
    soon = formatdate(time.time() + 20, usegmt=True)
    script = [Answer(429, headers={"retry-after": soon}), Answer(429, headers={"retry-after": "3600"})]
    async with serve(script) as server:
        reply = await told.client(server.allow).send(get(server.url))
    assert reply.status == 429
    assert 1 < told.waits[0] <= 20  # the half second of a first try is not it
    assert len(told.waits) == 1


@pytest.mark.parametrize(
    ("facts", "key", "tries"),
    [
        ({"method": "POST"}, "", 1),
        ({"method": "PATCH"}, "k", 1),
        ({"method": "POST", "once": True}, "", 1),
        ({"method": "PUT", "once": True}, "", 1),
        ({"method": "POST", "once": True}, "run:1", 4),
        ({"method": "PUT"}, "", 4),
        ({"method": "DELETE"}, "", 4),
    ],
)
async def test_only_what_may_happen_twice_is_sent_twice(told: Told, facts: dict[str, object], key: str, tries: int):
    for answer in (Answer(503), Answer(drop=True)):
        async with serve(answer) as server:
            try:
                await told.client(server.allow).send(get(server.url, **facts), Errand(key=key))
            except Unreachable as error:
                assert error.reason == "broken_off"
        assert len(server.seen) == tries
        assert {s.headers.get("idempotency-key") for s in server.seen} == {key if key and facts.get("once") else None}


async def test_a_refused_connection_is_tried_again_whatever_the_method(told: Told):
    async with serve(Answer()) as server:
        pass
    with pytest.raises(Unreachable, match="refused the connection"):
        await told.client(server.allow).send(get(server.url, method="POST"))
    assert len(told.waits) == 3
    assert told.exchanges[0].error == "connect_failed"


async def test_silence_expires(told: Told):
    async with serve(Answer(delay_s=60)) as server:
        client = told.client(server.allow)
        started = time.monotonic()
        with pytest.raises(Expired, match=r"0\.1 s"):
            await client.send(get(server.url, timeout_s=0.1))
        slow = told.client(server.allow, limits=Limits(idle_s=0.1, tries=1))
        with pytest.raises(Expired, match="silent"):
            await slow.send(get(server.url))
    assert time.monotonic() - started < 30


@pytest.mark.parametrize(
    "raw",
    [
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nshort",
        b"HTTP/1.1 abc\r\n\r\n",
        b"\x16\x03\x01",
    ],
)
async def test_what_is_not_http_is_unreachable(told: Told, raw: bytes):
    async with serve(Answer(raw=raw)) as server:
        with pytest.raises(Unreachable):
            await told.client(server.allow, limits=Limits(tries=1)).send(get(server.url))


async def test_a_stream_comes_piece_by_piece_and_tells_when_it_breaks(told: Told):
    script = [Answer(pieces=[b"one", b"two"], pause_s=0.02), Answer(pieces=[b"one"], cut=True)]
    async with serve(script) as server:
        client = told.client(server.allow)
        async with client.stream(get(server.url)) as arriving:
            assert arriving.status == 200
            assert [piece async for piece in arriving.pieces()] == [b"one", b"two"]
        with pytest.raises(Unreachable, match="broke off"):
            async with client.stream(get(server.url)) as arriving:
                assert b"".join([piece async for piece in arriving.pieces()]) == b"one"
    assert [e.received for e in told.exchanges] == [6, 3]
    assert told.exchanges[1].error == "broken_off"


async def test_a_stream_has_a_size_and_a_time(told: Told):
    async with serve(Answer(pieces=(b"x" * 100 for _ in range(1000)), pause_s=0.01)) as server:
        client = told.client(server.allow)
        with pytest.raises(Refused):
            async with client.stream(get(server.url, max_bytes=250)) as arriving:
                [_ async for _ in arriving.pieces()]
        with pytest.raises(Expired):
            async with client.stream(get(server.url, timeout_s=0.05)) as arriving:
                [_ async for _ in arriving.pieces()]


async def test_secrets_are_in_no_message_and_no_trace(told: Told):
    secret = "s3cr3t/+value"
    async with serve(Answer()) as server:
        pass
    client = told.client(server.allow, limits=Limits(tries=1))
    with pytest.raises(SimError) as failed:
        url = f"http://user:{secret.replace('/', '%2F')}@127.0.0.1:{server.port}/x"
        await client.send(get(url, query={"q": secret, "api_key": "other"}), Errand(mask=Mask({"TOKEN": secret})))
    told_text = failed.value.message + str(failed.value) + told.exchanges[0].url
    assert "s3cr3t" not in told_text
    assert told.exchanges[0].url.endswith("/x?q={{TOKEN}}&api_key=***")


async def test_a_cancelled_request_lets_go_of_its_connection(told: Told):
    async with serve([Answer(delay_s=60), Answer()]) as server:
        client = told.client(server.allow, limits=Limits(connections=1))
        task = asyncio.create_task(client.send(get(server.url)))
        while not server.seen:
            await asyncio.sleep(0.005)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await client.send(get(server.url))).status == 200


async def test_cookies_of_one_caller_reach_no_other(told: Told):
    async with serve(Answer(headers={"set-cookie": "session=1; Path=/"})) as server:
        client = told.client(server.allow)
        for _ in range(2):
            await client.send(get(server.url))
            await client.http().get(server.url)
    assert not any("cookie" in s.headers for s in server.seen)


async def test_environment_proxies_are_not_asked(told: Told, monkeypatch: pytest.MonkeyPatch):
    async with serve(Answer(body="proxy")) as proxy, serve(Answer(body="direct")) as server:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        client = told.client(server.allow)
        assert (await client.send(get(server.url))).text() == "direct"
        assert (await client.http().get(server.url)).text == "direct"


async def test_two_hundred_requests_share_the_connections(told: Told):
    async with serve(Answer(body="ok")) as server:
        client = told.client(server.allow, limits=Limits(connections=10))
        replies: list[Reply] = await asyncio.gather(*(client.send(get(server.url)) for _ in range(200)))
    assert all(reply.status == 200 for reply in replies)
    assert server.connections <= 10


async def test_the_certificate_is_checked_for_the_name_though_the_address_is_dialled(told: Told):
    key, certificate = certificate_for("service.example")

    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    trusting = ssl.create_default_context(cadata=certificate)
    async with serve(Answer(body="it is me"), tls=serving(key, certificate)) as server:
        names = (f"service.example:{server.port}", f"other.example:{server.port}")
        client = told.client(*names, resolve=resolve, verify=trusting)
        assert (await client.send(get(f"https://service.example:{server.port}/"))).text() == "it is me"
        with pytest.raises(Unreachable, match="could not prove who it is") as wrong:
            await client.send(get(f"https://other.example:{server.port}/"))
        with pytest.raises(Unreachable, match="could not prove who it is"):
            await told.client(*names, resolve=resolve).send(get(f"https://service.example:{server.port}/"))
    assert wrong.value.reason == "tls_failed"
    assert told.waits == []


async def test_a_redirect_out_of_tls_is_refused(told: Told):
    key, certificate = certificate_for("localhost")
    trusting = ssl.create_default_context(cadata=certificate)
    async with serve(Answer()) as plain:
        moved = Answer(302, headers={"location": plain.url})
        async with serve(moved, tls=serving(key, certificate)) as server:
            client = told.client(server.allow, plain.allow, verify=trusting)
            with pytest.raises(Denied, match="from https to http"):
                await client.send(get(server.url))
        assert not plain.seen


@pytest.mark.parametrize("headers", [{"x-a": "b\r\nx-evil: 1"}, {"x a": "b"}, {"x-a\r\nx-evil": "1"}, {"x-ü": "b"}])
async def test_a_header_smuggles_nothing(told: Told, headers: dict[str, str]):
    async with serve(Answer()) as server:
        with pytest.raises(Invalid):
            await told.client(server.allow).send(get(server.url, headers=headers))
    assert not server.seen
