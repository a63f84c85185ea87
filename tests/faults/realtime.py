"""Kills of a real service while people edit: what was acknowledged is in the history, once, and everybody agrees.

usage: python -m tests.faults.realtime [--kills N] [--restarts N] [--storm N] [--weather S] [--seeds N] [--first-seed K]
"""

import argparse
import asyncio
import os
import random
import signal
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

import msgspec
from msgspec import Struct

from sim_core.document.operations import Move, MoveBlocks, Operation, UpdateValues, ValueChange
from sim_core.document.reduce import digest
from sim_core.document.workflow import Block
from sim_core.store.documents import create_workflow, load
from sim_core.store.embedded import Embedded
from sim_core.store.pool import Store, open_store
from sim_realtime.client import Client, Replica
from tests.faults.proxy import Proxy, Weather
from tests.faults.storm import Storm, storm
from tests.realtime.service import DOCUMENT, Service, running
from tests.realtime.simulation.play import play

PAUSE_S = 0.004
"""Between two edits."""
PATIENCE_S = 60.0


class Toll(Struct):
    """What came of the kills."""

    kills: int = 0
    acked: int = 0
    lost: int = 0
    twice: int = 0
    diverged: int = 0
    back_s: float = 0.0
    converged_s: float = 0.0


async def kills(service: Service, *, count: int, people: int = 6, edits: int = 120) -> Toll:
    """Kill the service so many times while people edit, and look at what is left."""
    toll, rng = Toll(), random.Random(count)
    async with AsyncExitStack() as stack:
        clients = await _enter(stack, service, people)
        for _ in range(count):
            await _edit(clients, rng, rng.randrange(edits))
            service.kill()
            await _edit(clients, rng, 12)
            toll.back_s = max(toll.back_s, await service.start())
            began = time.monotonic()
            await asyncio.gather(*(client.saved(within=PATIENCE_S) for client, _ in clients))
            toll.converged_s = max(toll.converged_s, time.monotonic() - began)
            toll.kills += 1
        await _count(service, clients, toll)
    return toll


async def restarts(service: Service, server: Embedded, *, count: int, people: int = 4) -> Toll:
    """End Postgres at once while people edit, and start it again; `converged_s` is from when it is up."""
    toll, rng = Toll(), random.Random(count)
    async with AsyncExitStack() as stack:
        clients = await _enter(stack, service, people)
        for _ in range(count):
            await _edit(clients, rng, 120)
            assert server.pid
            os.kill(server.pid, signal.SIGQUIT)
            await _edit(clients, rng, 50)
            await server.ended()
            await server.restart()
            began = time.monotonic()
            await asyncio.gather(*(client.saved(within=PATIENCE_S) for client, _ in clients))
            toll.converged_s = max(toll.converged_s, time.monotonic() - began)
            toll.kills += 1
        await _count(service, clients, toll)
    return toll


async def weather(service: Service, *, edits: int, people: int = 4, seed: int = 0) -> tuple[Toll, Proxy]:
    """Edit over lines that delay, double and swallow frames, and break."""
    toll, rng = Toll(), random.Random(seed)
    async with AsyncExitStack() as stack:
        bad = Weather(delay_s=0.02, doubles=0.05, breaks=0.01)
        proxy = await stack.enter_async_context(Proxy(service.port, bad, seed))
        clients = await _enter(stack, service, people, f"ws://127.0.0.1:{proxy.port}/ws")
        await _edit(clients, rng, edits)
        proxy.weather = Weather()
        await asyncio.gather(*(client.saved(within=PATIENCE_S) for client, _ in clients))
        await _count(service, clients, toll)
    return toll, proxy


async def _enter(stack: AsyncExitStack, service: Service, people: int, url: str = "") -> list[tuple[Client, Replica]]:
    clients: list[tuple[Client, Replica]] = []
    for _ in range(people):
        client = await stack.enter_async_context(service.client(url=url))
        clients.append((client, client.open(service.workflow_id)))
    await asyncio.gather(*(client.saved(within=PATIENCE_S) for client, _ in clients))
    return clients


async def _edit(clients: list[tuple[Client, Replica]], rng: random.Random, edits: int) -> None:
    for _ in range(edits):
        _, replica = rng.choice(clients)
        if len(replica.pending) < 40:
            replica.change(_idea(rng))
        await asyncio.sleep(PAUSE_S)


