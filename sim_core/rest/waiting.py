"""Waiting for what a run comes to, on behalf of a request, wherever it goes on meanwhile."""

from litestar.response.base import ASGIResponse

from sim_core.jobs.past import outcome_of
from sim_core.jobs.running import Moved, Running
from sim_core.jobs.runs import Runs
from sim_core.rest import answers


async def ended(runs: Runs, running: Running) -> ASGIResponse:
    """The answer once it has ended or sleeps; 202 when this process leaves before that.

    A client that hangs up does not stop its run.
    """
    try:
        outcome = await running.ended()
    except Moved:
        if runs.closing:
            return answers.accepted(running.run_id)
        outcome = await outcome_of(runs.follow(running.run_id, after=running.first_seq))
    return answers.of_outcome(running.run_id, outcome, start=running.start, replayed=running.is_replay)
