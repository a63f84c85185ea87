"""What performs runs in a process, be it the server or a worker: opened in order, and closed in the other."""

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack, suppress
from typing import Any

from msgspec import Struct

from sim_core.accounts.apps import Apps
from sim_core.app.accounts import StoredAccounts
from sim_core.app.files import StoredFiles, open_files
from sim_core.app.keys import StoredRests
from sim_core.app.memory import StoredMemory
from sim_core.app.parts import open_runners, world_of
from sim_core.app.plugins import Plugins, Report
from sim_core.app.world import Outside
from sim_core.errors import SimError
from sim_core.jobs.admission import Admission, Limits
from sim_core.jobs.attempts import Attempts
from sim_core.jobs.children import Children
from sim_core.jobs.keeping import Keeper
from sim_core.jobs.permits import Permits
from sim_core.jobs.plans import Plans
from sim_core.jobs.queue import open_queue
from sim_core.jobs.runs import CANCEL, Runs
from sim_core.jobs.sleepers import Sleepers
from sim_core.jobs.worker import Worker, listened
from sim_core.models.keys import Shared
from sim_core.net.client import Client
from sim_core.net.tools import Accounts
from sim_core.registry import Registry
from sim_core.sandbox import Sandbox
from sim_core.settings import Settings, stored_keys
from sim_core.store import processes
from sim_core.store.files import Files
from sim_core.store.journal import Journal
from sim_core.store.listen import Listening
from sim_core.store.model_keys import INSTANCE, ordered
from sim_core.store.plugins import PLUGINS
from sim_core.store.pool import POOL_SIZE, Store, open_store
from sim_core.store.rests import KeyRests
from sim_core.store.secrets import CHANGED, get_secrets
from sim_core.store.vault import Vault
from sim_core.store.words import WATCH

SECRETS_S = 2.0


class Motor(Struct, frozen=True, kw_only=True):
    """What performs runs."""

    registry: Registry
    store: Store
    vault: Vault
    runs: Runs
    sleepers: Sleepers
    worker: Worker
    """Works on the queue when it is told to."""
    secrets: "Secrets"
    outside: Outside
    """What runs do to the world."""
    rests: KeyRests
    client: Client
    accounts: Callable[[str, str], Accounts]
    """The credentials that runs of a workspace may use when they act for a person."""
    listening: Listening
    sandbox: Sandbox
    files: Files

    async def warm(self) -> None:
        """Get ready what the first run would wait for; what cannot be started says so to the run that needs it."""
        with suppress(SimError):
            await self.sandbox.warm()


async def open_motor(
    settings: Settings, url: str, stack: AsyncExitStack, *, kind: str, report: Report, connections: int = POOL_SIZE
) -> Motor:
    """Open it on a database that is ready for use; whoever closes the stack closes it."""
    store = await open_store(url, size=connections)
    stack.push_async_callback(store.close)
    plugins = Plugins(settings, store, report)
    registry = await plugins.open()
    owner = await processes.register(store, kind)
    stack.push_async_callback(processes.leave, store, owner)
    journal = Journal(store, owner=owner)
    await journal.open()
    stack.push_async_callback(journal.close)
    vault = Vault(
        store,
        settings.encryption_key,
        earlier=settings.earlier_encryption_keys,
        again=lambda: stored_keys(settings.data),
    )
    runners = open_runners(settings, registry)
    stack.push_async_callback(runners.close)
    secrets = Secrets(vault)
    plans = Plans(registry.block, lambda: registry.digest)
    limits = Limits(in_flight=settings.max_runs, waiting=settings.max_waiting)
    runs = Runs(store, journal, plans, secrets=secrets.of, report=report, admission=Admission(store, limits))
    accounts = StoredAccounts(vault, runners.client, Apps(vault, settings.apps)).of
    rests = KeyRests(store, settings.auth_secret)
    files = open_files(settings, store)
    runs.world = outside = world_of(
        runners,
        settings,
        memory=StoredMemory(store),
        files=StoredFiles(files),
        children=Children(runs),
        accounts=accounts,
        attempts=Attempts(runs),
        rests=StoredRests(rests),
        shared=secrets.shared,
        permits=Permits(store),
    )
    sleepers = Sleepers(runs, catch_up=plugins.catch_up)
    queue = open_queue(store)
    worker = Worker(store, queue, sleepers, slots=settings.worker_runs, limit=settings.workspace_runs)
    await processes.reap(store, patient=True)
    keep_up(stack, Keeper(runs, sleepers, queue, kind=kind, keep_days=settings.keep_runs_days).keep())
    keep_up(stack, sleepers.watch())
    keep_up(stack, plugins.watch())
    listening = Listening(url)
    stack.push_async_callback(listening.close)
    await listening.on(PLUGINS, plugins.hear)
    heard = {CANCEL: runs.hear_cancel, WATCH: journal.hear_watch, CHANGED: secrets.hear, **listened(worker)}
    for channel, hear in heard.items():
        await listening.on(channel, hear)
    await store.lives.listen(listening)
    return Motor(
        registry=registry,
        store=store,
        vault=vault,
        runs=runs,
        sleepers=sleepers,
        worker=worker,
        secrets=secrets,
        outside=outside,
        rests=rests,
        client=runners.client,
        accounts=accounts,
        listening=listening,
        sandbox=runners.sandbox,
        files=files,
    )


class Secrets:
    """The secrets of workspaces and of people; an answer is kept for two seconds, or until one is changed anywhere."""

    def __init__(self, vault: Vault) -> None:
        """Read them from the vault."""
        self._vault = vault
        self._known: dict[str, tuple[float, Mapping[str, str], frozenset[str]]] = {}
        self._changes = 0

    async def of(self, workspace_id: str, person: str = "") -> Mapping[str, str]:
        """The secrets of a workspace by name, and a person's own where the workspace has none of that name."""
        shared, _ = await self._read(workspace_id)
        return {**(await self._read(person))[0], **shared} if person else shared

    async def shared(self, workspace_id: str) -> Shared:
        """What asking models takes beside the workspace's secrets."""
        (instance, usual), (own, chosen) = await self._read(INSTANCE), await self._read(workspace_id)
        brought = {name for name in usual if name in own}
        return Shared(defaults=instance, in_order=chosen | (usual - brought))

    async def _read(self, owner: str) -> tuple[Mapping[str, str], frozenset[str]]:
        known = self._known.get(owner)
        now = time.monotonic()
        if known is None or now - known[0] > SECRETS_S:
            changes = self._changes
            known = (now, await get_secrets(self._vault, owner), await ordered(self._vault.store, owner))
            if changes == self._changes:  # an answer from before a change must not outlive it
                self._known[owner] = known
        return known[1:]

    def forget(self, owner: str) -> None:
        """Read those of a workspace or a person again: one was changed."""
        self._changes += 1
        self._known.pop(owner, None)

    def hear(self, owner: str | None) -> None:
        """The same, told by whichever process changed one; after an outage anything may have been."""
        if owner is None:
            self._changes += 1
            self._known.clear()
        else:
            self.forget(owner)


def keep_up(stack: AsyncExitStack, work: Any) -> None:
    """Have something go on for as long as the stack is open."""
    task = asyncio.ensure_future(work)

    async def end() -> None:
        task.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await task

    stack.push_async_callback(end)
