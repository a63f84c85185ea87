"""The runners that every run needs, with a server or without: the network, the sandbox, the models, the tools."""

from collections.abc import Awaitable, Callable, Mapping

from msgspec import Struct

from sim_core.app.world import (
    Attempts,
    Children,
    Files,
    Memory,
    Outside,
    Permits,
    everything,
    no_attempts,
    no_files,
)
from sim_core.models.keys import Shared
from sim_core.models.resting import Rests
from sim_core.net.client import Client
from sim_core.net.guard import Guard
from sim_core.net.tools import Accounts, no_accounts
from sim_core.registry import Registry
from sim_core.sandbox import Sandbox
from sim_core.settings import Settings
from sim_core.spec.providers import Provider

OWN_PORTS = (5432,)


class Runners(Struct, frozen=True, kw_only=True):
    """What reaches out of the process, opened once; nothing of it is started before its first use."""

    registry: Registry
    client: Client
    sandbox: Sandbox

    async def close(self) -> None:
        """End the sandbox's processes and the client's connections."""
        await self.sandbox.close()
        await self.client.aclose()


def open_runners(settings: Settings, registry: Registry) -> Runners:
    """The runners of these settings."""
    guard = Guard(settings.allow_hosts, own=(*OWN_PORTS, settings.port, settings.realtime_port))
    sandbox = Sandbox(settings.sandbox, scratch=settings.data / "sandbox")
    return Runners(registry=registry, client=Client(guard), sandbox=sandbox)


def world_of(
    runners: Runners,
    settings: Settings,
    *,
    memory: Memory,
    children: Children,
    accounts: Callable[[str, str], Accounts] | None = None,
    defaults: Mapping[str, str] | None = None,
    attempts: Attempts = no_attempts,
    rests: Rests | None = None,
    shared: Callable[[str], Awaitable[Shared]] | None = None,
    permits: Permits = everything,
    files: Files = no_files,
) -> Outside:
    """The world of runs; `accounts` gives the credentials that a workspace's runs may use for a person."""
    from sim_core.models.runner import Models

    registry = runners.registry

    def providers() -> list[Provider]:
        found = (registry.provider(id) for id in registry.provider_ids)
        return [provider for provider in found if provider is not None]

    own = {"OLLAMA_URL": settings.ollama_url} if settings.ollama_url else {}
    return Outside(
        registry=registry,
        client=runners.client,
        accounts=accounts or (lambda workspace_id, person: no_accounts),
        sandbox=runners.sandbox,
        models=Models(providers, runners.client.http, defaults={**own, **(defaults or {})}, shared=shared, rests=rests),
        memory=memory,
        children=children,
        attempts=attempts,
        permits=permits,
        files=files,
    )
