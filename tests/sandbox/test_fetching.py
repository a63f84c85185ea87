"""`fetch` in user code: a request that the platform sends, and nothing that reaches the network by itself."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from sim_core.errors import Denied
from sim_core.sandbox import CodeError, CodeExpired, Limits, Sandbox
from sim_core.spec.requests import Reply, Request
from sim_core.spec.steps import Language

pytestmark = pytest.mark.asyncio(loop_scope="module")
SENT: list[Request] = []


async def answer(request: Request) -> Reply:
    """A service that says what it was asked."""
    SENT.append(request)
    match request.url.rpartition("/")[2]:
        case "denied":
            raise Denied("10.0.0.1 is inside the operator's network")
        case "slow":
            await asyncio.sleep(60)
        case "broken":
            raise ZeroDivisionError
        case "bytes":
            return Reply(200, bytes(range(256)), {}, request.url)
        case "missing":
            return Reply(404, b"no", {}, request.url)
        case _:
            pass
    return Reply(200, '{"ok": "é"}'.encode(), {"content-type": "application/json"}, request.url)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def box() -> AsyncIterator[Sandbox]:
    sandbox = Sandbox(limits=Limits(fetches=20), fetch=answer)
    yield sandbox
    await sandbox.close()


async def test_python_fetches_with_and_without_await(box: Sandbox) -> None:
    SENT.clear()
    code = """
import asyncio
one = fetch("https://a.test/x", params={"q": ["a b", 1]}, headers={"X-A": "1"})
two = await fetch("https://a.test/y", json={"n": 1})
three, four = await asyncio.gather(fetch("https://a.test/z", data={"a": "b c"}), fetch("https://a.test/missing"))
return [one.status, one.ok, one.json(), two.headers, two.text(), two.url, three.ok, four.ok, four.status]
"""
    got = (await box.execute("python", code)).result
    json_type = {"content-type": "application/json"}
    assert got == [200, True, {"ok": "é"}, json_type, '{"ok": "é"}', "https://a.test/y", True, False, 404]
    by_url = {request.url: request for request in SENT}
    assert set(by_url) == {
        "https://a.test/x?q=a+b&q=1",
        "https://a.test/y",
        "https://a.test/z",
        "https://a.test/missing",
    }
    assert by_url["https://a.test/x?q=a+b&q=1"].headers == {"X-A": "1"}
    posted = by_url["https://a.test/y"]
    assert (posted.method, posted.content, posted.headers["Content-Type"]) == (
        "POST",
        b'{"n": 1}',
        "application/json",
    )
    assert by_url["https://a.test/z"].content == b"a=b+c"


async def test_python_without_an_event_loop_waits_where_the_answer_is_used(box: Sandbox) -> None:
    code = "answers = [fetch(f'https://a.test/{n}') for n in range(3)]\nreturn [a.url for a in reversed(answers)]"
    assert (await box.execute("python", code)).result == [f"https://a.test/{n}" for n in (2, 1, 0)]


async def test_javascript_fetches(box: Sandbox) -> None:
    SENT.clear()
    code = """
const reply = await fetch("https://a.test/x", {
  method: "post", body: JSON.stringify({ a: "é" }), headers: { "Content-Type": "application/json" },
});
const [bytes, form] = await Promise.all([
  fetch("https://a.test/bytes").then((r) => r.arrayBuffer()),
  fetch(new URL("https://a.test/form"), { method: "PUT", body: new URLSearchParams({ a: "b c" }) }),
]);
return [reply.status, reply.ok, reply.headers.get("Content-Type"), await reply.json(),
  [...new Uint8Array(bytes)].slice(-2), form.url];
"""
    got = (await box.execute("javascript", code)).result
    assert got == [200, True, "application/json", {"ok": "é"}, [254, 255], "https://a.test/form"]
    assert SENT[0].method == "POST" and SENT[0].content == '{"a":"é"}'.encode()
    assert SENT[2].content == b"a=b+c" and SENT[2].headers["content-type"] == "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("python", "try:\n    fetch(URL).status\nexcept FetchError as error:\n    return str(error)"),
        ("python", "try:\n    await fetch(URL)\nexcept OSError as error:\n    return str(error)"),
        ("javascript", "return await fetch(URL).catch((error) => error.message)"),
    ],
)
async def test_a_refused_request_can_be_caught(box: Sandbox, language: Language, code: str) -> None:
    denied = await box.execute(language, code, {"URL": "https://a.test/denied"})
    assert denied.result == "10.0.0.1 is inside the operator's network"
    broken = await box.execute(language, code, {"URL": "https://a.test/broken"})
    assert "platform made a mistake" in broken.result and "Zero" not in broken.result


async def test_a_refused_request_that_nobody_catches_fails_the_call_in_its_line(box: Sandbox) -> None:
    for language, code in (
        ("python", "url = 'https://a.test/denied'\nawait fetch(url)"),
        ("python", "url = 'https://a.test/denied'\nfetch(url).json()"),
    ):
        with pytest.raises(CodeError, match=r"line 2: FetchError: 10.0.0.1"):
            await box.execute(language, code)  # pyright: ignore[reportArgumentType]
    with pytest.raises(CodeError, match=r"TypeError: 10.0.0.1"):
        await box.execute("javascript", "await fetch('https://a.test/denied')")


async def test_bad_requests_are_refused_before_they_are_sent(box: Sandbox) -> None:
    with pytest.raises(CodeError, match="the method is 'BREW'"):
        await box.execute("python", "await fetch('https://a.test/', method='BREW')")
    with pytest.raises(CodeError, match="more than 20 requests"):
        await box.execute("python", "for n in range(25): fetch(f'https://a.test/{n}').status")


async def test_a_request_in_flight_ends_with_its_call(box: Sandbox) -> None:
    for language, code in (
        ("python", "await fetch('https://a.test/slow')"),
        ("python", "fetch('https://a.test/slow').status"),
        ("javascript", "await fetch('https://a.test/slow')"),
    ):
        with pytest.raises(CodeExpired):
            await box.execute(language, code, timeout_s=0.4)  # pyright: ignore[reportArgumentType]
    done = await box.execute("python", "fetch('https://a.test/slow')\nreturn 1")
    assert done.result == 1
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    assert not any("_answer" in repr(task) for task in others)


async def test_without_a_client_fetch_says_so() -> None:
    sandbox = Sandbox()
    try:
        with pytest.raises(CodeError, match="fetch is not available here"):
            await sandbox.execute("python", "await fetch('https://a.test/')")
    finally:
        await sandbox.close()


async def test_code_that_asks_and_never_reads_does_not_fill_our_memory() -> None:
    asked = 0

    async def large(request: Request) -> Reply:
        nonlocal asked
        asked += 1
        return Reply(200, b"x" * (4 << 20), {}, request.url)

    sandbox = Sandbox(fetch=large, limits=Limits(fetches_at_once=3))
    try:
        code = "import time\nfor n in range(100): fetch(f'https://a.test/{n}')\ntime.sleep(0.5)\nreturn 1"
        assert (await sandbox.execute("python", code)).result == 1
        assert asked <= 4
    finally:
        await sandbox.close()
