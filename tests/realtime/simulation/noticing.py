"""Whether a mistake that is put back makes the simulation go red."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from tests.realtime.simulation.play import play


def noticed(sabotage: Callable[[ExitStack], Any], seeds: int, *scene: Any) -> bool:
    """Whether one of so many seeds finds what is wrong; that something else breaks is no finding."""
    with ExitStack() as stack:
        sabotage(stack)
        for seed in range(seeds):
            try:
                play(seed, *scene)
            except AssertionError:
                return True
    return False
