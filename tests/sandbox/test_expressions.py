"""Expressions in both languages: values, mistakes, limits, and that nothing is left of the one before."""

import asyncio
import time
from typing import Any

import pytest

from sim_core.errors import Expired, Invalid, TooLarge
from sim_core.sandbox import CodeError, Sandbox
from sim_core.spec.steps import Language

pytestmark = pytest.mark.asyncio(loop_scope="module")
NAMES: dict[str, Any] = {"__ref_0": 5, "user": {"name": "Ada", "tags": ["x", "y"], "age": None}, "text": "héllo"}


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("__ref_0 > 3 and 'x' in user['tags']", True),
        ("  __ref_0 + 1  ", 6),
        ("[tag.upper()\n  for tag in user['tags']\n]", ["X", "Y"]),
        ("user['age'] is None", True),
        ("{'a': __ref_0}", {"a": 5}),
        ("sum(n for n in range(10) if n % 2)", 25),
        ("__sim_text(user['tags']) + __sim_text(text)", '["x","y"]héllo'),
        ("import re\nre.sub('l+', 'L', text)", "héLo"),
        ("sorted([3, 1], reverse=True)[0] * 1.5", 4.5),
        ("(1, 2)", [1, 2]),
        ("2 ** 70", 2**70),
        ("None", None),
        ("float('nan')", None),
    ],
)
async def test_python_values(sandbox: Sandbox, code: str, value: Any) -> None:
    assert await sandbox.evaluate("python", code, NAMES) == value


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("__ref_0 > 3 && user.tags.includes('x')", True),
        ("user.tags\n  .map(t => t.toUpperCase())", ["X", "Y"]),
        ("{ a: __ref_0 }", {"a": 5}),
        ("user.age ?? 'none';", "none"),
        ("__ref_0 // the number", 5),
        ("__sim_text(user.tags) + __sim_text(text)", '["x","y"]héllo'),
        ("undefined", None),
        ("[1, 2, 3].at(-1)", 3),
        ("'\\ud800'", "?"),
        ("NaN", None),
    ],
)
async def test_javascript_values(sandbox: Sandbox, code: str, value: Any) -> None:
    assert await sandbox.evaluate("javascript", code, NAMES) == value


@pytest.mark.parametrize(
    ("language", "code", "message"),
    [
        ("python", "__ref_0 +", "line 1: SyntaxError"),
        ("python", "a = 1\nuser['nope']", "line 2: KeyError: 'nope'"),
        ("python", "missing > 3", "line 1: NameError: name 'missing' is not defined"),
        ("python", "(yield 1)", "an expression cannot have yield expressions; a Python function can"),
        ("python", "import socket", "an expression cannot import 'socket'; a Python function can"),
        ("python", "open('/etc/passwd').read()", "an expression can only compute"),
        ("python", "__import__('os').system('id')", "NameError"),
        ("python", "().__class__.__base__.__subclasses__()", "AttributeError"),
        ("python", "class P:\n  pass\nP()", "The value is a P, which is not JSON data"),
        ("python", "def f(n): return f(n + 1)\nf(1)", "RecursionError"),
        ("javascript", "__ref_0 ===", "line 1: SyntaxError"),
        ("javascript", "\nuser.nope.x", "line 2: TypeError: cannot read property 'x' of undefined"),
        ("javascript", "missing > 3", "line 1: ReferenceError: missing is not defined"),
        ("javascript", "Promise.resolve(1)", "an expression cannot wait for a promise"),
        ("javascript", "1)}, (function(){ return (2", "SyntaxError"),
        ("javascript", "(function f() { return f() })()", "RangeError: Maximum call stack"),
        ("javascript", "(() => { throw null })()", "null was thrown|MemoryError"),
        ("python", " ", "The expression is empty"),
        ("javascript", "\n", "The expression is empty"),
    ],
)
async def test_mistakes_are_told(sandbox: Sandbox, language: Language, code: str, message: str) -> None:
    with pytest.raises(CodeError, match=message):
        await sandbox.evaluate(language, code, NAMES)


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("python", "while True:\n  pass"),
        ("python", "[0 for x in range(10**7) for y in range(10**7) if x > y > 10**6]"),
        ("javascript", "(() => { while (1); })()"),
        ("javascript", "/(a+)+$/.test('a'.repeat(40) + 'b')"),
        ("javascript", "(() => { throw { toString() { while (1); } } })()"),
    ],
)
async def test_time_is_over_for_everyone(sandbox: Sandbox, language: Language, code: str) -> None:
    began = time.perf_counter()
    with pytest.raises(Expired):
        await sandbox.evaluate(language, code, timeout_s=0.3)
    assert time.perf_counter() - began < 10
    assert await sandbox.evaluate(language, "1 + 1") == 2


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("python", "9 ** 9 ** 9"),
        ("python", "'a' * 10 ** 10"),
        ("python", "[[0] * 10 ** 6 for _ in range(10 ** 6)]"),
        ("javascript", "(() => { const held = []; while (1) held.push(new Array(1e5).fill(7)) })()"),
        ("javascript", "(() => { const held = []; while (1) held.push(new Uint8Array(1e7).fill(7)) })()"),
    ],
)
async def test_memory_is_bounded(sandbox: Sandbox, language: Language, code: str) -> None:
    with pytest.raises(CodeError) as caught:
        await sandbox.evaluate(language, code)
    assert caught.value.reason == "memory_limit"
    assert await sandbox.evaluate(language, "1 + 1") == 2


