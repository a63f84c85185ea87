"""The books of usage say what the runs say, however these end, sleep, fail, go on and are forgotten."""

import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest_asyncio

from sim_core.flow.events import BlockFinished, BlockStarted, Event, RunCancelled, RunFailed, RunFinished, RunPaused
from sim_core.ids import new_id
from sim_core.spec.prompts import Cost, Usage
from sim_core.store.batches import NewRun, News, write
from sim_core.store.entries import Entry, Totals, ending_of, to_json
from sim_core.store.journal import Journal
from sim_core.store.line import requeue
from sim_core.store.migrations.m0006_usage_books import FILL
from sim_core.store.pool import Store
from sim_core.store.purge import purge_runs
from sim_core.store.runs import get_run
from sim_core.store.sql.runs import CLAIM
from sim_core.store.usage import By, Used, usage

WAYS: tuple[By, ...] = ("workflow", "model", "person", "day")
MODELS = ("acme/large", "acme/small", "")
ENDS: tuple[Event, ...] = (
    RunFinished(ms=1.0),
    RunFailed(code="bad", message="It broke."),
    RunCancelled(),
    RunPaused(pauses=("p",)),
)


@pytest_asyncio.fixture
async def journals(store: Store) -> AsyncIterator[list[Journal]]:
    made = [Journal(store, owner=f"w{at}") for at in range(3)]
    for one in made:
        await one.open()
    yield made
    for one in made:
        await one.close()


def asked(order: int, model: str, cents: int) -> BlockFinished:
    output = {"model": model} if model else {"text": "x"}
    cost = Cost(input=0.0, output=cents / 1000, total=cents / 1000)
    return BlockFinished(block="b", order=order, output=output, usage=Usage(input=10, output=cents), cost=cost)


async def began(journal: Journal, workspace: str, *, flow: str = "w", actor: str | None = None) -> str:
    run = NewRun(id=new_id(), workspace_id=workspace, workflow_id=flow, trigger="api", actor=actor)
    assert await journal.create(run)
    return run.id


async def told(store: Store, workspace: str, by: By, **more: Any) -> dict[str, Used]:
    since = more.pop("since", datetime.now(UTC) - timedelta(days=3))
    return {one.key: one for one in await usage(store, workspace, by=by, since=since, **more)}


