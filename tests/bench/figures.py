"""One figure: what was measured, beside its goal and the load of the machine."""

import os
import statistics
import time
from collections.abc import Callable
from typing import Any

from msgspec import Struct, field, to_builtins


class Figure(Struct, frozen=True, kw_only=True):
    """A measured value; `goal` is the most it may be, or the least when `least` is set."""

    name: str
    value: float
    unit: str
    goal: float | None = None
    least: bool = False
    load: float = field(default_factory=lambda: round(os.getloadavg()[0], 2))

    @property
    def ok(self) -> bool | None:
        """Whether the goal is met; `None` without a goal."""
        if self.goal is None:
            return None
        return self.value >= self.goal if self.least else self.value <= self.goal

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        given = to_builtins(self)
        return {key: given[key] for key in ("name", "value", "unit", "goal")} | {"ok": self.ok, "load": self.load}

    def line(self) -> str:
        """As a line for people."""
        goal = "" if self.goal is None else f"  goal {'≥' if self.least else '≤'} {self.goal:g}"
        mark = {True: "ok", False: "MISSED", None: ""}[self.ok]
        return f"{self.name:48} {self.value:12.3f} {self.unit:8}{goal:16} {mark}"


def median_ms(work: Callable[[], object], rounds: int = 5) -> float:
    """Median wall time of several rounds, in ms."""
    times: list[float] = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(1e3 * (time.perf_counter() - start))
    return round(statistics.median(times), 3)
