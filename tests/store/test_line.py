from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from sim_core.accounts.bootstrap import bootstrap
from sim_core.document.workflow import Workflow
from sim_core.errors import Conflict
from sim_core.flow.events import BlockFinished, RunFinished, RunPaused
from sim_core.ids import new_id
from sim_core.jobs.admission import Admission, Busy, Limits, TooMany
from sim_core.jobs.queue import open_queue
from sim_core.store import line
from sim_core.store.batches import NewRun
from sim_core.store.deployments import deploy
from sim_core.store.documents import create_workflow
from sim_core.store.entries import LARGE
from sim_core.store.journal import Journal
from sim_core.store.pool import Store, open_store
from sim_core.store.processes import TAKEN_OVER
from sim_core.store.purge import purge_runs
from sim_core.store.runs import create_run, delete_run, keep_document


async def queue_up(store: Store, *spaces: str, priority: int = 0, status: str = "pending") -> list[str]:
    journal = Journal(store, owner="me")
    await journal.open()
    runs = [
        NewRun(id=new_id(), workspace_id=space, workflow_id="f", trigger="api", status=status, durable=True,
               priority=priority)
        for space in spaces
    ]  # fmt: skip
    for run in runs:
        await create_run(store, journal, run)
    await journal.close()
    return [run.id for run in runs]


async def test_workspaces_take_turns_and_none_gets_more_than_its_share(store: Store) -> None:
    many = await queue_up(store, *["a"] * 30)
    few = await queue_up(store, "b", "b", "c")
    async with store.transaction():
        offers = await line.offer(store, room=8, firsts=8, limit=6)
    assert [offer.run_id for offer in offers if offer.is_first] == [many[0], few[0], few[2]]
    assert [offer.run_id for offer in offers if not offer.is_first] == [many[1], few[1], *many[2:6]]
    async with store.transaction():
        assert await line.offer(store, room=8, firsts=8, limit=6) == ()
    (lost,) = await queue_up(store, "a", priority=TAKEN_OVER)
    async with store.transaction():
        (offer,) = await line.offer(store, room=0, firsts=8, limit=6)
    assert (offer.run_id, offer.is_first) == (lost, True)


async def test_what_is_handed_out_and_its_place_in_the_queue_are_one_commit(store: Store) -> None:
    queue = open_queue(store)
    ids = await queue_up(store, "a", "a", "b")
    with pytest.raises(RuntimeError):
        async with store.transaction():
            await queue.put(await line.offer(store, room=8, firsts=8, limit=6))
            raise RuntimeError
    assert await queue.lengths() == (0, 0)
    async with store.transaction():
        await queue.put(await line.offer(store, room=8, firsts=8, limit=6))
    assert await queue.lengths() == (2, 1)
    firsts = await queue.pick(room=0, spare=1)
    assert [job.run_id for job in firsts] == [ids[0]]
    rest = await queue.pick(room=5, spare=0)
    assert sorted(job.run_id for job in (*firsts, *rest)) == sorted(ids)
    taken = await line.take(store, ids, owner="me")
    assert [claim.epoch for _, claim in taken] == [2, 2, 2]
    assert await line.take(store, ids, owner="other") == []
    await queue.done([*firsts, *rest])
    assert await queue.lengths() == (0, 0)


async def test_a_run_whose_place_was_lost_is_handed_out_again(store: Store) -> None:
    (id,) = await queue_up(store, "a")
    async with store.transaction():
        await line.offer(store, room=1, firsts=1, limit=1)
    assert await line.offer_again(store, seconds=60) == 0
    assert await line.offer_again(store, seconds=0) == 1
    async with store.transaction():
        (offer,) = await line.offer(store, room=1, firsts=1, limit=1)
    assert offer.run_id == id


async def test_past_the_limit_runs_are_refused_with_words(store: Store) -> None:
    admission = Admission(store, Limits(in_flight=2, waiting=3, waiting_in_all=4))
    await queue_up(store, "a", "a")
    await admission.check("a")
    with pytest.raises(TooMany):
        await admission.check("a")
    await queue_up(store, "b", "b")
    with pytest.raises(Busy):
        await admission.check("b")
    with pytest.raises(Busy):
        admission.check_room(2)


