"""What workflows can be built of: block types, tools, models, and the plugins that bring them."""

import asyncio
import hashlib
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

import msgspec
from litestar.response.base import ASGIResponse
from msgspec import Struct

from sim_core.errors import Missing
from sim_core.registry import BlockFacts, IntegrationFacts, Manifest, PluginProblem, ProviderFacts, Registry, ToolFacts
from sim_core.registry.origin import Kind
from sim_core.rest.routes import Call, Nothing, route
from sim_core.spec.providers import Model

MOST = 256
"""Answers that are kept; each is one list, or the part of it that one integration or provider has."""


class BlockList(Struct, frozen=True, kw_only=True):
    """Block types, integrations among them."""

    items: tuple[BlockFacts, ...]


class ToolList(Struct, frozen=True, kw_only=True):
    """Tools of all integrations."""

    items: tuple[ToolFacts, ...]


class IntegrationList(Struct, frozen=True, kw_only=True):
    """Outside services, each with its tools."""

    items: tuple[IntegrationFacts, ...]


class ListedModel(Struct, frozen=True, kw_only=True):
    """A model and its vendor."""

    name: str
    """What a workflow writes: `provider/model`."""
    provider: str
    model: Model


class ModelList(Struct, frozen=True, kw_only=True):
    """Models of all providers."""

    items: tuple[ListedModel, ...]


class ProviderList(Struct, frozen=True, kw_only=True):
    """Vendors of models."""

    items: tuple[ProviderFacts, ...]


class PluginEntry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An installed plugin."""

    plugin: str
    package: str
    version: str
    origin: Kind
    """Part of the platform, by its name from a package index, a file or folder, or an address."""
    place: str = ""
    """The folder, file or address; told to whoever runs the instance."""
    blocks: tuple[str, ...] = ()
    integrations: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    tools: int = 0


class PluginList(Struct, frozen=True, kw_only=True):
    """Installed plugins, and what is wrong with any."""

    items: tuple[PluginEntry, ...]
    problems: tuple[PluginProblem, ...]


class OneOf(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Narrows a list."""

    integration: str = ""
    """Only of this integration."""


