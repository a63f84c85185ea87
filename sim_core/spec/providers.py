"""Vendors of models."""

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Literal, TypeAlias
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from sim_core.spec.auth import AnyAuth
from sim_core.spec.prompts import Delta, Prompt


class Tier(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Other prices for a request whose input is longer than `above` tokens."""

    above: int
    input_price: float
    output_price: float
    cached_price: float | None = None
    cache_write_price: float | None = None


class Model(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A model: what fits in, what it can, what it costs (USD for a million tokens)."""

    id: str
    title: str = ""
    window: int = 0
    """Tokens that fit in, answer included; 0 is unknown."""
    reply: int = 0
    """Tokens of the longest answer; 0 is unknown."""
    tools: bool = False
    vision: bool = False
    files: bool = False
    audio: bool = False
    structured: bool = False
    caching: bool = False
    efforts: tuple[str, ...] = ()
    temperature: bool = True
    forced: bool = True
    """Whether it can be told which tool to use."""
    thinking: Literal["", "effort", "budget", "asked", "always"] = ""
    """How it thinks: by effort, within a budget of tokens, when asked to, or unless `unthinking` says not to."""
    unthinking: str = ""
    """The vendor's word that switches thinking off; empty when nothing does."""
    input_price: float | None = None
    cached_price: float | None = None
    cache_write_price: float | None = None
    output_price: float | None = None
    tiers: tuple[Tier, ...] = ()
    """Prices of long requests, shortest first."""
    deprecated: bool = False
    retires: str = ""
    """The day the vendor switches it off, where it has been announced."""


class Client(Struct, frozen=True, kw_only=True):
    """How a vendor is reached: the guarded HTTP client, where, and with which key."""

    http: Any
    """An `httpx2.AsyncClient` that only leaves through the guard."""
    base_url: str
    key: str
    headers: Mapping[str, str] = {}
    timeout_s: float = 600.0

    @property
    def host(self) -> str:
        """Where it goes to, in short."""
        return urlsplit(self.base_url).netloc

    def hide(self, words: str) -> str:
        """Words of the vendor without the key, which some repeat."""
        sent = (self.key, *self.headers.values())
        for value in (*sent, *(one.rpartition(" ")[2] for one in sent)):
            words = words.replace(value, "…") if len(value) > 3 else words
        return words


Stream: TypeAlias = Callable[[Prompt, Model, Client], AsyncIterator[Delta]]


class Provider(Struct, frozen=True, kw_only=True):
    """A vendor of models: facts, and the dialect it speaks."""

    id: str
    title: str
    dialect: Stream
    models: tuple[Model, ...] = ()
    base_url: str = ""
    base_url_setting: str = ""
    """Name of a secret that may hold another base URL, per workspace."""
    auth: AnyAuth | None = None
    headers: Mapping[str, str] = {}
    doc: str = ""
    docs_url: str = ""
    open_models: bool = False
    """Any model name is accepted, as `provider/name`."""
    prefixes: tuple[str, ...] = ()
    """Beginnings of model names that are this vendor's, for names not in the list."""
    assumed: Model | None = None
    """Facts taken for a model that is not in the list."""
    keyless: bool = False
    """Works without a key (a server of one's own)."""


def read_models(text: str) -> tuple[Model, ...]:
    """The models of a `models.toml`; raises `msgspec.ValidationError` with the place of what does not fit."""
    return msgspec.toml.decode(text, type=_Listed, strict=False).models


class _Listed(Struct, frozen=True):
    models: tuple[Model, ...]
