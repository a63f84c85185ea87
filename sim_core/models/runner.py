"""Models as a workspace reaches them: found by name, with its keys and its own servers, through the guarded client."""

import random
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from itertools import count
from typing import Any

from msgspec.structs import replace

from sim_core.errors import Denied, Invalid, Missing
from sim_core.models import loop, toolbox
from sim_core.models.asking import Emit, Patience, Route
from sim_core.models.catalogue import Catalogue
from sim_core.models.dialects import sdk
from sim_core.models.keys import MOST_KEYS, NO_KEY, Key, Shared, address, chosen, first_name, keys_in
from sim_core.models.resting import OwnRests, Rests
from sim_core.models.trying import Tried, try_key
from sim_core.spec.prompts import Answer, Prompt
from sim_core.spec.providers import Client, Provider
from sim_core.spec.steps import ToolChoice


class Models:
    """Asks models for a workspace.

    `providers` says which vendors are installed, `http` gives the guarded `httpx2.AsyncClient`, `defaults` are the
    operator's own secrets, for workspaces that have none, and `shared` tells what else a workspace has beside its
    own. `rests` remembers which keys were refused.
    """

    def __init__(
        self,
        providers: Callable[[], Iterable[Provider]],
        http: Callable[[], Any],
        *,
        defaults: Mapping[str, str] | None = None,
        shared: Callable[[str], Awaitable[Shared]] | None = None,
        rests: Rests | None = None,
        patience: Patience | None = None,
        timeout_s: float = 600.0,
    ) -> None:
        self._providers, self._http = providers, http
        self._defaults = {name: value for name, value in (defaults or {}).items() if value}
        self._shared = shared
        self._patience, self._timeout_s = patience or Patience(), timeout_s
        self._rests = rests or OwnRests()
        # processes begin at different keys, so that together they go round
        self._turn = count(random.randrange(MOST_KEYS))

    @property
    def catalogue(self) -> Catalogue:
        """The models of the vendors that are installed now."""
        return Catalogue(self._providers())

    async def ask(
        self,
        model: str,
        prompt: Prompt,
        *,
        secrets: Mapping[str, str],
        workspace_id: str = "",
        tools: Sequence[ToolChoice] = (),
        describe: toolbox.Describe | None = None,
        use: toolbox.Use | None = None,
        emit: Emit | None = None,
    ) -> Answer:
        """Ask a model, or its fallbacks, until it answers.

        `describe` tells what a chosen tool takes, `use` runs it with what the person and the model filled in.
        """
        if not prompt.turns:
            raise Invalid("there is nothing to answer: no message was given", code="required")
        catalogue = self.catalogue
        box = await toolbox.fill(tools, describe or _unknown)

        async def open(name: str) -> Route:
            secret = prompt.secret if name == model else ""
            shared = await self.shared(workspace_id)
            return self.route(name, secrets, catalogue=catalogue, secret=secret, shared=shared)

        async def call(name: str, arguments: Mapping[str, Any]) -> Any:
            if use is None:
                raise Denied(f"{name!r} cannot be used here")
            return await use(*box.choice(name, arguments))

        return await loop.ask(
            (model, *prompt.fallbacks),
            replace(prompt, tools=(*prompt.tools, *box.offers)),
            open=open,
            call_tool=call,
            emit=emit,
            force=box.forced,
            patience=self._patience,
        )

    async def shared(self, workspace_id: str) -> Shared:
        """What a workspace has beside its own secrets."""
        known = await self._shared(workspace_id) if self._shared else Shared()
        return replace(known, defaults=self._beside(known.defaults))

    def route(
        self,
        name: str,
        secrets: Mapping[str, str],
        *,
        catalogue: Catalogue | None = None,
        secret: str = "",
        shared: Shared | None = None,
    ) -> Route:
        """The way to a model; raises `Missing` for an unknown one and `Denied` where a key or an address lacks."""
        provider, model = (catalogue or self.catalogue).find(name)
        shared = shared or Shared(defaults=self._defaults)
        url, own = address(provider, secrets, shared.defaults)
        keys = chosen(provider, secrets, shared.defaults, secret=secret, own=own)
        first = 0 if (secret or first_name(provider)) in shared.in_order else next(self._turn) % len(keys)
        turned = [*keys[first:], *keys[:first]]
        return Route(
            provider=provider,
            model=model,
            clients=tuple(self._client(provider, url, key) for key in turned),
            keys=tuple(mark(url, key, provider) for key in turned if key is not NO_KEY),
            rests=self._rests,
        )

    async def listed(self, provider_id: str, secrets: Mapping[str, str], *, shared: Shared) -> tuple[str, ...]:
        """The models that a vendor's server says it has, for vendors whose list is open."""
        provider = self._provider(provider_id)
        url, own = address(provider, secrets, shared.defaults)
        key = chosen(provider, secrets, shared.defaults, secret="", own=own)[0]
        return await sdk.listed(self._client(provider, url, key), provider.title)

    async def test(
        self, provider_id: str, name: str, values: Mapping[str, str], *, defaults: Mapping[str, str]
    ) -> Tried:
        """What a vendor says to one key of those at hand, asked as cheaply as it can be; wakes it or puts it to rest.

        An address among the values is where it is asked, as runs do; raises `Missing` for a key that is not there.
        """
        provider = self._provider(provider_id)
        try:
            url, _ = address(provider, values, self._beside(defaults))
        except Denied as error:
            return Tried(outcome="failed", words=f"{error.message}.")
        key = next((one for one in keys_in(provider, values) if one.name == name), None)
        if key is None:
            raise Missing(f"{provider.title} has no key {name[:80]!r} here.")
        client = self._client(provider, url, key)
        return await try_key(provider, client, rests=self._rests, mark=mark(url, key, provider))

    def marks(self, provider: Provider, values: Mapping[str, str], defaults: Mapping[str, str]) -> dict[str, str]:
        """What tells each key from all others, by the names of the secrets; none where no address is known."""
        try:
            url, _ = address(provider, values, self._beside(defaults))
        except Denied:
            return {}
        return {key.name: mark(url, key, provider) for key in keys_in(provider, values)}

    def _beside(self, instance: Mapping[str, str]) -> dict[str, str]:
        return {**self._defaults, **instance}

    def _provider(self, provider_id: str) -> Provider:
        provider = self.catalogue.providers.get(provider_id)
        if provider is None:
            raise Invalid(f"there is no vendor {provider_id!r}", code="no_such_provider")
        return provider

    def _client(self, provider: Provider, url: str, key: Key) -> Client:
        headers = {**provider.headers, **({key.header: key.value} if key.header else {})}
        plain = "" if key.header else key.value
        return Client(http=self._http(), base_url=url, key=plain, headers=headers, timeout_s=self._timeout_s)


def mark(url: str, key: Key, provider: Provider) -> str:
    """What tells a key at an address from all others; to be kept as a digest only."""
    headers = {**provider.headers, **({key.header: key.value} if key.header else {})}
    return "\0".join((url, "" if key.header else key.value, *headers.values()))


async def _unknown(choice: ToolChoice) -> toolbox.Described:
    raise Invalid(f"the tool {choice.tool!r} cannot be used here", code="no_such_tool")
