"""What a plugin told when it was asked: plain data that is kept and read without importing the plugin."""

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from sim_core.registry.declared import Declared
from sim_core.registry.scan import Found
from sim_core.spec.auth import AnyAuth, ApiKey, Auth, AwsKeys, Basic, Bearer, Connection, OAuth, ways
from sim_core.spec.blocks import BlockType, one_port
from sim_core.spec.forms import FormField, OutputField, form, json_schema, outputs
from sim_core.spec.integration_blocks import operation
from sim_core.spec.migrations import stored
from sim_core.spec.providers import Model, Provider
from sim_core.spec.tools import Integration, Tool

KINDS: dict[type[Auth], str] = {
    Bearer: "bearer", ApiKey: "api_key", Basic: "basic", OAuth: "oauth", AwsKeys: "aws_keys", Connection: "connection",
}  # fmt: skip


class WayFacts(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One way to authenticate, and the secrets it needs by name."""

    kind: str
    secrets: tuple[str, ...] = ()
    provider: str = ""
    scopes: tuple[str, ...] = ()
    fields: tuple[FormField, ...] = ()


class ToolFacts(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One tool; its form is that of the integration's block for its operation."""

    id: str
    title: str
    doc: str
    operation: str
    method: str = ""
    path: str = ""
    once: bool = False
    schema: dict[str, Any] = {}
    """JSON Schema of what a model fills in."""
    outputs: tuple[OutputField, ...] = ()


class IntegrationFacts(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An outside service."""

    id: str
    title: str
    doc: str = ""
    docs_url: str = ""
    color: str = ""
    base_url: str = ""
    hosts: tuple[str, ...] = ()
    auth: tuple[WayFacts, ...] = ()
    tools: tuple[ToolFacts, ...] = ()


class BlockFacts(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A block type in one major version."""

    id: str
    type: str
    """What a document stores: the id, with `@major` after the first."""
    title: str
    doc: str
    version: int = 1
    category: str = "block"
    container: str = ""
    color: str = ""
    icon: str = ""
    retryable: bool = True
    runs: bool = True
    ports: tuple[str, ...] | None = None
    """`None` where they depend on what the form holds."""
    form: tuple[FormField, ...] = ()
    outputs: tuple[OutputField, ...] = ()
    aliases: tuple[str, ...] = ()
    migrates_from: tuple[int, ...] = ()
    """Older major versions whose values it reads."""


class ProviderFacts(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A vendor of models."""

    id: str
    title: str
    doc: str = ""
    docs_url: str = ""
    base_url: str = ""
    base_url_setting: str = ""
    auth: tuple[WayFacts, ...] = ()
    open_models: bool = False
    keyless: bool = False
    prefixes: tuple[str, ...] = ()
    models: tuple[Model, ...] = ()


class Manifest(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything one plugin brings."""

    plugin: str
    package: str
    version: str
    blocks: tuple[BlockFacts, ...] = ()
    integrations: tuple[IntegrationFacts, ...] = ()
    providers: tuple[ProviderFacts, ...] = ()
    hooks: tuple[str, ...] = ()

    @property
    def tools(self) -> tuple[ToolFacts, ...]:
        """The tools of all its integrations."""
        return tuple(tool for integration in self.integrations for tool in integration.tools)


def describe(found: Found, told: Declared) -> Manifest:
    """The manifest of what a plugin declares."""
    return Manifest(
        plugin=found.plugin,
        package=found.package,
        version=found.version,
        blocks=tuple(_block(type) for type in told.blocks.values()),
        integrations=tuple(_integration(one) for one in told.integrations.values()),
        providers=tuple(_provider(one) for one in told.providers.values()),
        hooks=told.hooks,
    )


def form_of(block: BlockFacts, operation: str) -> tuple[FormField, ...]:
    """The part of an integration's form that belongs to one operation."""
    return tuple(
        field
        for field in block.form
        if all(operation in shown.values for shown in field.shown_if if shown.field == "operation")
    )


def _block(type: BlockType) -> BlockFacts:
    return BlockFacts(
        id=type.id,
        type=stored(type.id, type.version),
        title=type.title,
        doc=type.doc,
        version=type.version,
        category=type.category,
        container=type.container,
        color=type.color,
        icon=type.icon or type.id,
        retryable=type.retryable,
        runs=type.run is not None,
        ports=("source",) if type.ports is one_port else None,
        form=type.form(),
        outputs=type.outputs(),
        aliases=type.aliases,
        migrates_from=tuple(sorted(migration.to - 1 for migration in type.migrations)),
    )


def _integration(one: Integration) -> IntegrationFacts:
    return IntegrationFacts(
        id=one.id,
        title=one.title,
        doc=one.doc,
        docs_url=one.docs_url,
        color=one.color,
        base_url=one.base_url,
        hosts=one.hosts,
        auth=tuple(_ways(one.auth)),
        tools=tuple(_tool(tool) for tool in one.tools.values()),
    )


def _tool(tool: Tool) -> ToolFacts:
    return ToolFacts(
        id=tool.id,
        title=tool.title,
        doc=tool.doc,
        operation=operation(tool),
        method=tool.method,
        path=tool.path,
        once=tool.once,
        schema=json_schema(tool.input, for_model=True),
        outputs=outputs(tool.output),
    )


def _provider(one: Provider) -> ProviderFacts:
    return ProviderFacts(
        id=one.id,
        title=one.title,
        doc=one.doc,
        docs_url=one.docs_url,
        base_url=one.base_url,
        base_url_setting=one.base_url_setting,
        auth=tuple(_ways(one.auth)),
        open_models=one.open_models,
        keyless=one.keyless,
        prefixes=one.prefixes,
        models=one.models,
    )


def way_kind(way: Auth) -> str:
    """What a way to authenticate is called in the catalogue."""
    return KINDS[type(way)]


def _ways(auth: AnyAuth | None) -> Iterable[WayFacts]:
    for way in ways(auth):
        match way:
            case Bearer():
                yield WayFacts(kind="bearer", secrets=(way.secret,))
            case ApiKey():
                yield WayFacts(kind="api_key", secrets=(way.secret,))
            case Basic():
                yield WayFacts(kind="basic", secrets=(way.user, way.password))
            case OAuth():
                yield WayFacts(kind="oauth", provider=way.provider, scopes=way.scopes)
            case AwsKeys():
                yield WayFacts(kind="aws_keys", secrets=(way.access_key, way.secret_key, way.session_token))
            case Connection():
                named = (way.secret,) if way.secret else ()
                yield WayFacts(kind="connection", secrets=named, fields=form(way.fields))
