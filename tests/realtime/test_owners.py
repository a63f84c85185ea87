"""Two processes take themselves for the one that has a room: what is typed at both is there, once."""

import pytest

from tests.realtime.simulation.noticing import noticed
from tests.realtime.simulation.owners import Owners
from tests.realtime.simulation.play import play
from tests.realtime.simulation.saboteurs import OF_TWO_OWNERS


def test_what_is_typed_at_two_owners_of_a_room_is_there_once() -> None:
    """RT-37, RT-53: texts are opened, typed into and written as a whole at both, until one hears that it is none."""
    for seed in range(40):
        play(seed, Owners)


@pytest.mark.parametrize("name", OF_TWO_OWNERS)
def test_a_mistake_of_two_owners_is_noticed(name: str) -> None:
    assert noticed(OF_TWO_OWNERS[name], 40, Owners), f"{name} went unnoticed"