def _idea(rng: random.Random) -> Operation:
    id = rng.choice("abc")
    if rng.random() < 0.5:
        return MoveBlocks(items=(Move(id, rng.randrange(1000), rng.randrange(1000)),))
    return UpdateValues(items=(ValueChange(block_id=id, field=rng.choice("xyz"), value=rng.randrange(1000)),))


async def _count(service: Service, clients: list[tuple[Client, Replica]], toll: Toll) -> None:
    stored = await load(service.store, service.workflow_id, service.home.workspace_id)
    await asyncio.gather(
        *(client.until(lambda one=replica: (one.seq or 0) >= stored.seq, PATIENCE_S) for client, replica in clients)
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


async def rooms(service: Service, count: int) -> list[str]:
    """Workflows for a crowd, each with a block that everybody may move."""
    made: list[str] = []
    block = Block(id="b0", type="function", name="b0")
    for _ in range(count):
        document = msgspec.structs.replace(DOCUMENT, blocks=DOCUMENT.blocks | {"b0": block})
        home = service.home
        stored = await create_workflow(
            service.store, workspace_id=home.workspace_id, actor=home.user_id, document=document
        )
        made.append(stored.id)
    return made


async def _real(asked: argparse.Namespace) -> int:
    from sim_core.store.migrate import migrate
    from sim_core.store.places import find_place
    from sim_core.store.postgres import make_database

    bad = 0
    with tempfile.TemporaryDirectory(prefix="sim-faults-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        server = Embedded(find_place(Path(folder)), {})
        await server.start()
        try:
            await make_database(server)
            await migrate(server.uri())
            store: Store = await open_store(server.uri())
            async with running(store, server.uri(), Path(folder)) as service:
                if asked.kills:
                    bad += _told("kills", await kills(service, count=asked.kills))
                if asked.weather:
                    toll, proxy = await weather(service, edits=int(asked.weather / PAUSE_S))
                    bad += _told(f"s of {proxy.broken} broken lines and {proxy.doubled} doubled frames", toll)
                if asked.storm:
                    ids = await rooms(service, max(1, asked.storm // 5))
                    _stormed(await storm(service, ids, people=asked.storm, key=await service.key()))
                if asked.restarts:
                    bad += _told("restarts of Postgres", await restarts(service, server, count=asked.restarts))
            await store.close()
        finally:
            await server.stop()
    return bad


def _told(what: str, toll: Toll) -> int:
    print(
        f"{toll.kills} {what}: {toll.acked} acknowledged, {toll.lost} lost, {toll.twice} twice, {toll.diverged} differ;"
        f" back within {toll.back_s:.2f} s, everything saved {toll.converged_s:.2f} s later;"
        f" load {os.getloadavg()[0]:.1f}",
        flush=True,
    )
    return toll.lost + toll.twice + toll.diverged


def _stormed(found: Storm) -> None:
    print(
        f"{found.people} people of a killed service: back within {found.back_s:.2f} s,"
        f" everybody has everything {found.converged_s:.2f} s later; the last one knocked after {found.last_s:.2f} s;"
        f" {found.tries} tries, {found.vain} of them before anybody listened;"
        f" CPU: service {found.service_cpu_s:.2f} s, people {found.people_cpu_s:.2f} s;"
        f" load {os.getloadavg()[0]:.1f}",
        flush=True,
    )


def _seeds(first: int, count: int) -> int:
    bad, began = 0, time.monotonic()
    for seed in range(first, first + count):
        try:
            play(seed)
        except Exception as error:
            bad += 1
            print(f"seed {seed}: {type(error).__name__}: {error}", flush=True)
    print(f"{count} seeds from {first}: {bad} red, {time.monotonic() - began:.1f} s, {time.process_time():.1f} s CPU")
    return bad


def main() -> int:
    """Run what is asked for; exit code 1 when anything was lost, done twice or differs."""
    asked = argparse.ArgumentParser(prog="scripts/faults realtime")
    asked.add_argument("--kills", type=int, default=0, help="kill the service so many times while people edit")
    asked.add_argument("--restarts", type=int, default=0, help="end Postgres at once so many times")
    asked.add_argument("--storm", type=int, default=0, help="kill the service under so many people")
    asked.add_argument("--weather", type=float, default=0, help="seconds over lines that delay, double and break")
    asked.add_argument("--seeds", type=int, default=0, help="play so many seeds of the simulation")
    asked.add_argument("--first-seed", type=int, default=0)
    given = asked.parse_args()
    bad = _seeds(given.first_seed, given.seeds) if given.seeds else 0
    if given.kills or given.restarts or given.storm or given.weather:
        bad += asyncio.run(_real(given))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
