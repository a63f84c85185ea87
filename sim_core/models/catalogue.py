"""Which vendor has which model."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

from msgspec.structs import replace

from sim_core.errors import Invalid, Missing
from sim_core.spec.providers import Model, Provider

_EDITION = re.compile(r"-(?:\d{8}|\d{4}-\d{2}-\d{2}|latest)$")

UNKNOWN = Model(id="", tools=True, vision=True, files=True, structured=True)
"""What is taken of a model that nobody described: that it can do everything, until its vendor says otherwise."""


class Catalogue:
    """The models of the installed vendors."""

    def __init__(self, providers: Iterable[Provider]) -> None:
        self.providers = {provider.id: provider for provider in providers}
        self._models = {(p.id, m.id): m for p in self.providers.values() for m in p.models}
        self._vendors: dict[str, list[str]] = {}
        for provider, model in self._models:
            self._vendors.setdefault(model, []).append(provider)

    def find(self, name: str) -> tuple[Provider, Model]:
        """A model by `provider/model`, or by `model` alone where one vendor has it; raises `Missing` or `Invalid`."""
        if not name.strip():
            raise Invalid("no model is chosen", code="required")
        vendor, _, rest = name.partition("/")
        if rest and (provider := self.providers.get(vendor)):
            return provider, self._of(provider, rest) or self._unlisted(provider, rest, name)
        match self._vendors.get(name, []):
            case [one]:
                return self.providers[one], self._models[one, name]
            case []:
                return self._by_beginning(name)
            case several:
                full = ", ".join(f"{vendor}/{name}" for vendor in several)
                raise Invalid(f"several vendors have the model {name!r}: say {full}", code="ambiguous_model")

    def _of(self, provider: Provider, model: str) -> Model | None:
        """A listed model, or a dated edition of one, which is the same but for its name."""
        if found := self._models.get((provider.id, model)):
            return found
        found = self._models.get((provider.id, _EDITION.sub("", model)))
        return replace(found, id=model) if found else None

    def _unlisted(self, provider: Provider, model: str, name: str) -> Model:
        if provider.open_models or model.startswith(provider.prefixes or ("\0",)):
            return replace(provider.assumed or UNKNOWN, id=model)
        raise self._missing(name)

    def _by_beginning(self, name: str) -> tuple[Provider, Model]:
        for vendor in self._vendors.get(_EDITION.sub("", name), ()):
            if edition := self._of(self.providers[vendor], name):
                return self.providers[vendor], edition
        for provider in self.providers.values():
            if provider.prefixes and name.startswith(provider.prefixes):
                return provider, replace(provider.assumed or UNKNOWN, id=name)
        raise self._missing(name)

    def _missing(self, name: str) -> Missing:
        known = [*self._vendors, *(f"{vendor}/{model}" for vendor, model in self._models)]
        near = get_close_matches(name, known, n=3, cutoff=0.5)
        hint = f"; near it are {', '.join(near)}" if near else ""
        if not self.providers:
            hint = "; no vendor of models is installed"
        return Missing(f"there is no model {name!r}{hint}", code="no_such_model")
