import pytest

from tests.realtime.simulation.noticing import noticed
from tests.realtime.simulation.play import play
from tests.realtime.simulation.saboteurs import SABOTEURS

PINNED = (0, 151, 351, 690, 723, 728, 1018, 1337, 4104, 405270, 703982)
"""Seeds that once showed a mistake."""


@pytest.mark.parametrize("seed", PINNED)
def test_a_seed_that_once_failed_agrees(seed: int) -> None:
    play(seed)


def test_everybody_agrees_in_the_end_whatever_breaks() -> None:
    """RT-3, RT-4, RT-6, RT-9: broken links, kills, failing commits, clocks that are wrong, revoked roles."""
    for seed in range(1000, 1100):
        play(seed)


@pytest.mark.full
def test_five_hundred_seeds_agree() -> None:
    for seed in range(500):
        play(seed)


def test_the_same_seed_does_the_same() -> None:
    first, second = play(7), play(7)
    assert [change.effective for change in first.disk.log] == [change.effective for change in second.disk.log]


@pytest.mark.parametrize("name", SABOTEURS)
def test_a_mistake_put_back_is_noticed(name: str) -> None:
    assert noticed(SABOTEURS[name], 150), f"{name} went unnoticed"
