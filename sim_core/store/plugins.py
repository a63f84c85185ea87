"""Which packages this instance was told to have: every process converges on these rows."""

from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from sim_core.store.pool import Store
from sim_core.store.tables import Plugin

PLUGINS = "sim_plugins"
"""The channel that says that this changed."""
TELL = "SELECT pg_notify('sim_plugins', '')"


class Installed(Struct, frozen=True, kw_only=True):
    """A package that this instance has."""

    name: str
    version: str
    origin: str
    """Where it came from: a registry's name, a file, a URL."""
    enabled: bool = True
    installed_by: str | None = None
    installed_at: datetime | None = None
    facts: dict[str, Any] = {}


async def record_plugin(
    store: Store, name: str, *, version: str, origin: str, by: str | None = None, facts: dict[str, Any] | None = None
) -> None:
    """Note that a package is to be there, in this version."""
    row = Plugin(
        name=name,
        version=version,
        origin=origin,
        installed_by=by,
        facts=msgspec.json.encode(facts or {}).decode(),
    )
    changed = (Plugin.version, Plugin.origin, Plugin.installed_by, Plugin.facts, Plugin.installed_at)
    table: Any = Plugin
    await table.insert(row).on_conflict(target=Plugin.name, action="DO UPDATE", values=changed)
    await store.execute(TELL)


async def list_plugins(store: Store) -> tuple[Installed, ...]:
    """Every package that is to be there, by name."""
    table: Any = Plugin
    rows: list[dict[str, Any]] = await table.select().order_by(Plugin.name)
    return tuple(Installed(**(row | {"facts": msgspec.json.decode(row["facts"])})) for row in rows)


async def forget_plugin(store: Store, name: str) -> bool:
    """Note that a package is no longer wanted; whether it was."""
    table: Any = Plugin
    gone = bool(await table.delete().where(Plugin.name == name).returning(Plugin.name))
    await store.execute(TELL)
    return gone
