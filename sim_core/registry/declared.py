"""What a plugin that was imported declares, joined from its hooks and checked."""

import difflib
import importlib
import re
import sys
from collections.abc import Iterable, Mapping
from functools import cached_property, reduce
from typing import Any

from pluggy import PluginManager, PluginValidationError

from sim_core import hookspecs
from sim_core.errors import Invalid
from sim_core.spec.blocks import BlockType
from sim_core.spec.integration_blocks import integration_block
from sim_core.spec.migrations import reachable
from sim_core.spec.providers import Provider
from sim_core.spec.tools import Integration, Tool

HOOKS = tuple(name for name in vars(hookspecs) if name.startswith(("register_", "open_", "on_")) or name == "may")
_ID = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")


class Declared:
    """Everything one plugin brings."""

    def __init__(
        self,
        integrations: Iterable[Integration] = (),
        providers: Iterable[Provider] = (),
        blocks: Iterable[BlockType] = (),
        *,
        manager: PluginManager | None = None,
    ) -> None:
        """Take what the hooks returned."""
        self.integrations = {one.id: one for one in integrations}
        self.providers = {one.id: one for one in providers}
        self.own_blocks = {(one.id, one.version): one for one in blocks}
        self._manager = manager

    @cached_property
    def blocks(self) -> Mapping[tuple[str, int], BlockType]:
        """Block types by id and major version, those of integrations among them."""
        made = [integration_block(one) for one in self.integrations.values() if one.tools]
        return {(one.id, one.version): one for one in made} | self.own_blocks

    @property
    def hooks(self) -> tuple[str, ...]:
        """Names of the hooks that the plugin implements."""
        if self._manager is None:
            return ()
        return tuple(name for name in HOOKS if getattr(self._manager.hook, name).get_hookimpls())

    def tool(self, id: str) -> Tool | None:
        """One of its tools."""
        integration = self.integrations.get(id.partition(".")[0])
        return integration.tools.get(id) if integration else None

    def ask(self, hook: str, **arguments: Any) -> list[Any]:
        """What its implementations of a hook return."""
        return [] if self._manager is None else getattr(self._manager.hook, hook)(**arguments)


_imported: dict[str, str] = {}


def load(value: str, mark: str = "") -> Any:
    """Import what an entry point names, anew when it was imported here while its mark was another."""
    module, _, name = (part.strip() for part in value.partition(":"))
    if _imported.setdefault(module, mark) != mark:
        forget(module)
        _imported[module] = mark
    found: Any = importlib.import_module(module)
    return reduce(getattr, name.split("."), found) if name else found


def forget(module: str) -> None:
    """Drop a plugin's modules, so that the next import reads them again."""
    top = module.partition(".")[0]
    for name in [name for name in sys.modules if name == top or name.startswith(top + ".")]:
        del sys.modules[name]


def declared(name: str, plugin: Any) -> Declared:
    """What a plugin declares; raises `Invalid` that says what is wrong with it."""
    manager = PluginManager("sim")
    manager.add_hookspecs(hookspecs)
    try:
        manager.register(plugin, name)
        manager.check_pending()
    except PluginValidationError as error:
        raise Invalid(_misspelt(name, error), code="plugin_hook") from error
    if not any(getattr(manager.hook, hook).get_hookimpls() for hook in HOOKS):
        raise Invalid(f"{name} implements no hook; mark its functions with @hookimpl", code="plugin_silent")
    hook: Any = manager.hook  # pluggy types no hook; this is the one place that matters
    found = Declared(
        _all(name, "register_integrations", hook.register_integrations(), Integration),
        _all(name, "register_providers", hook.register_providers(), Provider),
        _all(name, "register_blocks", hook.register_blocks(), BlockType),
        manager=manager,
    )
    _check(name, found)
    return found


def _all(name: str, hook: str, parts: Iterable[Iterable[Any]], kind: type[Any]) -> list[Any]:
    joined = [one for part in parts for one in part]
    seen: set[Any] = set()
    for one in joined:
        if not isinstance(one, kind):
            raise Invalid(f"{hook} of {name} gave {one!r}, which is no {kind.__name__}", code="plugin_declaration")
        address = (one.id, getattr(one, "version", 1))
        if address in seen:
            raise Invalid(f"{name} declares {one.id!r} twice", code="plugin_id_twice")
        seen.add(address)
    return joined


def _check(name: str, found: Declared) -> None:
    for id in (*found.integrations, *found.providers, *(id for id, _ in found.own_blocks)):
        if not _ID.fullmatch(id):
            raise Invalid(f"{name} declares {id!r}, an id that is not lower_snake_case", code="plugin_id")
    for type in found.blocks.values():
        if type.version < 1 or (type.migrations and type.migrations[-1].to != type.version):
            words = f"{name}: the migrations of {type.id!r} must end at its version, {type.version}"
            raise Invalid(words, code="plugin_migration")
        first = min((migration.to for migration in type.migrations), default=type.version)
        if not reachable(type, first):
            raise Invalid(f"{name}: the migrations of {type.id!r} leave out a version", code="plugin_migration")


def _misspelt(name: str, error: PluginValidationError) -> str:
    unknown = re.search(r"unknown hook '(\w+)'", str(error))
    if not unknown:
        return f"{name}: {error}"
    near = difflib.get_close_matches(unknown[1], HOOKS, 1)
    return f"{name} implements {unknown[1]!r}, which is no hook" + (f"; did you mean {near[0]!r}?" if near else "")
