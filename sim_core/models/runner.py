"""Models as a workspace reaches them: found by name, with its keys and its own servers, through the guarded client."""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count
from typing import Any

from msgspec.structs import replace

from sim_core.errors import Denied, Invalid, Refused
from sim_core.models import loop, toolbox
from sim_core.models.asking import Emit, Patience, Route
from sim_core.models.catalogue import Catalogue
from sim_core.models.dialects import sdk
from sim_core.models.resting import OwnRests, Rests
from sim_core.spec.auth import ApiKey, Bearer, ways
from sim_core.spec.prompts import Answer, Prompt
from sim_core.spec.providers import Client, Provider
from sim_core.spec.steps import ToolChoice

MOST_KEYS = 9
NO_KEYS: list[tuple[str, str]] = []


class Models:
    """Asks models for a workspace.

    `providers` says which vendors are installed, `http` gives the guarded `httpx2.AsyncClient`, and `defaults` are
    the operator's own secrets, for workspaces that have none. `rests` remembers which keys were refused.
    """

    def __init__(
        self,
        providers: Callable[[], Iterable[Provider]],
        http: Callable[[], Any],
        *,
        defaults: Mapping[str, str] | None = None,
        rests: Rests | None = None,
        patience: Patience | None = None,
        timeout_s: float = 600.0,
    ) -> None:
        self._providers, self._http = providers, http
        self._defaults = {name: value for name, value in (defaults or {}).items() if value}
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
            return self.route(name, secrets, catalogue=catalogue, secret=prompt.secret if name == model else "")

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

    def route(
        self, name: str, secrets: Mapping[str, str], *, catalogue: Catalogue | None = None, secret: str = ""
    ) -> Route:
        """The way to a model; raises `Missing` for an unknown one and `Denied` where a key or an address lacks."""
        provider, model = (catalogue or self.catalogue).find(name)
        clients = self._clients(provider, secrets, secret)
        keys = tuple("\0".join((one.base_url, one.key, *one.headers.values())) for one in clients)
        return Route(provider=provider, model=model, clients=clients, keys=keys, rests=self._rests)

    async def listed(self, provider_id: str, secrets: Mapping[str, str]) -> tuple[str, ...]:
        """The models that a vendor's server says it has, for vendors whose list is open."""
        provider = self.catalogue.providers.get(provider_id)
        if provider is None:
            raise Invalid(f"there is no vendor {provider_id!r}", code="no_such_provider")
        client = self._clients(provider, secrets, "")[0]
        headers = dict(client.headers) | ({"authorization": f"Bearer {client.key}"} if client.key else {})
        try:
            reply = await client.http.get(f"{sdk.with_version(client.base_url)}/models", headers=headers)
            if reply.status_code >= 400:
                raise Refused(f"{provider.title} answered {reply.status_code}", http_status=reply.status_code)
            return tuple(sorted(str(row["id"]) for row in reply.json()["data"]))
        except Exception as error:
            raise sdk.in_our_words(error, client) from error

    def _clients(self, provider: Provider, secrets: Mapping[str, str], secret: str) -> tuple[Client, ...]:
        own = secrets.get(provider.base_url_setting, "") if provider.base_url_setting else ""
        url = own or self._defaults.get(provider.base_url_setting, "") or provider.base_url
        if not url:
            words = f"{provider.title} needs an address: set the secret {provider.base_url_setting}"
            raise Denied(words, code="missing_address")
        # The operator's keys go to the operator's addresses only, never to one that a workspace named.
        known = [secrets] if own else [secrets, self._defaults]
        keys = next(filter(None, (_keys(provider, values, secret) for values in known)), NO_KEYS)
        if not keys and not provider.keyless:
            raise Denied(_lacking(provider, secret), code="missing_key")
        first = next(self._turn) % len(keys) if keys else 0
        turned = [*keys[first:], *keys[:first]] or [("", "")]
        return tuple(self._client(provider, url, header, key) for header, key in turned)

    def _client(self, provider: Provider, url: str, header: str, key: str) -> Client:
        headers = dict(provider.headers) | ({header: key} if header else {})
        plain = "" if header else key
        return Client(http=self._http(), base_url=url, key=plain, headers=headers, timeout_s=self._timeout_s)


def _keys(provider: Provider, values: Mapping[str, str], secret: str) -> list[tuple[str, str]]:
    """The keys at hand, each with the header it goes into where that is a special one: `NAME`, `NAME_1`, `NAME_2`…"""
    for way in ways(provider.auth):
        if not isinstance(way, Bearer | ApiKey):
            continue
        name = secret or way.secret
        names = [name, *(f"{name}_{number}" for number in range(1, MOST_KEYS + 1))]
        found = [value for each in names if (value := values.get(each, ""))]
        if found and isinstance(way, ApiKey):
            return [(way.header, f"{way.prefix}{value}") for value in found]
        if found:
            return [("", value) for value in found]
    return []


def _lacking(provider: Provider, secret: str) -> str:
    names = [secret] if secret else [way.secret for way in ways(provider.auth) if isinstance(way, Bearer | ApiKey)]
    return f"{provider.title} needs a key: set the secret {' or '.join(names)} in the workspace"


async def _unknown(choice: ToolChoice) -> toolbox.Described:
    raise Invalid(f"the tool {choice.tool!r} cannot be used here", code="no_such_tool")
