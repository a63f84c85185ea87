"""Has a model write what belongs into a field, with the keys of the workspace, and tells it as it comes."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
from typing import Any, TypeAlias

import msgspec
from msgspec import Struct

from sim_core.accounts.actors import Rules
from sim_core.accounts.groups import check_rules
from sim_core.errors import Denied, Expired, Invalid, SimError
from sim_core.models.drafts import Field, Wanted, prompt_of, read_draft
from sim_core.models.keys import Shared
from sim_core.models.runner import Models
from sim_core.registry import Registry
from sim_core.spec.fields import Assisted
from sim_core.spec.forms import FormField, form, mark
from sim_core.spec.kinds import is_struct, json_type, peel
from sim_core.spec.options import field_of
from sim_core.spec.prompts import Answer, Cost, Delta, Reset, Text, Usage
from sim_core.spec.providers import Provider
from sim_core.spec.schemas import schema

LONGEST_S = 180.0
HEARTBEAT_S = 15.0
LOOK_S = 5.0
"""For the list of models of a server of one's own."""
TEXTS = ("code", "short_text", "long_text")
Told: TypeAlias = Callable[[Answer], Awaitable[None]]


class Wrote(Struct, frozen=True, kw_only=True, tag="wrote", tag_field="event"):
    """More words of the draft."""

    text: str


class Began(Struct, frozen=True, kw_only=True, tag="again", tag_field="event"):
    """The words so far do not count: another model, or another try, begins anew."""


class Drafted(Struct, frozen=True, kw_only=True, tag="drafted", tag_field="event"):
    """The draft is whole."""

    text: str
    value: Any = None
    """The value of a field that holds more than text."""
    model: str = ""
    usage: Usage = Usage()
    cost: Cost = Cost()


class Failed(Struct, frozen=True, kw_only=True, tag="failed", tag_field="event"):
    """No draft came of it."""

    code: str
    message: str


News: TypeAlias = Wrote | Began | Drafted | Failed
_encode = msgspec.json.Encoder().encode


class Means(Struct, frozen=True, kw_only=True):
    """What a draft is asked with: the model, and the keys that runs of the workspace would have."""

    model: str
    workspace_id: str
    secrets: Mapping[str, str]


class Drafting:
    """Asks models for what belongs into fields."""

    def __init__(
        self, registry: Registry, models: Models, *, secrets: Callable[[str, str], Awaitable[Mapping[str, str]]]
    ) -> None:
        """Ask through the models' layer, with the secrets that runs would have."""
        self._registry, self._models, self._secrets = registry, models, secrets

    async def open(self, *, model: str, workspace_id: str, person: str, rules: Iterable[Rules]) -> Means:
        """The model that is asked and what it is asked with; raises `Denied` where none may be, or has no key."""
        secrets, rules = await self._secrets(workspace_id, person), tuple(rules)
        shared = await self._models.shared(workspace_id)
        if not model:
            name = await self._choose(secrets, shared, rules)
            return Means(model=name, workspace_id=workspace_id, secrets=secrets)
        provider, found = self._models.catalogue.find(model)
        name = f"{provider.id}/{found.id}"
        check_rules(rules, models=[name])
        self._models.route(name, secrets, shared=shared)
        return Means(model=name, workspace_id=workspace_id, secrets=secrets)

    async def frames(self, field: Field, wanted: Wanted, *, means: Means, told: Told) -> AsyncGenerator[bytes]:
        """What happens as frames; closing it stops the model. `told` hears of each answer that was paid for."""
        news: asyncio.Queue[News] = asyncio.Queue()

        async def emit(delta: Delta) -> None:
            if isinstance(delta, Text):
                news.put_nowait(Wrote(text=delta.text))
            elif isinstance(delta, Reset):
                news.put_nowait(Began())

        task = asyncio.ensure_future(self._draft(field, wanted, means, emit, told))
        task.add_done_callback(lambda done: done.cancelled() or news.put_nowait(done.result()))
        try:
            while True:
                try:
                    async with asyncio.timeout(HEARTBEAT_S):
                        one = await news.get()
                except TimeoutError:
                    yield b": still here\n\n"
                    continue
                yield b"event: %b\ndata: %b\n\n" % (str(type(one).__struct_config__.tag).encode(), _encode(one))
                if isinstance(one, Drafted | Failed):
                    return
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _draft(self, field: Field, wanted: Wanted, means: Means, emit: Any, told: Told) -> News:
        model, prompt = means.model, prompt_of(field, wanted)
        try:
            async with asyncio.timeout(LONGEST_S):
                answer = await self._models.ask(
                    model, prompt, secrets=means.secrets, workspace_id=means.workspace_id, emit=emit
                )
            await told(answer)
            text, value = read_draft(field, answer.text)
        except TimeoutError:
            return Failed(code=Expired.code, message=f"{model} did not end within {LONGEST_S:g} s.")
        except SimError as error:
            return Failed(code=error.reason, message=error.message)
        return Drafted(text=text, value=value, model=model, usage=answer.usage, cost=answer.cost)

    async def _choose(self, secrets: Mapping[str, str], shared: Shared, rules: tuple[Rules, ...]) -> str:
        """The first model of the first vendor that has a key here and is not forbidden."""
        for provider in self._models.catalogue.providers.values():
            for name in await self._names(provider, secrets, shared):
                with contextlib.suppress(SimError):
                    check_rules(rules, models=[name])
                    self._models.route(name, secrets, shared=shared)
                    return name
        words = "No model can be asked here yet: add the key of one under Settings, Model keys."
        raise Denied(words, code="no_model")

    async def _names(self, provider: Provider, secrets: Mapping[str, str], shared: Shared) -> list[str]:
        if provider.models:
            return [f"{provider.id}/{one.id}" for one in provider.models]
        try:
            async with asyncio.timeout(LOOK_S):
                listed = await self._models.listed(provider.id, secrets, shared=shared)
                return [f"{provider.id}/{one}" for one in listed[:20]]
        except (SimError, TimeoutError):
            return []


def field_to_write(struct: type[Struct], name: str, values: Mapping[str, Any]) -> Field:
    """What a model has to know of a field; raises `Invalid` for one that no model is to write."""
    info = field_of(struct, name)
    kind = peel(info.type) if info else None
    asked = mark(kind.marks, Assisted) if kind else None
    shown = next((one for one in form(struct) if one.name == name), None)
    if kind is None or asked is None or shown is None:
        raise Invalid(f"No model writes the field {name[:80]!r}: it does not declare `Assisted`.", code="not_assisted")
    made = None if shown.kind in TEXTS else _structured(kind.types)
    return Field(
        title=shown.title,
        doc=shown.doc,
        kind=shown.kind,
        about=asked.about,
        language=_language(shown, values),
        type=made or Any,
        schema=schema(made) if made else None,
    )


def _structured(types: tuple[Any, ...]) -> Any:
    """The part of a type that is rows or an object, where a text would do as well."""
    return next((one for one in types if is_struct(one) or json_type(one) == "array"), None)


def _language(field: FormField, values: Mapping[str, Any]) -> str:
    if not field.language.startswith("$"):
        return field.language
    return str(values.get(field.language[1:]) or "python")
