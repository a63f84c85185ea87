import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio

from sim_core.errors import Conflict, Invalid
from sim_core.flow.events import (
    BlockFinished,
    BlockPaused,
    BlockResumed,
    BlockStarted,
    Event,
    RunCancelled,
    RunFailed,
    RunFinished,
    RunPaused,
    RunStarted,
    TextDelta,
)
from sim_core.ids import new_id
from sim_core.spec.prompts import Cost, Usage
from sim_core.store.entries import LARGE, Entry
from sim_core.store.journal import Journal
from sim_core.store.listen import Listening
from sim_core.store.pool import Store, open_store
from sim_core.store.runs import NewRun, claim, create_run, due, get_run, list_runs, next_due, pauses
from sim_core.store.words import WATCH


@pytest_asyncio.fixture
async def journal(store: Store) -> AsyncIterator[Journal]:
    opened = Journal(store, owner="me")
    await opened.open()
    yield opened
    await opened.close()


def a_run(**facts: Any) -> NewRun:
    return NewRun(
        id=new_id(), **({"workspace_id": "w", "workflow_id": "f", "trigger": "api", "input": {"a": 1}} | facts)
    )


def finished(n: int, output: Any = None) -> BlockFinished:
    return BlockFinished(block=f"b{n}", order=n, output=output)


async def collect(journal: Journal, run_id: str, after: int = 0, into: list[Entry] | None = None) -> list[Entry]:
    entries = [] if into is None else into
    async for entry in journal.follow(run_id, after=after):
        entries.append(entry)
    return entries


def said(entries: list[Entry]) -> str:
    """The words so far: all of them come again after a reset, and as often as somebody asks for them."""
    words = ""
    for entry in entries:
        if isinstance(entry.event, TextDelta):
            words = "" if entry.event.kind == "reset" else words + entry.event.text
    return words


async def until(holds: Callable[..., bool]) -> None:
    async with asyncio.timeout(30):
        while not holds():
            await asyncio.sleep(0.005)


async def test_a_run_from_beginning_to_end(store: Store, journal: Journal) -> None:
    run = a_run(actor="u", snapshot="d", idempotency_key="k")
    assert await create_run(store, journal, run) is None
    events: list[Event] = [
        RunStarted(input={"a": 1}),
        BlockStarted(block="b1", order=1),
        BlockFinished(block="b1", order=1, output={"x": 1.0}, usage=Usage(input=10, output=5), cost=Cost(total=0.25)),
        BlockFinished(block="b2", order=2, usage=Usage(input=1, output=2), cost=Cost(total=0.5)),
        RunFinished(output={"done": "\x00"}, ms=12.5, status=201),
    ]
    assert journal.add(run.id, 1, events) == 5
    await journal.committed(run.id)
    assert [entry.event for entry in await journal.events(run.id)] == events
    assert [entry.seq for entry in await journal.events(run.id, after=3)] == [4, 5]
    row = await get_run(store, run.id, "w")
    assert (row.status, row.output, row.input, row.http_status) == ("finished", {"done": "\x00"}, {"a": 1}, 201)
    assert (row.tokens_input, row.tokens_output, row.cost, row.ms) == (11, 7, 0.75, 12.5)
    assert row.ended_at is not None
    assert row.owner is None


async def test_a_failure_and_a_stop_say_why(store: Store, journal: Journal) -> None:
    failing, stopped = a_run(), a_run()
    await create_run(store, journal, failing)
    await create_run(store, journal, stopped)
    journal.add(failing.id, 1, [RunFailed(code="refused", message="No.", block="b", block_name="Ask")])
    journal.add(stopped.id, 1, [RunCancelled(reason="timeout")])
    await journal.flush()
    why = (await get_run(store, failing.id, "w")).error
    assert why is not None
    assert (why.code, why.message, why.block_name) == ("refused", "No.", "Ask")
    row = await get_run(store, stopped.id, "w")
    assert row.status == "cancelled"
    assert row.error is not None
    assert row.error.code == "timeout"


async def test_one_idempotency_key_has_one_run_however_many_ask_at_once(store: Store, journal: Journal) -> None:
    asked = [a_run(idempotency_key="same") for _ in range(10)]
    found = await asyncio.gather(*(create_run(store, journal, run) for run in asked))
    new = [run for run, earlier in zip(asked, found, strict=True) if earlier is None]
    assert len(new) == 1
    assert {earlier.id for earlier in found if earlier} == {new[0].id}
    elsewhere = a_run(idempotency_key="same", workflow_id="g")
    assert await create_run(store, journal, elsewhere) is None


async def test_a_run_that_cannot_be_stored_fails_alone(store: Store, journal: Journal) -> None:
    good = [a_run() for _ in range(5)]
    bad = a_run(idempotency_key="nul \x00")
    made = await asyncio.gather(
        *(create_run(store, journal, run) for run in (*good[:2], bad, *good[2:])), return_exceptions=True
    )
    assert isinstance(made[2], Invalid)
    assert made[:2] + made[3:] == [None] * 5
    assert len((await list_runs(store, workspace_id="w")).items) == 5