async def everything(store: Store, workspace: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for by in WAYS:
        for actor in (None, "ada"):
            rows = (await told(store, workspace, by, actor=actor)).values()
            found[f"{by} {actor}"] = {
                one.key: (one.runs, one.failed, one.tokens_input, one.tokens_output, round(one.cost, 6)) for one in rows
            }
    return found


async def go_on(store: Store, journal: Journal, id: str) -> int:
    """Take a run up again, wherever it was written before."""
    row = await store.row(CLAIM, id, journal.owner, ["paused", "failed", "cancelled"])
    assert row
    journal.join(id, row["epoch"], seq=row["seq"])
    return row["epoch"]


async def test_books_are_exact_whatever_runs_do(store: Store, journals: list[Journal]) -> None:
    """Three processes write; at the end the books are what an upgrade would make of the runs."""
    luck, workspace = random.Random(7), new_id()
    for _ in range(60):
        journal = luck.choice(journals)
        id = await began(journal, workspace, flow=luck.choice("vw"), actor=luck.choice(("ada", "bob", None)))
        epoch = 1
        for _again in range(luck.randrange(1, 4)):
            steps = [asked(at, luck.choice(MODELS), luck.randrange(1, 400)) for at in range(luck.randrange(3))]
            end = luck.choice(ENDS)
            journal.add(id, epoch, [BlockStarted(block="b", order=1), *steps, end])
            await journal.committed(id)
            if isinstance(end, RunFinished) or luck.random() < 0.4:
                break
            journal = luck.choice(journals)
            epoch = await go_on(store, journal, id)
        else:
            journal.add(id, epoch, [luck.choice(ENDS)])
            await journal.committed(id)
    kept = await everything(store, workspace)
    assert sum(row[0] for row in kept["workflow None"].values()) == 60
    await store.execute("DELETE FROM usage_day")
    await store.execute("UPDATE workflow_execution_logs SET counted = NULL, models = NULL")  # as before the upgrade
    for statement in FILL:
        await store.execute(statement)
    assert await everything(store, workspace) == kept


async def test_a_run_that_failed_counts_once_when_it_ends_well_after_all(store: Store, journals: list[Journal]) -> None:
    journal, workspace = journals[0], new_id()
    id = await began(journal, workspace)
    assert (await told(store, workspace, "workflow"))["w"].runs == 1  # it goes on
    journal.add(id, 1, [asked(1, "acme/large", 50), RunFailed(code="bad", message="It broke.")])
    await journal.committed(id)
    assert [(one.runs, one.failed) for one in (await told(store, workspace, "model")).values()] == [(1, 1)]
    assert await requeue(store, await get_run(store, id, workspace))
    for by in WAYS:
        assert [(one.runs, one.failed) for one in (await told(store, workspace, by)).values()] == [(1, 0)], by
    row = await store.row(CLAIM, id, journal.owner, ["pending"])
    assert row
    journal.join(id, row["epoch"], seq=row["seq"])
    journal.add(id, row["epoch"], [asked(2, "acme/large", 25), RunFinished()])
    await journal.committed(id)
    (one,) = (await told(store, workspace, "model")).values()
    assert (one.runs, one.failed, one.tokens_output, round(one.cost, 6)) == (1, 0, 75, 0.075)


async def test_a_commit_that_is_sent_again_counts_once(store: Store, journals: list[Journal]) -> None:
    """The answer to a commit may be lost with the connection that it went over."""
    workspace = new_id()
    id = await began(journals[0], workspace)
    events = [asked(1, "acme/large", 40), RunFinished(ms=5.0)]
    totals = Totals({})
    for event in events:
        totals.note(event)
    now = datetime.now(UTC)
    lines = [Entry(seq, event, to_json(event), now) for seq, event in enumerate(events, 1)]
    news = News(run_id=id, epoch=1, lines=lines, ended=ending_of(events[-1]), totals=totals, at=now)
    for again in (False, True):
        assert await write(store, [news], owner="w0", tell=False, again=again) == {id}
    run = await store.row("SELECT cost, ms, tokens_output FROM workflow_execution_logs WHERE id = $1", id)
    assert run and (round(run["cost"], 6), run["ms"], run["tokens_output"]) == (0.04, 5.0, 40)
    for by in WAYS:
        (one,) = (await told(store, workspace, by)).values()
        assert (one.runs, round(one.cost, 6)) == (1, 0.04), by


async def test_forgotten_runs_stay_in_the_books_and_pieces_of_days_are_summed(
    store: Store, journals: list[Journal]
) -> None:
    journal, workspace = journals[0], new_id()
    id = await began(journal, workspace, actor="ada")
    journal.add(id, 1, [asked(1, "acme/large", 40), RunFinished()])
    await journal.committed(id)
    now = datetime.now(UTC)
    for by in WAYS:
        piece = await told(store, workspace, by, since=now - timedelta(minutes=1), until=now + timedelta(seconds=5))
        whole = await told(store, workspace, by)
        assert piece == whole and len(whole) == 1, by
        assert await told(store, workspace, by, since=now - timedelta(hours=1), until=now - timedelta(minutes=1)) == {}
        assert await told(store, workspace, by, actor="bob") == {}
    before = await everything(store, workspace)
    assert await purge_runs(store, days=0, now=now + timedelta(days=1)) >= 1
    assert await store.row("SELECT 1 FROM workflow_execution_logs WHERE id = $1", id) is None
    assert await everything(store, workspace) == before
