"""How commands reach the workspace: straight to the database, which is started for the command when it does not run."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from msgspec import Struct

from sim_core import settings as configuration
from sim_core.accounts.bootstrap import bootstrap
from sim_core.settings import Settings
from sim_core.store.migrate import migrate
from sim_core.store.pool import Store, open_store
from sim_core.store.postgres import ensure
from sim_core.store.vault import Vault


class Desk(Struct, frozen=True, kw_only=True):
    """An open database, and whose workspace this is."""

    settings: Settings
    store: Store
    vault: Vault
    workspace_id: str
    user_id: str


@asynccontextmanager
async def desk() -> AsyncGenerator[Desk]:
    """The workspace of this instance's owner."""
    settings = configuration.read()
    running = await ensure(settings)
    try:
        await migrate(running.uri())
        store = await open_store(running.uri(), size=2)
        try:
            home = await bootstrap(store)
            yield Desk(
                settings=settings,
                store=store,
                vault=Vault(store, settings.encryption_key, earlier=settings.earlier_encryption_keys),
                workspace_id=home.workspace_id,
                user_id=home.user_id,
            )
        finally:
            await store.close()
    finally:
        await running.stop()
