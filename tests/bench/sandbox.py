"""What user code costs: expressions and functions in both languages, warm, the first ones cold, and the memory held."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterator
from statistics import quantiles
from typing import Any

import psutil

from sim_core.sandbox import Sandbox
from sim_core.spec.steps import Language
from tests.bench.figures import Figure

EXPRESSION_US, FUNCTION_MS, COLD_MS = 300.0, 10.0, 1000.0
LANGUAGES: tuple[Language, ...] = ("python", "javascript")
EXPRESSIONS = {"python": "a['x'] + len(b) > 3", "javascript": "a.x + b.length > 3"}
FUNCTIONS = {"python": "return {'n': a['x'] + len(b)}", "javascript": "return {n: a.x + b.length}"}
NAMES: dict[str, Any] = {"a": {"x": 1}, "b": [1, 2, 3]}


def run() -> Iterator[Figure]:
    """Each language and kind, one after the other."""
    for language in LANGUAGES:
        cold = asyncio.run(_first(language, warm=False))
        yield Figure(name=f"first function in {language}, cold", value=cold, unit="ms", goal=COLD_MS)
    warm = asyncio.run(_first("python", warm=True))
    yield Figure(name="first function in python, warmed up before", value=warm, unit="ms", goal=2 * FUNCTION_MS)
    yield from asyncio.run(_warm())


async def _first(language: Language, *, warm: bool) -> float:
    box = Sandbox()
    try:
        if warm:
            await box.warm()
        began = time.perf_counter()
        await box.execute(language, FUNCTIONS[language], NAMES)
        return round((time.perf_counter() - began) * 1e3, 2)
    finally:
        await box.close()


async def _warm() -> list[Figure]:
    box = Sandbox()
    figures: list[Figure] = []
    try:
        await box.warm()
        held = _held()
        figures.append(Figure(name="memory of the processes kept ready (PSS)", value=held, unit="MB", goal=60))
        for language in LANGUAGES:
            code = EXPRESSIONS[language]
            times = await _times(lambda language=language, code=code: box.evaluate(language, code, NAMES), 500)
            figures += _figures(f"expression in {language}", times, 1e6, "µs", EXPRESSION_US)
        for language in LANGUAGES:
            code = FUNCTIONS[language]
            times = await _times(lambda language=language, code=code: box.execute(language, code, NAMES), 100)
            figures += _figures(f"function in {language}", times, 1e3, "ms", FUNCTION_MS)
    finally:
        await box.close()
    return figures


async def _times(do: Callable[[], Awaitable[Any]], rounds: int) -> list[float]:
    for _ in range(5):
        await do()
    times: list[float] = []
    for _ in range(rounds):
        began = time.perf_counter()
        await do()
        times.append(time.perf_counter() - began)
    return times


def _figures(name: str, times: list[float], factor: float, unit: str, goal: float) -> list[Figure]:
    cuts = quantiles(times, n=10)
    return [
        Figure(name=f"{name}, p50", value=round(cuts[4] * factor, 2), unit=unit, goal=goal),
        Figure(name=f"{name}, p90", value=round(cuts[8] * factor, 2), unit=unit),
    ]


def _held() -> float:
    """Proportional set size of everything this process has started."""
    total = 0
    for process in psutil.Process(os.getpid()).children(recursive=True):
        try:
            total += process.memory_full_info().pss
        except psutil.Error:
            continue
    return round(total / 2**20, 1)