class OfProvider(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Narrows a list."""

    provider: str = ""
    """Only of this provider."""


class Kept:
    """The answers of one registry, each encoded once for each state of the catalogue."""

    def __init__(self) -> None:
        """Know none yet."""
        self.digest = ""
        self.bodies: dict[tuple[str, str], tuple[bytes, str]] = {}


_kept: WeakKeyDictionary[Registry, Kept] = WeakKeyDictionary()
_encode = msgspec.json.Encoder().encode


async def _answer(call: Call[None, Any], make: Callable[[Registry, str], Struct], of: str = "") -> ASGIResponse:
    """What `make` tells, encoded once; a client that has it already is told so."""
    body, etag = await asyncio.to_thread(_body, call.services.registry, make, of)
    headers = {"etag": etag, "cache-control": "private, no-cache"}
    if etag in call.headers.get("if-none-match", ""):
        return ASGIResponse(body=b"", status_code=304, headers=headers)
    return ASGIResponse(body=body, headers=headers, media_type="application/json")


def _body(registry: Registry, make: Callable[[Registry, str], Struct], of: str) -> tuple[bytes, str]:
    """In a thread: looking for new packages may ask them, and a thousand manifests take a second to read."""
    registry.refresh()
    kept = _kept.setdefault(registry, Kept())
    digest = registry.digest
    if kept.digest != digest or len(kept.bodies) > MOST:
        kept.digest, kept.bodies = digest, {}
    bodies, place = kept.bodies, (make.__name__, of)
    if place not in bodies:
        body = _encode(make(registry, of))
        bodies[place] = (body, f'"{hashlib.sha256(body).hexdigest()[:32]}"')
    return bodies[place]


@route("GET", "/blocks", scope=("read", "run"), reply=BlockList)
async def list_blocks(call: Call[None, Nothing]) -> ASGIResponse:
    """List the block types, each with its form, ports and outputs."""
    return await _answer(call, _blocks)


def _blocks(registry: Registry, of: str) -> BlockList:
    return BlockList(items=tuple(block for manifest in registry.catalogue() for block in manifest.blocks))


@route("GET", "/blocks/{type}", scope=("read", "run"), reply=BlockFacts)
async def read_block(call: Call[None, Nothing]) -> BlockFacts:
    """Read one block type."""
    wanted = call.ids["type"]
    for manifest in await asyncio.to_thread(_manifests, call.services.registry):
        for block in manifest.blocks:
            if wanted in (block.type, block.id) or wanted in block.aliases:
                return block
    raise Missing(f"No installed plugin brings the block type {wanted[:80]!r}.")


def _manifests(registry: Registry) -> tuple[Manifest, ...]:
    registry.refresh()
    return registry.catalogue()


@route("GET", "/integrations", scope=("read", "run"), reply=IntegrationList)
async def list_integrations(call: Call[None, Nothing]) -> ASGIResponse:
    """List the outside services, each with its tools and the ways to authenticate."""
    return await _answer(call, _integrations)


def _integrations(registry: Registry, of: str) -> IntegrationList:
    return IntegrationList(items=tuple(one for manifest in registry.catalogue() for one in manifest.integrations))


@route("GET", "/tools", scope=("read", "run"), query=OneOf, reply=ToolList)
async def list_tools(call: Call[None, OneOf]) -> ASGIResponse:
    """List the tools, each with the schema of its inputs and its outputs."""
    return await _answer(call, _tools, call.query.integration)


def _tools(registry: Registry, of: str) -> ToolList:
    return ToolList(
        items=tuple(
            tool
            for manifest in registry.catalogue()
            for integration in manifest.integrations
            if of in ("", integration.id)
            for tool in integration.tools
        )
    )


@route("GET", "/tools/{tool}", scope=("read", "run"), reply=ToolFacts)
async def read_tool(call: Call[None, Nothing]) -> ToolFacts:
    """Read one tool by its id, `service.verb_noun`."""
    wanted = call.ids["tool"]
    for manifest in await asyncio.to_thread(_manifests, call.services.registry):
        for tool in manifest.tools:
            if tool.id == wanted:
                return tool
    raise Missing(f"No installed plugin brings the tool {wanted[:80]!r}.")


@route("GET", "/models", scope=("read", "run"), query=OfProvider, reply=ModelList)
async def list_models(call: Call[None, OfProvider]) -> ASGIResponse:
    """List the models with what they can and cost."""
    return await _answer(call, _models, call.query.provider)


def _models(registry: Registry, of: str) -> ModelList:
    return ModelList(
        items=tuple(
            ListedModel(name=f"{one.provider}/{one.model.id}", provider=one.provider, model=one.model)
            for one in registry.models()
            if of in ("", one.provider)
        )
    )


@route("GET", "/providers", scope=("read", "run"), reply=ProviderList)
async def list_providers(call: Call[None, Nothing]) -> ASGIResponse:
    """List the vendors of models, with the secrets they need."""
    return await _answer(call, _providers)


def _providers(registry: Registry, of: str) -> ProviderList:
    return ProviderList(items=tuple(one for manifest in registry.catalogue() for one in manifest.providers))


@route("GET", "/plugins", scope="read", reply=PluginList)
async def list_plugins(call: Call[None, Nothing]) -> PluginList:
    """List the installed plugins, where they came from, what they bring, and what is wrong with any."""
    manifests = await asyncio.to_thread(_manifests, call.services.registry)
    origins = {one.plugin: one.found.origin for one in call.services.registry.plugins}
    runs_it = call.actor is not None and call.actor.is_operator
    plugins = tuple(
        PluginEntry(
            plugin=one.plugin,
            package=one.package,
            version=one.version,
            origin=origins[one.plugin].kind,
            place=origins[one.plugin].place if runs_it else "",
            blocks=tuple(block.type for block in one.blocks),
            integrations=tuple(integration.id for integration in one.integrations),
            providers=tuple(provider.id for provider in one.providers),
            tools=len(one.tools),
        )
        for one in manifests
        if one.plugin in origins
    )
    return PluginList(items=plugins, problems=call.services.registry.problems)


ROUTES = (
    list_blocks,
    read_block,
    list_integrations,
    list_tools,
    read_tool,
    list_models,
    list_providers,
    list_plugins,
)