async def test_many_runs_at_once_keep_their_order(store: Store, journal: Journal) -> None:
    async def one() -> str:
        run = a_run()
        await create_run(store, journal, run)
        for n in range(1, 21):
            journal.add(run.id, 1, [BlockStarted(block=f"b{n}", order=n), finished(n, n)])
            if n % 7 == 0:
                await asyncio.sleep(0)
        journal.add(run.id, 1, [RunFinished(output=1)])
        await journal.committed(run.id)
        return run.id

    for run_id in await asyncio.gather(*(one() for _ in range(50))):
        entries = await journal.events(run_id)
        assert [entry.seq for entry in entries] == list(range(1, 42))
        assert isinstance(entries[-1].event, RunFinished)


async def test_what_json_cannot_say_is_said_as_text(store: Store, journal: Journal) -> None:
    run = a_run()
    await create_run(store, journal, run)
    journal.add(run.id, 1, [finished(1, {"half": "\ud83d", "odd": object, 5: {1, 2}, "nan": float("nan")})])
    await journal.flush()
    event = (await journal.events(run.id))[0].event
    assert isinstance(event, BlockFinished)
    assert event.output["half"] == "?"
    assert event.output["odd"] == "<class 'object'>"


async def test_large_values_lie_elsewhere_and_come_back(store: Store, journal: Journal) -> None:
    large = "x" * (LARGE + 1)
    run = a_run(input=large)
    await create_run(store, journal, run)
    journal.add(run.id, 1, [finished(1, large), finished(2, large), RunFinished(output=large)])
    await journal.committed(run.id)
    assert await store.value("SELECT max(coalesce(length(event::text), 0)) FROM execution_event") < 1000
    entries = await journal.events(run.id)
    assert [getattr(entry.event, "output", None) for entry in entries] == [large, large, large]
    row = await get_run(store, run.id, "w")
    assert (row.input, row.output) == (large, large)


async def test_a_worker_that_was_fenced_off_writes_nothing(store: Store, journal: Journal) -> None:
    run = a_run()
    await create_run(store, journal, run)
    journal.add(run.id, 1, [finished(1)])
    await journal.committed(run.id)
    taken = await claim(store, run.id, owner="other", statuses=("running",))
    assert taken is not None
    assert (taken.epoch, taken.seq) == (2, 1)
    journal.add(run.id, 1, [finished(2), RunFinished(output="stale")])
    with pytest.raises(Conflict) as caught:
        await journal.committed(run.id)
    assert caught.value.reason == "fenced"
    with pytest.raises(Conflict):
        journal.add(run.id, 1, [finished(3)])
    assert [entry.seq for entry in await journal.events(run.id)] == [1]
    assert (await get_run(store, run.id, "w")).status == "running"

    other = Journal(store, owner="other")
    await other.open()
    other.join(run.id, taken.epoch, seq=taken.seq)
    other.add(run.id, taken.epoch, [finished(2), RunFinished(output="right")])
    await other.committed(run.id)
    assert (await get_run(store, run.id, "w")).output == "right"
    await other.close()


async def test_a_sleeping_run_is_found_when_its_time_comes_and_goes_on(store: Store, journal: Journal) -> None:
    run = a_run()
    await create_run(store, journal, run)
    human = BlockPaused(block="h", order=1, pause="p1", kind="human", form=({"name": "ok"},))
    clock = BlockPaused(block="t", order=2, pause="p2", kind="time", until=1.0)
    journal.add(run.id, 1, [human, clock, RunPaused(pauses=("p1", "p2"), output="so far")])
    await journal.committed(run.id)
    assert (await get_run(store, run.id, "w")).status == "paused"
    assert [pause.event for pause in await pauses(journal, run.id)] == [human, clock]
    assert await due(store) == ((run.id, "w", "f"),)
    when = await next_due(store)
    assert when is not None
    assert when.timestamp() == 1.0

    taken = await claim(store, run.id, owner="me")
    assert taken is not None
    assert await claim(store, run.id, owner="too late") is None
    assert await next_due(store) is None
    journal.join(run.id, taken.epoch, seq=taken.seq, pauses={"p1": None, "p2": 1.0})
    journal.add(run.id, taken.epoch, [BlockResumed(pause="p2"), RunPaused(pauses=("p1",))])
    await journal.committed(run.id)
    assert [pause.id for pause in await pauses(journal, run.id)] == ["p1"]
    assert await next_due(store) is None
    last = await claim(store, run.id, owner="me")
    assert last is not None
    journal.join(run.id, last.epoch, seq=last.seq)
    journal.add(run.id, last.epoch, [BlockResumed(pause="p1"), RunFinished(output="all")])
    await journal.committed(run.id)
    entries = await collect(journal, run.id)
    assert [entry.seq for entry in entries] == list(range(1, 8))