async def test_old_runs_are_forgotten_with_what_only_they_used(store: Store) -> None:
    journal = Journal(store, owner="me")
    await journal.open()
    large = "x" * (LARGE + 1)
    run = NewRun(id=new_id(), workspace_id="a", workflow_id="f", trigger="api", input=large)
    await create_run(store, journal, run)
    journal.add(run.id, 1, [BlockFinished(block="b", order=1, output="y" * (LARGE + 1)), RunFinished()])
    await journal.committed(run.id)
    (waiting,) = await queue_up(store, "a")
    assert await purge_runs(store, days=1) == 0
    later = datetime.now(UTC) + timedelta(days=2)
    assert await purge_runs(store, days=1, now=later) == 1
    left = [await store.value(f"SELECT count(*) FROM {table}") for table in ("execution_event", "blob")]
    assert left == [0, 0]
    assert await store.value("SELECT id FROM workflow_execution_logs") == waiting
    await journal.close()


async def test_a_journal_that_a_kept_run_was_built_on_is_kept_with_it(store: Store) -> None:
    journal = Journal(store, owner="me")
    await journal.open()
    now = datetime.now(UTC)

    async def ran(days: int, *bases: str, ends: bool = True) -> str:
        facts = {"bases": [[id, 2] for id in bases], "repeats": bases[-1] if bases else None, "from_block": "b"}
        id = str(UUID(int=int((now - timedelta(days=days)).timestamp() * 1000) << 80 | new_id_bits()))
        run = NewRun(id=id, workspace_id="a", workflow_id="f", trigger="api", facts=facts if bases else None)
        await create_run(store, journal, run)
        ending = RunFinished() if ends else RunPaused(pauses=("h",))
        journal.add(id, 1, [BlockFinished(block="b", order=1), ending])
        await journal.committed(id)
        return id

    alone = await ran(30)
    first = await ran(29)
    second = await ran(28, first)
    asleep = await ran(27, first, second, ends=False)
    assert await purge_runs(store, days=10) == 1  # not even the one that nothing but a sleeper was built on
    left = [row["id"] for row in await store.rows("SELECT id FROM workflow_execution_logs ORDER BY id")]
    assert left == [first, second, asleep]
    assert alone not in left
    assert len(await journal.events(first)) == 2
    with pytest.raises(Conflict, match="built on"):
        await delete_run(store, second, "a")
    await store.execute("UPDATE workflow_execution_logs SET status = 'finished' WHERE id = $1", asleep)
    assert await purge_runs(store, days=10) == 3  # the last of them first, all in one go
    assert await store.value("SELECT count(*) FROM execution_event") == 0
    await journal.close()


async def test_documents_that_nobody_refers_to_are_forgotten(store: Store) -> None:
    home = await bootstrap(store)
    made = await create_workflow(store, workspace_id=home.workspace_id, document=Workflow(name="a"), actor="u")
    deployed = (await deploy(store, made.id, home.workspace_id, actor="u")).digest
    journal = Journal(store, owner="me")
    await journal.open()
    ran, unused = [await keep_document(store, Workflow(name=name)) for name in ("ran", "unused")]
    await create_run(
        store, journal, NewRun(id=new_id(), workspace_id="a", workflow_id="f", trigger="api", snapshot=ran)
    )

    async def kept() -> set[str]:
        return {row["digest"] for row in await store.rows("SELECT digest FROM workflow_execution_snapshots")}

    await purge_runs(store, days=1)
    assert await kept() == {deployed, ran, unused}
    await store.execute("UPDATE workflow_execution_snapshots SET created_at = now() - interval '9 d', used_at = NULL")
    # somebody is about to run it again, in a process that had forgotten it
    again = await open_store(store.url, size=1)
    assert await keep_document(again, Workflow(name="unused")) == unused
    await again.close()
    await purge_runs(store, days=1)
    assert await kept() == {deployed, ran, unused}
    await store.execute("UPDATE workflow_execution_snapshots SET used_at = now() - interval '2 d'")
    await purge_runs(store, days=1)
    assert await kept() == {deployed, ran}
    await journal.close()


def new_id_bits() -> int:
    """What sets an id apart from others of its moment."""
    return UUID(new_id()).int & ((1 << 62) - 1) | 1 << 63