async def test_a_value_that_is_too_large_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(TooLarge):
        await sandbox.evaluate("javascript", "'x'.repeat(6e6)")


async def test_values_that_are_no_data_are_refused_before_they_leave(sandbox: Sandbox) -> None:
    for language in ("python", "javascript"):
        with pytest.raises(Invalid, match="not plain data"):
            await sandbox.evaluate(language, "x", {"x": object()})  # pyright: ignore[reportArgumentType]


async def test_nothing_is_left_of_the_expression_before(sandbox: Sandbox) -> None:
    for _ in range(6):
        await sandbox.evaluate("python", "leak = secret", {"secret": 1})
        with pytest.raises(CodeError, match="NameError"):
            await sandbox.evaluate("python", "leak")
        with pytest.raises(CodeError, match="NameError"):
            await sandbox.evaluate("python", "secret")
        spoil = "Object.prototype.evil = globalThis.leak = Array.prototype.map = JSON.stringify = secret"
        await sandbox.evaluate("javascript", spoil, {"secret": 1})
        seen = "[({}).evil ?? null, typeof leak, typeof secret, [1].map(x => x)]"
        assert await sandbox.evaluate("javascript", seen) == [None, "undefined", "undefined", [1]]


async def test_code_that_replaces_our_tools_harms_nobody(sandbox: Sandbox) -> None:
    assert await sandbox.evaluate("javascript", "JSON.stringify = () => 7, 1") == 1
    assert await sandbox.evaluate("javascript", "JSON = null, Function = null, 1") == 1
    assert await sandbox.evaluate("javascript", "(() => { Array.prototype[Symbol.iterator] = null })()") is None
    with pytest.raises(CodeError):
        await sandbox.evaluate("javascript", "({ get then() { throw 1 } })")
    with pytest.raises(CodeError):
        await sandbox.evaluate("javascript", "({ toJSON() { throw new Error('no') } })")
    assert await sandbox.evaluate("javascript", "[1].concat(2)") == [1, 2]


async def test_many_at_once_all_get_their_own_answer(sandbox: Sandbox) -> None:
    python = [sandbox.evaluate("python", "n * 2", {"n": n}) for n in range(100)]
    script = [sandbox.evaluate("javascript", "n * 2", {"n": n}) for n in range(100)]
    assert await asyncio.gather(*python, *script) == [n * 2 for n in range(100)] * 2


async def test_a_caller_that_gives_up_does_not_harm_the_next(sandbox: Sandbox) -> None:
    for language, code in (("python", "while True:\n  pass"), ("javascript", "(() => { while (1); })()")):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await sandbox.evaluate(language, code, timeout_s=0.5)  # pyright: ignore[reportArgumentType]
        assert await sandbox.evaluate(language, "1 + 1") == 2  # pyright: ignore[reportArgumentType]
