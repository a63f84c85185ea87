"""Kills of a real service while people edit: what was acknowledged is in the history, once, and everybody agrees.

usage: python -m tests.faults.realtime [--kills N] [--seeds N] [--first-seed K]
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

from msgspec import Struct

from sim_core.document.operations import Move, MoveBlocks, Operation, UpdateValues, ValueChange
from sim_core.document.reduce import digest
from sim_core.store.documents import load
from sim_core.store.pool import Store, open_store
from sim_realtime.client import Client, Replica
from tests.realtime.service import Service, running
from tests.realtime.simulation.play import play


class Toll(Struct):
    """What came of the kills."""

    kills: int = 0
    acked: int = 0
    lost: int = 0
    twice: int = 0
    diverged: int = 0
    back_s: float = 0.0
    converged_s: float = 0.0


async def kills(service: Service, *, count: int, people: int = 6, seconds: float = 0.5) -> Toll:
    """Kill the service so many times while people edit, and look at what is left."""
    toll, rng = Toll(), random.Random(count)
    async with AsyncExitStack() as stack:
        clients: list[tuple[Client, Replica]] = []
        for _ in range(people):
            client = await stack.enter_async_context(service.client())
            clients.append((client, client.open(service.workflow_id)))
        await asyncio.gather(*(client.saved() for client, _ in clients))
        for _ in range(count):
            await _edit(clients, rng, seconds * rng.random())
            service.kill()
            await _edit(clients, rng, 0.05)
            toll.back_s = max(toll.back_s, await service.start())
            began = time.monotonic()
            await asyncio.gather(*(client.saved(within=30) for client, _ in clients))
            toll.converged_s = max(toll.converged_s, time.monotonic() - began)
            toll.kills += 1
        await _count(service, clients, toll)
    return toll


async def _edit(clients: list[tuple[Client, Replica]], rng: random.Random, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        _, replica = rng.choice(clients)
        if len(replica.pending) < 40:
            replica.change(_idea(rng))
        await asyncio.sleep(0.004)


def _idea(rng: random.Random) -> Operation:
    id = rng.choice("abc")
    if rng.random() < 0.5:
        return MoveBlocks(items=(Move(id, rng.randrange(1000), rng.randrange(1000)),))
    return UpdateValues(items=(ValueChange(block_id=id, field=rng.choice("xyz"), value=rng.randrange(1000)),))


async def _count(service: Service, clients: list[tuple[Client, Replica]], toll: Toll) -> None:
    stored = await load(service.store, service.workflow_id, service.home.workspace_id)
    await asyncio.gather(
        *(client.until(lambda one=replica: (one.seq or 0) >= stored.seq) for client, replica in clients)
    )
    rows = await service.store.rows(
        "SELECT client_id, cseq, seq FROM workflow_operation WHERE workflow_id = $1", service.workflow_id
    )
    sent = [(row["client_id"], row["cseq"]) for row in rows if row["cseq"] is not None]
    toll.twice = len(sent) - len(set(sent))
    there = set(sent)
    for client, replica in clients:
        for cseq, outcome in replica.outcomes.items():
            toll.acked += 1
            seq = replica.acked[cseq]
            if outcome == "applied" and (client.client_id, cseq) not in there:
                toll.lost += 1
            if outcome == "coalesced" and (seq is None or seq > stored.seq):
                toll.lost += 1
        toll.diverged += digest(replica.confirmed) != digest(stored.workflow)


async def _real(count: int) -> Toll:
    from sim_core.store.embedded import Embedded
    from sim_core.store.migrate import migrate
    from sim_core.store.places import find_place
    from sim_core.store.postgres import make_database

    with tempfile.TemporaryDirectory(prefix="sim-faults-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        server = Embedded(find_place(Path(folder)), {})
        await server.start()
        try:
            await make_database(server)
            await migrate(server.uri())
            store: Store = await open_store(server.uri())
            async with running(store, server.uri(), Path(folder)) as service:
                toll = await kills(service, count=count)
            await store.close()
        finally:
            await server.stop()
    return toll


def main() -> int:
    """Run what is asked for; exit code 1 when anything was lost, done twice or differs."""
    asked = argparse.ArgumentParser(prog="scripts/faults realtime")
    asked.add_argument("--kills", type=int, default=0)
    asked.add_argument("--seeds", type=int, default=0)
    asked.add_argument("--first-seed", type=int, default=0)
    given = asked.parse_args()
    bad = 0
    began = time.monotonic()
    for seed in range(given.first_seed, given.first_seed + given.seeds):
        try:
            play(seed)
        except Exception as error:
            bad += 1
            print(f"seed {seed}: {type(error).__name__}: {error}", flush=True)
    if given.seeds:
        print(f"{given.seeds} seeds from {given.first_seed}: {bad} red, {time.monotonic() - began:.1f} s")
    if given.kills:
        toll = asyncio.run(_real(given.kills))
        print(
            f"{toll.kills} kills: {toll.acked} acknowledged, {toll.lost} lost, {toll.twice} twice, "
            f"{toll.diverged} differ; back within {toll.back_s:.2f} s, everything saved {toll.converged_s:.2f} s later"
        )
        bad += toll.lost + toll.twice + toll.diverged
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
