"""Quick Python expressions, worked out where they are asked for, and all others, which must hold nobody up."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from itertools import pairwise
from typing import Any

import pytest
import pytest_asyncio

from sim_core.sandbox import Sandbox, at_once
from sim_core.sandbox.at_once import CODE, NOT_HERE, TEXT, VALUES, AtOnce
from sim_core.sandbox.failures import CodeError, CodeExpired

SLOW = "sum([n * n for n in range(400_000)]) > 0"
ENDLESS = "[n for n in range(10 ** 12)]"


class Told(AtOnce):
    """One that counts what it answered and what it left to a thread."""

    def __init__(self, inner: AtOnce) -> None:
        self._inner = inner
        self.here = self.elsewhere = 0

    def value(self, code: str, names: Mapping[str, Any], seconds: float) -> Any:
        found = self._inner.value(code, names, seconds)
        self.elsewhere += found is NOT_HERE
        self.here += found is not NOT_HERE
        return found

    def prepare(self) -> None:
        self._inner.prepare()

    def close(self) -> None:
        self._inner.close()

    @property
    def is_ready(self) -> bool:
        return self._inner._session is not None


@pytest_asyncio.fixture
async def box() -> AsyncIterator[tuple[Sandbox, Told]]:
    sandbox = Sandbox()
    await sandbox.warm()
    expressions = await sandbox._interpreters()
    told = expressions._at_once = Told(expressions._at_once)
    async with asyncio.timeout(30):
        while not told.is_ready:
            await asyncio.sleep(0.01)
    yield sandbox, told
    await sandbox.close()


async def test_a_quick_expression_is_worked_out_at_once_each_in_an_interpreter_of_its_own(
    box: tuple[Sandbox, Told],
) -> None:
    sandbox, told = box
    async with asyncio.timeout(60):
        while told.here < 20:  # a machine that is busy may have been slow with some
            assert await sandbox.evaluate("python", "n * 2", {"n": 21}) == 42
            await asyncio.sleep(0.001)
    await sandbox.evaluate("python", "\nleft = 1\nleft")
    with pytest.raises(CodeError, match="left"):
        await sandbox.evaluate("python", "left")
    with pytest.raises(CodeError, match="line 1: ZeroDivisionError"):
        await sandbox.evaluate("python", "1 / 0")


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("len(a)", {"a": "x" * (TEXT + 1)}),
        ("len(a)", {"a": [0] * (VALUES + 1)}),
        ("len(a)", {"a": [[0] * 50] * 50}),
        ("len(a)" + " " * CODE + "+ 0", {"a": {"x": 1}}),
        (SLOW, {}),
    ],
)
async def test_what_may_take_longer_is_left_to_a_thread(
    box: tuple[Sandbox, Told], code: str, names: dict[str, Any]
) -> None:
    sandbox, told = box
    assert await sandbox.evaluate("python", code, names)
    assert (told.here, told.elsewhere) == (0, 1)


async def test_an_endless_expression_holds_up_nobody_but_who_asked_for_it(box: tuple[Sandbox, Told]) -> None:
    sandbox, told = box
    beats: list[float] = []

    async def beat() -> None:
        while True:
            beats.append(time.process_time())
            await asyncio.sleep(0.01)

    heart = asyncio.ensure_future(beat())
    with pytest.raises((CodeExpired, CodeError)):
        await sandbox.evaluate("python", ENDLESS, timeout_s=2.0)
    heart.cancel()
    longest = max(after - before for before, after in pairwise(beats))
    assert longest < 1.5  # of this process' own work: how much else the machine does plays no part
    assert told.here == 0
    assert await sandbox.evaluate("python", "1 + 1") == 2


async def test_after_one_that_took_long_there_is_a_rest_and_then_it_is_tried_again(
    box: tuple[Sandbox, Told], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(at_once, "REST", 400)  # two seconds at least
    sandbox, told = box
    assert await sandbox.evaluate("python", SLOW) is True
    assert await sandbox.evaluate("python", "1 + 1") == 2
    assert told.here == 0
    async with asyncio.timeout(60):
        while not told.here:
            assert await sandbox.evaluate("python", "2 + 2") == 4
            await asyncio.sleep(0.05)
