"""When the silence of other processes proves that they are dead."""

from sim_core.jobs.keeping import Patience


def beats(patience: Patience, *times: float) -> list[bool]:
    return [patience.beaten(time, was_known=True) for time in times]


def test_a_process_that_beats_steadily_takes_the_silent_for_dead() -> None:
    patient = beats(Patience(0), *(1.5 * n for n in range(12)))
    assert patient == [True] * 8 + [False] * 4


def test_a_beat_that_waited_for_the_database_proves_nothing_of_the_others() -> None:
    patience = Patience(0)
    beats(patience, *range(20))
    # it began before the database went away, and ended when it was back: nothing was refused meanwhile
    assert beats(patience, 24.0, 30.0) == [True, True]


def test_after_an_outage_others_have_time_to_come_back() -> None:
    patience = Patience(0)
    beats(patience, *range(20))
    patience.lost(20.5)
    assert beats(patience, 21, 30, 31.5) == [True, True, True]
    assert not beats(patience, *range(33, 50))[-1]
    assert patience.beaten(50, was_known=False), "others took it for dead"
