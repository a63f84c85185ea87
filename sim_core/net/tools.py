"""Uses a tool: its inputs checked, its requests signed and kept to its own hosts, its answer as plain data."""

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol
from urllib.parse import urlsplit

from msgspec.structs import replace

from sim_core.errors import Denied, Fault, Missing, SimError
from sim_core.net import credentials, signing, sigv4
from sim_core.net.client import Client, Errand, Tell
from sim_core.net.credentials import Granted
from sim_core.net.guard import named
from sim_core.net.inputs import as_input, plain
from sim_core.net.masks import Mask
from sim_core.net.wire import settle
from sim_core.spec.auth import OAuth
from sim_core.spec.requests import Address, Opened, Reply, Request
from sim_core.spec.tools import Integration, Tool

_SLOT = re.compile(r"{(\w+)}")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")


class Catalogue(Protocol):
    """Finds what is installed by its id."""

    def tool(self, id: str, /) -> Tool | None:
        """A tool by its id, `service.verb_noun`."""
        ...

    def integration(self, id: str, /) -> Integration | None:
        """An integration by its id."""
        ...


class Accounts(Protocol):
    """Looks up a stored credential."""

    async def __call__(self, credential: str, integration: Integration, *, renew: bool) -> Mapping[str, str]:
        """Its values; with `renew` the service refused them, so an OAuth token is renewed whatever its age."""
        ...


async def no_accounts(credential: str, integration: Integration, *, renew: bool) -> Mapping[str, str]:
    """For runs without a server: there are no stored credentials, only secrets."""
    raise Missing(f"there is no account {credential!r} here; set the secrets of {integration.title} instead")


class ToolBox:
    """Uses tools for runs."""

    def __init__(self, catalogue: Catalogue, client: Client, *, accounts: Accounts = no_accounts) -> None:
        self._catalogue = catalogue
        self._client = client
        self._accounts = accounts

    async def call(
        self,
        id: str,
        inputs: Mapping[str, Any],
        *,
        secrets: Mapping[str, str] | None = None,
        credential: str = "",
        key: str = "",
        trace: Tell | None = None,
    ) -> Any:
        """What a tool gives back, as plain data.

        Without `credential` the workspace's secrets decide. `key` is the same for every try of the same step. Raises
        `Missing` for an unknown tool, `Invalid` for its inputs, `Denied` without an account, and what the service said.
        """
        tool, integration = self._find(id)
        call = as_input(tool, inputs)
        granted = await self._grant(integration, credential, secrets or {})

        async def renew() -> Granted | None:
            return await self._grant(integration, credential, {}, renew=True) if credential else None

        mask = Mask({**(secrets or {}), **credentials.secret_values(granted)})
        context = Call(integration, self._client, granted, key=key, mask=mask, tell=trace, renew=renew)
        try:
            return plain(await tool.run(call, context))
        except SimError as error:
            error.message = context.mask.text(error.message)
            error.args = (error.message,)
            raise
        except Exception as error:
            words = context.mask.text(f"{tool.id} broke: {type(error).__name__}: {error}")
            raise Fault(words, code="plugin_broke") from error

    def _find(self, id: str) -> tuple[Tool, Integration]:
        tool = self._catalogue.tool(id)
        integration = self._catalogue.integration(id.partition(".")[0])
        if tool is None or integration is None:
            raise Missing(f"there is no tool {id!r}; is its plugin installed?", code="unknown_tool")
        return tool, integration

    async def _grant(
        self, integration: Integration, credential: str, secrets: Mapping[str, str], *, renew: bool = False
    ) -> Granted | None:
        if integration.auth is None:
            return None
        if not credential:
            granted = credentials.ambient(integration.auth, secrets)
            if granted is None:
                raise credentials.missing(integration.title, integration.auth)
            return granted
        values = await self._accounts(credential, integration, renew=renew)
        granted = credentials.chosen(integration.auth, values)
        if granted is None:
            raise credentials.unfit(integration.title, integration.auth, values)
        return granted


