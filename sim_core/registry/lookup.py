"""Answers by id, importing a plugin when something of it is first used."""

import hashlib
import importlib
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from msgspec import Struct

from sim_core.errors import SimError
from sim_core.registry.asking import Answer
from sim_core.registry.cache import Cache, Index, Line
from sim_core.registry.declared import Declared, declared, load
from sim_core.registry.index import Offered, PluginProblem, current, line, make, offered
from sim_core.registry.manifest import Manifest, describe
from sim_core.registry.scan import Found
from sim_core.spec.blocks import BlockType
from sim_core.spec.migrations import reachable, split
from sim_core.spec.providers import Model, Provider
from sim_core.spec.tools import Integration, Tool

LOOK_EVERY_S = 1.0


class Listed(Struct, frozen=True):
    """A model and whose it is."""

    provider: str
    model: Model


class Registry:
    """What the installed plugins offer: open it once in a process and ask it by id."""

    def __init__(self, cache: Cache | None, paths: Sequence[str] | None, index: Index) -> None:
        """Use `Registry.open` or `Registry.of`."""
        self._cache = cache
        self._paths = paths
        self._lock = threading.RLock()
        self._manifests: dict[str, Manifest] = {}
        self._loaded: dict[str, Declared] = {}
        self._broken: dict[str, PluginProblem] = {}
        self._looked = time.monotonic()
        self._take(index)

    @classmethod
    def open(cls, cache_dir: Path, *, paths: Sequence[str] | None = None) -> "Registry":
        """The plugins of this environment; those never asked before are asked once, in a process of its own."""
        cache = Cache(cache_dir / "plugins")
        where = _where(paths)
        kept = cache.index(where)
        if kept and current(kept, where):
            return cls(cache, paths, kept)
        index, fresh = make(where, cache, {})
        found = cls(cache, paths, index)
        found._manifests |= fresh
        return found

    @classmethod
    def of(cls, *plugins: object, **named: object) -> "Registry":
        """A registry of plugins in memory: modules or other objects with hooks, or `name=[block types …]`."""
        given = {getattr(one, "__name__", f"plugin_{i}"): one for i, one in enumerate(plugins)} | named
        told = {name: _told(name, one) for name, one in given.items()}
        found = {name: _in_memory(name) for name in given}
        manifests = {name: describe(found[name], told[name]) for name in given}
        lines = tuple(line(found[n], n, Answer(plugin=found[n].plugin, manifest=manifests[n])) for n in given)
        registry = cls(None, (), Index((), "", lines))
        registry._manifests |= manifests
        registry._loaded |= told
        return registry

    @property
    def problems(self) -> tuple[PluginProblem, ...]:
        """What is wrong with which plugin."""
        return (*self._offered.problems, *self._broken.values())

    @property
    def plugins(self) -> tuple[Line, ...]:
        """Every plugin that is installed, broken ones included."""
        return self._index.lines

    @property
    def digest(self) -> str:
        """Changes when the catalogue does."""
        return self._digest

    def block(self, type_id: str) -> BlockType | None:
        """The block type of `id` or `id@major`, as documents say it; a newer one when it reads the older's values."""
        try:
            id, major = split(type_id)
        except SimError:
            return None
        majors = self._offered.blocks.get(id, {})
        if major in majors:
            return self._block(majors[major], id, major)
        newer = (self._block(majors[n], id, n) for n in sorted(majors) if n > major)
        return next((type for type in newer if type and reachable(type, major)), None)

    def alias(self, foreign_name: str) -> BlockType | None:
        """The block type that imports mean by a name: the one that claims it, else the one of that id."""
        return self.block(self._offered.aliases.get(foreign_name, foreign_name))

    def integration(self, id: str) -> Integration | None:
        """An outside service."""
        told = self._told_by(self._offered.integrations.get(id))
        return told.integrations.get(id) if told else None

    def tool(self, id: str) -> Tool | None:
        """A tool by its id, `service.verb_noun`."""
        told = self._told_by(self._offered.integrations.get(id.partition(".")[0]))
        return told.tool(id) if told else None

    def provider(self, id: str) -> Provider | None:
        """A vendor of models."""
        told = self._told_by(self._offered.providers.get(id))
        return told.providers.get(id) if told else None

    @property
    def provider_ids(self) -> tuple[str, ...]:
        """Every vendor of models, without importing any."""
        return tuple(self._offered.providers)

    def models(self) -> tuple[Listed, ...]:
        """Every model that a provider lists, without importing any."""
        return tuple(
            Listed(id, model)
            for id, one in self._offered.providers.items()
            for provider in self._manifest(one).providers
            if provider.id == id
            for model in provider.models
        )

    def catalogue(self) -> tuple[Manifest, ...]:
        """What every plugin offers, without importing any; what is in dispute is left out."""
        return tuple(self._undisputed(one) for one in self._index.lines if one.blocks or one.providers or one.hooks)

    def manifest(self, plugin: str) -> Manifest | None:
        """What one plugin told when it was asked: `tools.github`."""
        return next((self._manifest(one) for one in self._index.lines if one.plugin == plugin and one.hooks), None)

    def ask(self, hook: str, **arguments: Any) -> list[Any]:
        """What every plugin that implements a hook returns, in order of their names."""
        told = (self._told_by(one) for one in self._index.lines if hook in one.hooks)
        return [result for one in told if one for result in one.ask(hook, **arguments)]

    def refresh(self, *, now: bool = False) -> bool:
        """Look whether packages came, went or changed, at most once a second; whether the catalogue is another one.

        Looking costs less than a millisecond. Asking a new package takes a process and some hundred: in a server, call
        it from a thread.
        """
        with self._lock:
            if self._cache is None or (not now and time.monotonic() - self._looked < LOOK_EVERY_S):
                return False
            where = _where(self._paths)
            self._looked = time.monotonic()
            if current(self._index, where):
                return False
            importlib.invalidate_caches()
            before = self.digest
            index, fresh = make(where, self._cache, self._manifests)
            self._manifests |= fresh
            self._broken.clear()
            self._take(index)
            return self.digest != before

    def _take(self, index: Index) -> None:
        self._index: Index = index
        self._offered: Offered = offered(index.lines)
        marks = "-".join((index.core, *(one.fingerprint for one in index.lines)))
        self._digest: str = hashlib.sha256(marks.encode()).hexdigest()[:16]
        kept = {one.fingerprint for one in index.lines}
        self._manifests = {mark: one for mark, one in self._manifests.items() if mark in kept}
        # Not the other way round: runs that hold an older version's block types go on with them.
        self._loaded = {mark: one for mark, one in self._loaded.items() if mark in kept}

    def _block(self, one: Line, id: str, major: int) -> BlockType | None:
        told = self._told_by(one)
        return told.blocks.get((id, major)) if told else None

    def _told_by(self, one: Line | None) -> Declared | None:
        if one is None or one.plugin in self._broken:
            return None
        if one.fingerprint in self._loaded:
            return self._loaded[one.fingerprint]
        with self._lock:
            if one.fingerprint not in self._loaded:
                self._import(one)
            return self._loaded.get(one.fingerprint)

    def _import(self, one: Line) -> None:
        """Import a plugin; one that told what it brings and cannot be imported now is broken, and named."""
        try:
            self._loaded[one.fingerprint] = declared(one.plugin, load(one.found.value, one.fingerprint))
        except Exception as error:
            self._broken[one.plugin] = PluginProblem(
                plugin=one.plugin,
                package=one.found.package,
                code="plugin_import",
                message=f"{one.plugin} of {one.found.package} {one.found.version} cannot be imported: {error}",
            )

    def _manifest(self, one: Line) -> Manifest:
        kept = self._manifests.get(one.fingerprint) or (self._cache and self._cache.manifest(one.fingerprint))
        if not kept:
            # Somebody emptied the folder: what the plugin says now is as good.
            told = self._told_by(one)
            kept = describe(one.found, told) if told else _nothing(one.found)
            self._manifests[one.fingerprint] = kept
        return kept

    def _undisputed(self, one: Line) -> Manifest:
        kept = self._manifest(one)
        mine = self._offered
        return Manifest(
            plugin=kept.plugin,
            package=kept.package,
            version=kept.version,
            blocks=tuple(block for block in kept.blocks if block.id in mine.blocks),
            integrations=tuple(i for i in kept.integrations if i.id in mine.integrations),
            providers=tuple(p for p in kept.providers if p.id in mine.providers),
            hooks=kept.hooks,
        )


def _where(paths: Sequence[str] | None) -> list[str]:
    return list(dict.fromkeys(path or "." for path in (sys.path if paths is None else paths)))


def _told(name: str, plugin: Any) -> Declared:
    if isinstance(plugin, Declared):
        return plugin
    if isinstance(plugin, list | tuple):
        given = cast("list[Any]", plugin)
        return Declared(
            [one for one in given if isinstance(one, Integration)],
            [one for one in given if isinstance(one, Provider)],
            [one for one in given if isinstance(one, BlockType)],
        )
    return declared(name, plugin)


def _in_memory(name: str) -> Found:
    return Found(group="sim.plugins", name=name, value=name, package=name, version="0", place="", stamp=0)


def _nothing(found: Found) -> Manifest:
    return Manifest(plugin=found.plugin, package=found.package, version=found.version)
