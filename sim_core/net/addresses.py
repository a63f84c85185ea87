"""Which addresses of the internet are somebody's public service, and which are not."""

import ipaddress
import re
from typing import TypeAlias

IP: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

# IANA's special-purpose registries, and the addresses on which clouds hand out their machines' credentials.
SPECIAL: tuple[tuple[str, str], ...] = (
    ("0.0.0.0/8", "this network"),
    ("10.0.0.0/8", "private"),
    ("100.64.0.0/10", "carrier-grade NAT"),
    ("127.0.0.0/8", "loopback"),
    ("168.63.129.16/32", "cloud metadata"),
    ("169.254.0.0/16", "link-local or cloud metadata"),
    ("172.16.0.0/12", "private"),
    ("192.0.0.0/24", "protocol assignments"),
    ("192.0.2.0/24", "documentation"),
    ("192.88.99.0/24", "6to4 relay"),
    ("192.168.0.0/16", "private"),
    ("198.18.0.0/15", "benchmarking"),
    ("198.51.100.0/24", "documentation"),
    ("203.0.113.0/24", "documentation"),
    ("224.0.0.0/4", "multicast"),
    ("240.0.0.0/4", "reserved"),
    ("::/128", "unspecified"),
    ("::1/128", "loopback"),
    ("2001::/23", "protocol assignments, Teredo"),
    ("2001:db8::/32", "documentation"),
    ("2002::/16", "6to4"),
    ("3fff::/20", "documentation"),
    ("64:ff9b::/96", "NAT64"),
    ("64:ff9b:1::/48", "NAT64"),
    ("fc00::/7", "private"),
    ("fe80::/10", "link-local"),
    ("fec0::/10", "site-local"),
    ("ff00::/8", "multicast"),
)
_SPECIAL = tuple((ipaddress.ip_network(network), why) for network, why in SPECIAL)
_GLOBAL_6 = ipaddress.ip_network("2000::/3")
_METADATA = tuple(
    ipaddress.ip_network(n)
    for n in ("169.254.0.0/16", "168.63.129.16/32", "100.100.100.200/32", "fe80::/10", "fd00:ec2::254/128")
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_COMPATIBLE = ipaddress.ip_network("::/96")
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]*|[0-9]+")


def parse(host: str) -> IP | None:
    """The address that a host is when it is no name, in any spelling: `127.1`, `0x7f000001`, `[::1]`."""
    text = host.strip("[]").partition("%")[0].rstrip(".")
    if ":" in text:
        try:
            return ipaddress.IPv6Address(text)
        except ValueError:
            return None
    return _four(text)


def unwrap(address: IP) -> IP:
    """The IPv4 address inside a mapped or compatible IPv6 address, which is where the packets go."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _COMPATIBLE and int(address) > 1:
        return ipaddress.IPv4Address(int(address))
    return address


def behind_nat64(address: IP) -> IP | None:
    """The IPv4 address that a NAT64 gateway would turn this one into."""
    return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None


def special(address: IP) -> str | None:
    """Why an address is not a public one; `None` when it is."""
    plain = unwrap(address)
    for network, why in _SPECIAL:
        if plain in network:
            return why
    return "not global" if plain.version == 6 and plain not in _GLOBAL_6 else None


def is_metadata(address: IP) -> bool:
    """Whether a cloud may hand out its machine's credentials there."""
    plain = unwrap(address)
    return any(plain in network for network in _METADATA)


def _four(text: str) -> ipaddress.IPv4Address | None:
    """One to four numbers, decimal, octal or hexadecimal, the last one filling the rest, as `inet_aton` reads them."""
    parts = text.split(".")
    if len(parts) > 4 or not all(_NUMBER.fullmatch(part) for part in parts):
        return None
    try:
        *heads, last = [_number(part) for part in parts]
    except ValueError:
        return None
    room = 4 - len(heads)
    if any(head > 255 for head in heads) or last >= 256**room:
        return None
    value = last + sum(head << (8 * (3 - place)) for place, head in enumerate(heads))
    return ipaddress.IPv4Address(value)


def _number(text: str) -> int:
    if text[:2] in ("0x", "0X"):
        return int(text[2:] or "0", 16)
    return int(text, 8) if len(text) > 1 and text.startswith("0") else int(text)
