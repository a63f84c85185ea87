"""What every plugin owes, asked of every plugin that is installed."""

import pytest

from sim_core.testing.questions import Asked, asked

ALL = asked(["all"])


@pytest.mark.parametrize("question", ALL, ids=[one.title for one in ALL])
def test_plugin(question: Asked) -> None:
    assert question.complaints() == []