class Call:
    """The `Context` of one call: it reaches the integration's hosts and nothing else."""

    def __init__(
        self,
        integration: Integration,
        client: Client,
        granted: Granted | None,
        *,
        key: str,
        mask: Mask,
        tell: Tell | None = None,
        renew: Callable[[], Any],
    ) -> None:
        self._integration = integration
        self._client = client
        self._granted = granted
        self._key = key
        self.mask = mask
        self._tell = tell
        self._renew: Callable[[], Any] | None = renew
        self._keyed = 0
        self._hosts = _hosts(integration, granted)

    @property
    def credential(self) -> Mapping[str, str]:
        """The values of the connection that the person chose; no secret but a driver's."""
        return credentials.open_values(self._granted)

    @property
    def idempotency_key(self) -> str:
        """The same for every try of the same step."""
        return self._key

    async def send(self, request: Request) -> Reply:
        """Send a request, signed; a token that the service refuses is renewed once."""
        request = self._dressed(request)
        errand = self._errand(request)
        reply = await self._client.send(request, errand)
        is_oauth = self._granted is not None and isinstance(self._granted.way, OAuth)
        if reply.status != 401 or not is_oauth or self._renew is None:
            return reply
        renew, self._renew = self._renew, None
        renewed = await renew()
        if renewed is None:
            return reply
        self._granted = renewed
        self.mask = self.mask.also(credentials.secret_values(renewed))
        return await self._client.send(request, replace(errand, sign=self._sign, mask=self.mask))

    def stream(self, request: Request) -> AbstractAsyncContextManager[Opened]:
        """Send a request, signed, and read its answer piece by piece."""
        request = self._dressed(request)
        return self._client.stream(request, self._errand(request))

    def presign(self, request: Request, *, seconds: int) -> str:
        """A URL that carries its own permission."""
        if self._granted is None:
            raise Denied(f"{self._integration.title} has no account to sign with", code="no_credential")
        request = settle(self._dressed(request))
        parts = urlsplit(request.url)
        if reason := self._reach(parts.hostname or "", 0):
            raise Denied(reason, code="host_not_declared")
        own = {name: value for name, value in request.headers.items() if name.startswith("x-amz-")}
        return sigv4.presign(replace(request, headers=own), signing.aws_keys(self._granted), seconds=seconds)

    async def open(self, host: str, port: int) -> Address:
        """A checked address for a driver, of the hosts that the connection names."""
        if reason := self._reach(host, port):
            raise Denied(reason, code="host_not_declared")
        return await self._client.open(host, port)

    def _dressed(self, request: Request) -> Request:
        headers = {**self._integration.headers, **request.headers}
        return replace(request, url=_fill(request.url, self._granted), headers=headers)

    def _errand(self, request: Request) -> Errand:
        key = ""
        if request.once and self._key:
            self._keyed += 1
            # Each request of a tool that sends several is another event to the service.
            key = self._key if self._keyed == 1 else f"{self._key}:{self._keyed}"
        return Errand(sign=self._sign, reach=self._reach, key=key, mask=self.mask, tell=self._tell)

    def _sign(self, request: Request) -> Request:
        return signing.sign(request, self._granted)

    def _reach(self, host: str, port: int) -> str | None:
        if any(named(host, pattern) for pattern in self._hosts):
            return None
        return f"{self._integration.title} may not reach {host}: its plugin names {', '.join(self._hosts) or 'no host'}"


def _hosts(integration: Integration, granted: Granted | None) -> tuple[str, ...]:
    home = urlsplit(_fill(integration.base_url, granted)).hostname if integration.base_url else None
    return (*((home,) if home else ()), *integration.hosts, *credentials.hosts(granted))


def _fill(url: str, granted: Granted | None) -> str:
    """The URL with the account's own values in its host: `https://{subdomain}.example.com`."""
    scheme, mark, rest = url.partition("://")
    place, slash, path = rest.partition("/")
    if "{" not in place:
        return url

    def value(found: re.Match[str]) -> str:
        text = str(granted.values.get(found[1], "")) if granted else ""
        if not _LABEL.fullmatch(text):
            raise Denied(f"the account's {found[1]} is {text!r}, which is no part of a host", code="bad_credential")
        return text

    return f"{scheme}{mark}{_SLOT.sub(value, place)}{slash}{path}"
