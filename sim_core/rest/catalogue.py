"""What workflows can be built of: block types, tools, models, and the plugins that bring them."""

from typing import Any

from msgspec import Struct

from sim_core.errors import Missing
from sim_core.registry import BlockFacts, IntegrationFacts, Manifest, PluginProblem, ProviderFacts, ToolFacts
from sim_core.rest.routes import Call, Nothing, route
from sim_core.spec.providers import Model


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


def _manifests(call: Call[None, Any]) -> tuple[Manifest, ...]:
    call.services.registry.refresh()
    return call.services.registry.catalogue()


@route("GET", "/blocks", scope=("read", "run"), reply=BlockList)
async def list_blocks(call: Call[None, Nothing]) -> BlockList:
    """List the block types, each with its form, ports and outputs."""
    return BlockList(items=tuple(block for manifest in _manifests(call) for block in manifest.blocks))


@route("GET", "/blocks/{type}", scope=("read", "run"), reply=BlockFacts)
async def read_block(call: Call[None, Nothing]) -> BlockFacts:
    """Read one block type."""
    wanted = call.ids["type"]
    for manifest in _manifests(call):
        for block in manifest.blocks:
            if wanted in (block.type, block.id) or wanted in block.aliases:
                return block
    raise Missing(f"No installed plugin brings the block type {wanted[:80]!r}.")


@route("GET", "/integrations", scope=("read", "run"), reply=IntegrationList)
async def list_integrations(call: Call[None, Nothing]) -> IntegrationList:
    """List the outside services, each with its tools and the ways to authenticate."""
    found = tuple(one for manifest in _manifests(call) for one in manifest.integrations)
    return IntegrationList(items=found)


@route("GET", "/tools", scope=("read", "run"), query=OneOf, reply=ToolList)
async def list_tools(call: Call[None, OneOf]) -> ToolList:
    """List the tools, each with the schema of its inputs and its outputs."""
    wanted = call.query.integration
    return ToolList(
        items=tuple(
            tool
            for manifest in _manifests(call)
            for integration in manifest.integrations
            if wanted in ("", integration.id)
            for tool in integration.tools
        )
    )


@route("GET", "/tools/{tool}", scope=("read", "run"), reply=ToolFacts)
async def read_tool(call: Call[None, Nothing]) -> ToolFacts:
    """Read one tool by its id, `service.verb_noun`."""
    wanted = call.ids["tool"]
    for manifest in _manifests(call):
        for tool in manifest.tools:
            if tool.id == wanted:
                return tool
    raise Missing(f"No installed plugin brings the tool {wanted[:80]!r}.")


@route("GET", "/models", scope=("read", "run"), query=OfProvider, reply=ModelList)
async def list_models(call: Call[None, OfProvider]) -> ModelList:
    """List the models with what they can and cost."""
    call.services.registry.refresh()
    wanted = call.query.provider
    return ModelList(
        items=tuple(
            ListedModel(name=f"{one.provider}/{one.model.id}", provider=one.provider, model=one.model)
            for one in call.services.registry.models()
            if wanted in ("", one.provider)
        )
    )


@route("GET", "/providers", scope=("read", "run"), reply=ProviderList)
async def list_providers(call: Call[None, Nothing]) -> ProviderList:
    """List the vendors of models, with the secrets they need."""
    return ProviderList(items=tuple(one for manifest in _manifests(call) for one in manifest.providers))


@route("GET", "/plugins", scope="read", reply=PluginList)
async def list_plugins(call: Call[None, Nothing]) -> PluginList:
    """List the installed plugins, what they bring, and what is wrong with any."""
    plugins = tuple(
        PluginEntry(
            plugin=one.plugin,
            package=one.package,
            version=one.version,
            blocks=tuple(block.type for block in one.blocks),
            integrations=tuple(integration.id for integration in one.integrations),
            providers=tuple(provider.id for provider in one.providers),
            tools=len(one.tools),
        )
        for one in _manifests(call)
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
