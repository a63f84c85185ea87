"""Which keys a workspace asks a vendor with: its own, or the instance's where it has none."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from sim_core.errors import Denied
from sim_core.spec.auth import ApiKey, Bearer, ways
from sim_core.spec.providers import Provider

MOST_KEYS = 10


class Shared(Struct, frozen=True, kw_only=True):
    """What a workspace has beside its secrets."""

    defaults: Mapping[str, str] = {}
    """The instance's keys and addresses, by the names of the secrets that a workspace would set."""
    in_order: frozenset[str] = frozenset()
    """Names of first keys: theirs are asked in order, all others in turn."""


class Key(Struct, frozen=True, kw_only=True):
    """A key, and the header it goes into where that is a special one."""

    name: str
    """Of the secret that holds it."""
    value: str
    header: str = ""


NO_KEY = Key(name="", value="")


def first_name(provider: Provider) -> str:
    """Name of the secret that holds a vendor's first key; empty when it takes none."""
    return next((way.secret for way in ways(provider.auth) if isinstance(way, Bearer | ApiKey)), "")


def names_of(first: str) -> tuple[str, ...]:
    """The names that keys of a vendor have, in their order: `NAME`, `NAME_1`, `NAME_2`…"""
    return (first, *(f"{first}_{number}" for number in range(1, MOST_KEYS)))


def keys_in(provider: Provider, values: Mapping[str, str], secret: str = "") -> list[Key]:
    """The keys among named values, in their order; `secret` is the first name, where it is not the usual one."""
    for way in ways(provider.auth):
        if not isinstance(way, Bearer | ApiKey):
            continue
        found = [(name, value) for name in names_of(secret or way.secret) if (value := values.get(name, ""))]
        if found and isinstance(way, ApiKey):
            return [Key(name=name, value=f"{way.prefix}{value}", header=way.header) for name, value in found]
        if found:
            return [Key(name=name, value=value) for name, value in found]
    return []


def address(provider: Provider, secrets: Mapping[str, str], defaults: Mapping[str, str]) -> tuple[str, bool]:
    """Where a vendor is, and whether the workspace says so itself; raises `Denied` where nobody does."""
    own = secrets.get(provider.base_url_setting, "") if provider.base_url_setting else ""
    url = own or defaults.get(provider.base_url_setting, "") or provider.base_url
    if not url:
        words = f"{provider.title} needs an address: set the secret {provider.base_url_setting}"
        raise Denied(words, code="missing_address")
    return url, bool(own)


def chosen(
    provider: Provider, secrets: Mapping[str, str], defaults: Mapping[str, str], *, secret: str, own: bool
) -> Sequence[Key]:
    """The keys to ask with; raises `Denied` where there is none and one is needed.

    The instance's keys go to the instance's addresses only, never to one that a workspace named, and only those that
    are the vendor's own: a block that names another secret means one of its workspace.
    """
    if found := keys_in(provider, secrets, secret):
        return found
    if not own and not secret and (found := keys_in(provider, defaults)):
        return found
    if not provider.keyless:
        raise Denied(_lacking(provider, secret), code="missing_key")
    return (NO_KEY,)


def _lacking(provider: Provider, secret: str) -> str:
    names = [secret] if secret else [way.secret for way in ways(provider.auth) if isinstance(way, Bearer | ApiKey)]
    return f"{provider.title} needs a key: set the secret {' or '.join(names)} in the workspace"
