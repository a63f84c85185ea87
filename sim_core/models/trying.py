"""One cheap question to a vendor, to hear whether it takes a key; the answer is in words and never holds the key."""

from typing import Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from sim_core.errors import Expired, Refused, SimError, Unreachable
from sim_core.models.asking import Patience, Route, ask_once
from sim_core.models.dialects import sdk
from sim_core.models.resting import Rests, rest_after
from sim_core.spec.prompts import Prompt, TextPart, Turn
from sim_core.spec.providers import Client, Model, Provider

Outcome: TypeAlias = Literal["valid", "refused", "no_quota", "busy", "unreachable", "failed"]
LONGEST_S = 20.0
ONCE = Patience(tries=1)
ASKED = Prompt(turns=(Turn("user", (TextPart("Hi"),)),), max_tokens=16, cache=False)


class Tried(Struct, frozen=True, kw_only=True):
    """What a vendor said to a key."""

    outcome: Outcome
    words: str


def cheapest(provider: Provider) -> Model | None:
    """The vendor's model that costs least to ask; `None` where none has a price."""
    priced = [one for one in provider.models if one.input_price is not None and one.output_price is not None]
    usable = [one for one in priced if not one.deprecated and not one.retires and one.thinking != "always"] or priced
    return min(usable, key=lambda one: (one.input_price or 0) + (one.output_price or 0), default=None)


async def try_key(provider: Provider, client: Client, *, rests: Rests, mark: str) -> Tried:
    """Ask the cheapest model for a word, or a server of one's own for its list; a key that works is awake again."""
    client = replace(client, timeout_s=min(client.timeout_s, LONGEST_S))
    model = cheapest(provider)
    try:
        if model is not None:
            route = Route(provider=provider, model=model, clients=(client,), keys=(mark,), rests=rests)
            await ask_once(route, ASKED, emit=None, patience=ONCE)
            return Tried(outcome="valid", words=f"It works: {model.title or model.id} answered.")
        count = len(await sdk.listed(client, provider.title))
    except SimError as error:
        if model is None and (rest := rest_after(error)):
            await rests.refused(mark, rest)
        return _told(provider, model, error)
    await rests.accepted(mark)
    await rests.used(mark)
    return Tried(outcome="valid", words=f"It works: {provider.title} offers {count} models.")


def _told(provider: Provider, model: Model | None, error: SimError) -> Tried:
    """A failure, by who has to act.

    What the vendor says of a refused key is left out: some repeat the key, or its beginning.
    """
    name = model.id if model else "a model"
    if isinstance(error, Unreachable | Expired):
        return Tried(outcome="unreachable", words=f"{provider.title} cannot be reached: {error.message}.")
    if not isinstance(error, Refused):
        return Tried(outcome="failed", words=error.message)
    if error.reason == "quota" or error.http_status == 402:
        return Tried(outcome="no_quota", words=f"{provider.title} knows the key, but its account has nothing left.")
    match error.http_status:
        case 401 | 403:
            return Tried(outcome="refused", words=f"{provider.title} does not accept this key ({error.http_status}).")
        case 404:
            return Tried(outcome="valid", words=f"{provider.title} accepts the key, but does not offer it {name}.")
        case 429:
            wait = f" for {error.retry_after:.0f} seconds" if error.retry_after else ""
            return Tried(outcome="busy", words=f"{provider.title} knows the key, and wants it left alone{wait}.")
        case _:
            return Tried(outcome="failed", words=error.message)
