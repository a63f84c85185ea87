"""Where a workflow may connect to: the public internet, and what the operator allows of their own network."""

import asyncio
import contextlib
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TypeAlias

from msgspec import Struct

from sim_core.errors import Denied, Invalid, Unreachable
from sim_core.net.addresses import IP, Network, behind_nat64, is_metadata, parse, special, unwrap
from sim_core.spec.requests import Address

Resolve: TypeAlias = Callable[[str, int], Awaitable[Sequence[str]]]


class Rule(Struct, frozen=True):
    """One entry of the operator's allow-list: a name, `*.suffix` or a network, for one port or all."""

    name: str = ""
    network: Network | None = None
    port: int | None = None

    def admits(self, host: str, address: IP, port: int) -> bool:
        """Whether this entry opens that place; a name opens no metadata service, only an address does."""
        if self.port not in (None, port):
            return False
        if self.network is not None:
            return address in self.network
        return named(host, self.name) and not is_metadata(address)


class Guard:
    """Resolves names and lets through the addresses that may be reached.

    `allow` are the operator's rules; `own` are the ports of our own services, which stay closed wherever they are on
    this machine or in a private network, unless a rule names them with their port.
    """

    def __init__(self, allow: Iterable[str] = (), *, own: Iterable[int] = (), resolve: Resolve | None = None) -> None:
        self.rules = tuple(rule(text) for text in allow)
        self.own = frozenset(own)
        self._resolve = resolve or system

    async def addresses(self, host: str, port: int) -> tuple[Address, ...]:
        """Every address of a host that may be connected to, in the resolver's order; raises `Denied`, `Unreachable`."""
        name = host.strip("[]").rstrip(".").lower()
        literal = parse(name)
        found = [literal] if literal else await self._lookup(name, port)
        good = [ip for ip in found if self.blocked(name, ip, port) is None]
        if not good:
            raise Denied(self._refusal(name, port, found), code="address_blocked")
        return tuple(Address(host=host.strip("[]"), ip=str(ip), port=port) for ip in good)

    async def check(self, host: str, port: int) -> Address:
        """The address to connect to; raises `Denied` when none of the host's may be reached."""
        return (await self.addresses(host, port))[0]

    def blocked(self, host: str, address: IP, port: int) -> str | None:
        """Why an address may not be reached under that name and port; `None` when it may."""
        address = unwrap(address)
        rules = [r for r in self.rules if r.admits(host, address, port)]
        if port in self.own and (special(address) or is_here(address)) and not any(r.port for r in rules):
            return "a port of this platform's own services"
        why = special(address)
        if why is None:
            return None
        if not rules:
            return why
        inner = behind_nat64(address)
        return self.blocked(host, inner, port) if inner else None

    async def _lookup(self, host: str, port: int) -> list[IP]:
        if not host or "%" in host:
            raise Denied(f"{host!r} is not the name of a host", code="address_blocked")
        try:
            texts = await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise Unreachable(f"{host} is not a known host", code="unknown_host") from error
        found = dict.fromkeys(ip for text in texts if (ip := parse(text)))
        if not found:
            raise Unreachable(f"{host} has no address", code="unknown_host")
        return list(found)

    def _refusal(self, host: str, port: int, found: Sequence[IP]) -> str:
        # The addresses themselves stay out of it: they would map the operator's network for whoever asks.
        reasons = ", ".join(dict.fromkeys(str(self.blocked(host, ip, port)) for ip in found))
        return f"{host}:{port} may not be reached ({reasons}); the operator can allow it in SIM_ALLOW_HOSTS"


async def system(host: str, port: int) -> Sequence[str]:
    """The addresses of a name, as the machine's own resolver answers."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(place[0]) for *_, place in found]


def rule(text: str) -> Rule:
    """An entry of the allow-list as it is written; raises `Invalid` with what would be right."""
    host, port = split_port(text.strip().lower())
    if "/" in host:
        try:
            return Rule(network=ipaddress.ip_network(host.strip("[]"), strict=False), port=port)
        except ValueError as error:
            raise Invalid(f"{text!r} is not a network: {error}", code="bad_setting") from error
    if address := parse(host):
        return Rule(network=ipaddress.ip_network(unwrap(address)), port=port)
    if not host.removeprefix("*.") or "*" in host.removeprefix("*."):
        raise Invalid(f"{text!r} is not a host, *.suffix, address or network", code="bad_setting")
    return Rule(name=host.rstrip("."), port=port)


def named(host: str, pattern: str) -> bool:
    """Whether a host is the one named, or lies under `*.suffix`."""
    host = host.rstrip(".").lower()
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern


def split_port(text: str) -> tuple[str, int | None]:
    """`host:port` in two; an IPv6 address needs brackets to carry a port."""
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        text, given = host, rest.removeprefix(":")
    elif text.count(":") == 1:
        text, given = text.split(":")
    else:
        given = ""
    if given and not given.isdecimal():
        raise Invalid(f"{given!r} is not a port", code="bad_setting")
    return text, int(given) if given else None


def is_here(address: IP) -> bool:
    """Whether an address belongs to this machine: only those can be bound."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.bind((str(address), 0))
        return True
    return False
