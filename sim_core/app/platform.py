"""The whole platform in one server process, opened in order and closed in the other."""

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack, suppress
from importlib.metadata import version
from typing import Any

from sim_core.accounts.actors import Actor
from sim_core.accounts.keys import authenticate
from sim_core.app.accounts import StoredAccounts
from sim_core.app.memory import StoredMemory
from sim_core.app.parts import open_runners, world_of
from sim_core.jobs.children import Children
from sim_core.jobs.plans import Plans
from sim_core.jobs.runs import CANCEL, Runs
from sim_core.jobs.sleepers import Sleepers
from sim_core.registry import Registry
from sim_core.rest.access import Door
from sim_core.rest.files import Files
from sim_core.rest.services import Services
from sim_core.settings import Settings
from sim_core.spec.assets import Assets
from sim_core.store import processes
from sim_core.store.journal import Journal
from sim_core.store.listen import Listening
from sim_core.store.pool import open_store
from sim_core.store.secrets import get_secrets
from sim_core.store.vault import Vault

Report = Callable[[BaseException, str], Any]
SECRETS_S = 2.0
LOOK_S = 1.0


class Platform:
    """An open platform: what the API speaks for, and how to leave."""

    def __init__(self, services: Services, stack: AsyncExitStack) -> None:
        """Use `open_platform`."""
        self.services = services
        self.runs = services.runs
        self._stack = stack

    async def close(self) -> None:
        """Interrupt what still runs, commit what is known, and end every helper."""
        await self.runs.drain(0.0)
        await self._stack.aclose()


async def open_platform(settings: Settings, url: str, *, report: Report) -> Platform:
    """Open everything on a database that is ready for use."""
    stack = AsyncExitStack()
    try:
        return Platform(await _open(settings, url, report, stack), stack)
    except BaseException:
        await stack.aclose()
        raise


async def _open(settings: Settings, url: str, report: Report, stack: AsyncExitStack) -> Services:
    registry = Registry.open(settings.data / "cache")
    store = await open_store(url)
    stack.push_async_callback(store.close)
    owner = await processes.register(store, "serve")
    stack.push_async_callback(processes.leave, store, owner)
    journal = Journal(store, owner=owner)
    await journal.open()
    stack.push_async_callback(journal.close)
    vault = Vault(store, settings.encryption_key)
    runners = open_runners(settings, registry)
    stack.push_async_callback(runners.close)
    secrets = Secrets(vault)
    plans = Plans(registry.block, lambda: registry.digest)
    runs = Runs(store, journal, plans, secrets=secrets.of, report=report)
    runs.world = world_of(
        runners,
        settings,
        memory=StoredMemory(store),
        children=Children(runs),
        accounts=StoredAccounts(vault, runners.client).of,
    )
    sleepers = Sleepers(runs)
    await processes.interrupt_orphans(store)
    _keep(stack, processes.beat_forever(store, owner))
    _keep(stack, sleepers.watch())
    _keep(stack, _look(registry, report))
    listening = Listening(url)
    stack.push_async_callback(listening.close)
    await listening.on(CANCEL, runs.hear_cancel)
    await store.lives.listen(listening)

    async def ask(key: str) -> Actor:
        return await authenticate(store, key)

    return Services(
        settings=settings,
        version=version("sim-platform"),
        registry=registry,
        store=store,
        vault=vault,
        runs=runs,
        sleepers=sleepers,
        secrets=secrets.forget,
        door=Door(ask),
        files=Files(_assets(registry)),
        report=report,
    )


class Secrets:
    """The secrets of workspaces; an answer is kept for two seconds, or until one is changed here."""

    def __init__(self, vault: Vault) -> None:
        """Read them from the vault."""
        self._vault = vault
        self._known: dict[str, tuple[float, Mapping[str, str]]] = {}

    async def of(self, workspace_id: str) -> Mapping[str, str]:
        """The secrets of a workspace by name."""
        known = self._known.get(workspace_id)
        now = time.monotonic()
        if known is None or now - known[0] > SECRETS_S:
            known = self._known[workspace_id] = (now, await get_secrets(self._vault, workspace_id))
        return known[1]

    def forget(self, workspace_id: str) -> None:
        """Read them again: one was changed."""
        self._known.pop(workspace_id, None)


async def _look(registry: Registry, report: Report) -> None:
    """Notice packages that come and go while the server runs, in a thread, since a new one is asked in a process."""
    while True:
        await asyncio.sleep(LOOK_S)
        try:
            await asyncio.to_thread(registry.refresh, now=True)
        except Exception as error:  # a half-written package must not end the watch
            report(error, "plugins")


def _assets(registry: Registry) -> list[Assets]:
    return [one for found in registry.ask("register_assets") for one in found]


def _keep(stack: AsyncExitStack, work: Any) -> None:
    task = asyncio.ensure_future(work)

    async def end() -> None:
        task.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await task

    stack.push_async_callback(end)