async def test_followers_see_the_past_then_the_present_then_the_end(store: Store, journal: Journal) -> None:
    run = a_run()
    await create_run(store, journal, run)
    journal.add(run.id, 1, [RunStarted(), BlockStarted(block="b", order=1)])
    journal.add(run.id, 1, [TextDelta(block="b", text="Hel")])
    heard: tuple[list[Entry], list[Entry]] = ([], [])
    early = asyncio.create_task(collect(journal, run.id, into=heard[0]))
    await until(lambda: said(heard[0]) == "Hel")
    journal.add(run.id, 1, [TextDelta(block="b", text="lo")])
    late = asyncio.create_task(collect(journal, run.id, after=1, into=heard[1]))
    await until(lambda: said(heard[1]) == "Hello")
    journal.add(run.id, 1, [TextDelta(block="b", text="!"), BlockFinished(block="b", order=1), RunFinished()])
    for task, first in ((early, 1), (late, 2)):
        entries = await asyncio.wait_for(task, 30)
        assert [entry.seq for entry in entries if entry.seq] == list(range(first, 5))
        words = [entry.event.text for entry in entries if isinstance(entry.event, TextDelta)]
        assert "".join(words) == "Hello!"
        kinds = [type(entry.event).__name__ for entry in entries]
        assert kinds.index("BlockStarted") < kinds.index("TextDelta") < kinds.index("BlockFinished")
    assert words[0] == "Hello"
    stored = await journal.events(run.id)
    assert not any(isinstance(entry.event, TextDelta) for entry in stored)


async def test_followers_in_another_process_see_it_too(store: Store, journal: Journal) -> None:
    there = await open_store(store.url, size=2)
    watching = Journal(there, owner="there")
    await watching.open()
    run = a_run()
    await create_run(store, journal, run)
    task = asyncio.create_task(collect(watching, run.id))
    await asyncio.sleep(0.1)
    for n in range(1, 4):
        journal.add(run.id, 1, [finished(n)])
        await journal.committed(run.id)
    journal.add(run.id, 1, [RunFinished()])
    entries = await asyncio.wait_for(task, 30)
    assert [entry.seq for entry in entries] == [1, 2, 3, 4]
    await watching.close()
    await there.close()


async def test_runs_are_listed_newest_first_and_filtered(store: Store, journal: Journal) -> None:
    made = [a_run(workflow_id=f"f{n % 2}", trigger="api" if n < 4 else "manual") for n in range(6)]
    for run in made:
        await create_run(store, journal, run)
    await create_run(store, journal, a_run(workspace_id="elsewhere"))
    journal.add(made[0].id, 1, [RunFinished()])
    await journal.flush()
    first = await list_runs(store, workspace_id="w", limit=4)
    assert [run.id for run in first.items] == [run.id for run in reversed(made[2:])]
    second = await list_runs(store, workspace_id="w", limit=4, after=first.next)
    assert [run.id for run in second.items] == [made[1].id, made[0].id]
    assert second.next is None
    assert [run.id for run in (await list_runs(store, workspace_id="w", statuses=["finished"])).items] == [made[0].id]
    assert len((await list_runs(store, workspace_id="w", workflow_id="f1", trigger="api")).items) == 2


async def test_back_pressure_makes_writers_wait_and_lets_them_go(
    store: Store, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim_core.store.journal.FULL", 10_000)
    run = a_run()
    await create_run(store, journal, run)
    for n in range(1, 200):
        journal.add(run.id, 1, [finished(n, "x" * 1000)])
        await asyncio.wait_for(journal.room(), 30)
    await journal.flush()
    assert len(await journal.events(run.id)) == 199


async def test_words_reach_watchers_in_another_process_as_they_are_said(store: Store, journal: Journal) -> None:
    run = a_run()
    await create_run(store, journal, run)
    listening = Listening(store.url)
    await listening.on(WATCH, journal.hear_watch)
    other_store = await open_store(store.url, size=2)
    other = Journal(other_store, owner="other")
    await other.open()
    journal.add(run.id, 1, [BlockStarted(block="b1", order=1), TextDelta(block="b1", text="Once ")])
    heard: list[Entry] = []
    watching = asyncio.create_task(collect(other, run.id, into=heard))
    words = ["Once ", "upon ", "a ", "time ", "é" * 4000]
    for said_so_far, word in enumerate(words[1:], 1):
        await until(lambda count=said_so_far: said(heard) == "".join(words[:count]))
        journal.add(run.id, 1, [TextDelta(block="b1", text=word)])
    await until(lambda: said(heard) == "".join(words))
    journal.add(run.id, 1, [TextDelta(block="b1", text="late"), finished(1), RunFinished()])
    await asyncio.wait_for(watching, 30)
    deltas = [entry.event for entry in heard if isinstance(entry.event, TextDelta)]
    assert deltas[0].kind == "reset"
    assert said(heard) == "".join(words)
    assert [type(entry.event) for entry in heard if entry.seq] == [BlockStarted, BlockFinished, RunFinished]
    await listening.close()
    await other.close()
    await other_store.close()
