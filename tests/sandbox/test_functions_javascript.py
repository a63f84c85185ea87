"""JavaScript functions: what they return, print, wait for and fail with."""

import time
from typing import Any

import pytest

from sim_core.errors import Expired, TooLarge
from sim_core.sandbox import CodeError, Sandbox

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_code_is_the_body_of_an_async_function(sandbox: Sandbox) -> None:
    code = """
const total = prices.reduce((a, b) => a + b, 0);
console.log("total", total, { a: 1 });
let prices_ = await Promise.resolve(prices);
return { total, first: prices_[0], text: __sim_text({ a: "é" }) };
"""
    executed = await sandbox.execute("javascript", code, {"prices": [1, 2.5]})
    assert executed.result == {"total": 3.5, "first": 1, "text": '{"a":"é"}'}
    assert executed.stdout == 'total 3.5 {"a":1}\n'


async def test_a_bound_name_can_be_declared_again(sandbox: Sandbox) -> None:
    names = {"a": 1, "__ref_0": 2, "not a name": 3, "const": 4}
    code = "const a = __ref_0 + 1; return [a, params['not a name'], params.const, env.K, process.env.K]"
    assert (await sandbox.execute("javascript", code, names, env={"K": "v"})).result == [3, 3, 4, "v", "v"]


@pytest.mark.parametrize(
    ("expression", "plain"),
    [
        ("undefined", None),
        ("[NaN, undefined, () => 1]", [None, None, None]),
        ("new Date(0)", "1970-01-01T00:00:00.000Z"),
        ("12n", 12),
        ("2n ** 80n", str(2**80)),
        ("'\\ud800'", "?"),
        ("'a\\0b'", "a\0b"),
        ("2 ** 53", 2**53),
        ("[1,2,3].at(-1)", 3),
        ("Object.groupBy([1,2,3], n => n % 2 ? 'odd' : 'even')", {"odd": [1, 3], "even": [2]}),
    ],
)
async def test_results_become_plain_data(sandbox: Sandbox, expression: str, plain: Any) -> None:
    assert (await sandbox.execute("javascript", f"return {expression}")).result == plain


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("let a = 1;\n\nreturn a.b.c", r"line 3: TypeError: cannot read property 'c' of undefined"),
        ("let a = 1;\nlet b = ;", r"line 2: SyntaxError: unexpected token"),
        ("return missing", r"line 1: ReferenceError: missing is not defined"),
        ("function f(o) {\n  return o.x.y;\n}\nreturn f({});", r"line 2: TypeError"),
        ("throw new RangeError('too far: 7')", r"line 1: RangeError: too far: 7"),
        ("throw 'text'", r"^Error: text$"),
        ("throw { a: 1 }", r'^Error: \{"a":1\}$'),
        ("throw null", r"^Error: null was thrown$"),
        ("await new Promise(() => {})", r"waits for something that never comes"),
        ("setTimeout(() => { throw new TypeError('late') }, 1);\nawait new Promise(r => setTimeout(r, 50))", "late"),
        ("const a = {}; a.a = a; return a", r"circular"),
        ("await import('fs')", r"ReferenceError: could not load module 'fs'"),
        ("JSON.parse('{')", r"line 1: SyntaxError"),
        ("return (function f() { return f() })()", r"RangeError: Maximum call stack"),
    ],
)
async def test_mistakes_are_told_in_the_users_own_lines(sandbox: Sandbox, code: str, message: str) -> None:
    with pytest.raises(CodeError, match=message):
        await sandbox.execute("javascript", code, timeout_s=5)


async def test_timers_fire_in_order_and_can_be_cleared(sandbox: Sandbox) -> None:
    code = """
const order = [];
setTimeout(() => order.push("late"), 20);
setTimeout((x) => order.push(x), 5, "early");
const never = setTimeout(() => order.push("never"), 1);
clearTimeout(never);
queueMicrotask(() => order.push("micro"));
let ticks = 0;
await new Promise((resolve) => {
  const id = setInterval(() => { if (++ticks === 3) { clearInterval(id); resolve(); } }, 10);
});
await new Promise((resolve) => setTimeout(resolve, 20));
return [order, ticks];
"""
    assert (await sandbox.execute("javascript", code)).result == [["micro", "early", "late"], 3]


async def test_the_usual_globals_are_there(sandbox: Sandbox) -> None:
    code = """
const url = new URL("../b?x=1&y=a+b#h", "https://u:p@Example.com:443/a/c/d");
url.searchParams.set("z", "é");
const circle = { date: new Date(0), map: new Map([[1, { x: 1 }]]) };
circle.self = circle;
const copy = structuredClone(circle);
return {
  href: url.href, host: url.host, y: url.searchParams.get("y"), origin: url.origin,
  form: new URLSearchParams({ a: 1, b: "x y&" }).toString(),
  bad: URL.canParse("no url"),
  text: new TextDecoder().decode(new TextEncoder().encode("hé😀")),
  base64: [btoa("abc"), atob("YWJj")],
  clone: [copy.self === copy, copy !== circle, copy.map.get(1).x, copy.date.getTime()],
  bytes: crypto.getRandomValues(new Uint8Array(4)).length,
};
"""
    assert (await sandbox.execute("javascript", code)).result == {
        "href": "https://u:p@example.com/a/b?x=1&y=a+b&z=%C3%A9#h",
        "host": "example.com",
        "y": "a b",
        "origin": "https://example.com",
        "form": "a=1&b=x+y%26",
        "bad": False,
        "text": "hé😀",
        "base64": ["YWJj", "abc"],
        "clone": [True, True, 1, 0],
        "bytes": 4,
    }


@pytest.mark.parametrize("code", ["while (1);", "while (1) await null", "return /(a+)+$/.test('a'.repeat(40) + 'b')"])
async def test_time_is_over_for_everyone(sandbox: Sandbox, code: str) -> None:
    began = time.perf_counter()
    with pytest.raises(Expired):
        await sandbox.execute("javascript", code, timeout_s=0.4)
    assert time.perf_counter() - began < 10


@pytest.mark.parametrize(
    "code",
    [
        "const held = []; while (1) held.push(new Array(1e5).fill(7))",
        "const held = []; while (1) held.push(new Uint8Array(1e7).fill(1))",
        "const held = new Map(); for (let n = 0; ; n++) held.set(n, { n })",
    ],
)
async def test_memory_is_bounded(sandbox: Sandbox, code: str) -> None:
    with pytest.raises(CodeError) as caught:
        await sandbox.execute("javascript", code, memory_mb=32, timeout_s=10)
    assert caught.value.reason == "memory_limit"


async def test_the_output_is_bounded(sandbox: Sandbox) -> None:
    code = "for (let n = 0; n < 10000; n++) console.log('x'.repeat(99)); return 1"
    executed = await sandbox.execute("javascript", code, timeout_s=10)
    assert len(executed.stdout) < 257 * 1024 and executed.stdout.endswith("[output cut here]\n")
    with pytest.raises(TooLarge):
        await sandbox.execute("javascript", "return 'x'.repeat(6e6)", timeout_s=10)


async def test_a_polluted_prototype_is_gone_in_the_next_call(sandbox: Sandbox) -> None:
    await sandbox.execute(
        "javascript",
        "Object.prototype.evil = 1; Array.prototype.push = JSON.stringify = () => 'x'; globalThis.leak = 1",
    )
    code = "return [({}).evil ?? null, typeof leak, [].push(1)]"
    assert (await sandbox.execute("javascript", code)).result == [None, "undefined", 1]
