"""What a journal holds: events as JSON text, with their place and time; and what a run's last event says of the run."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias, cast

import msgspec
from msgspec import Struct

from sim_core.flow.events import (
    BlockFailed,
    BlockFinished,
    BlockPaused,
    BlockResumed,
    Event,
    RunCancelled,
    RunFailed,
    RunFinished,
    RunPaused,
)
from sim_core.spec.prompts import Cost, Usage

LARGE = 256 * 1024
"""JSON longer than this lies in a row of its own."""
Ending: TypeAlias = RunPaused | RunFinished | RunFailed | RunCancelled

_encode = msgspec.json.Encoder().encode
# made once: a union in the call would be made for each event
_ENDS_BLOCK = (BlockFinished, BlockFailed, BlockPaused)
_decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)


class Entry(Struct, frozen=True):
    """An event of a run; live text has no `seq`, since it is not kept."""

    seq: int | None
    event: Event
    text: str
    """The event as JSON."""
    at: datetime | None = None


class Failure(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a run did not end well."""

    code: str
    message: str
    block: str | None = None
    block_name: str | None = None


class Ended(Struct, frozen=True, kw_only=True):
    """What a run's row says once the run has ended or fallen asleep."""

    status: str
    output: str
    error: str | None = None
    http_status: int | None = None
    ms: float = 0.0


class Spent:
    """What one model came to."""

    __slots__ = ("cost", "tokens_input", "tokens_output")

    def __init__(self) -> None:
        self.tokens_input = 0
        self.tokens_output = 0
        self.cost = 0.0

    def add(self, usage: Usage | None, cost: Cost | None) -> None:
        """Add what one step used."""
        if usage is not None:
            self.tokens_input += usage.input
            self.tokens_output += usage.output
        if cost is not None:
            self.cost += cost.total


class Totals(Spent):
    """What a run has used since its row was last written, and the pauses that wait for an answer."""

    __slots__ = ("models", "pauses")

    def __init__(self, pauses: Mapping[str, float | None]) -> None:
        super().__init__()
        self.models: dict[str, Spent] = {}
        """By the name of the model that answered; empty where a block does not tell it."""
        self.pauses = dict(pauses)

    def note(self, event: Event) -> None:
        """Add what an event says."""
        match event:
            case BlockFinished(usage=usage, cost=cost, output=output):
                self.add(usage, cost)
                if usage is not None:
                    self.models.setdefault(_model_of(output), Spent()).add(usage, cost)
            case BlockPaused(pause=pause, until=until):
                self.pauses[pause] = until
            case BlockResumed(pause=pause):
                self.pauses.pop(pause, None)
            case _:
                pass

    @property
    def wake_at(self) -> datetime | None:
        """When the first sleeping step is to wake by itself."""
        times = [until for until in self.pauses.values() if until is not None]
        return datetime.fromtimestamp(min(times), UTC) if times else None


def _model_of(output: Any) -> str:
    found = cast("dict[str, Any]", output).get("model") if isinstance(output, dict) else None
    return found if isinstance(found, str) else ""


def ending_of(event: Event) -> Ended | None:
    """What the run's row is to say after an event that ends it."""
    match event:
        case RunFinished(output=output, ms=ms, status=status):
            return Ended(status="finished", output=to_json(output), http_status=status, ms=ms)
        case RunPaused(output=output):
            return Ended(status="paused", output=to_json(output))
        case RunCancelled(reason=reason, output=output, ms=ms):
            why = "The run was stopped." if reason == "cancelled" else "The run took longer than it may."
            failure = Failure(code=reason, message=why)
            return Ended(status="cancelled", output=to_json(output), error=to_json(failure), ms=ms)
        case RunFailed():
            failure = Failure(code=event.code, message=event.message, block=event.block, block_name=event.block_name)
            return Ended(status="failed", output=to_json(event.output), error=to_json(failure), ms=event.ms)
        case _:
            return None


def ends_block(event: Event) -> str | None:
    """The block whose live text is complete with this event."""
    return event.block if isinstance(event, _ENDS_BLOCK) else None


def decode_event(text: str) -> Event:
    """An event from its JSON."""
    return _decoder.decode(text)


def to_json(value: Any) -> str:
    """A value as JSON text, whatever a step has produced: what JSON cannot say is said as text."""
    try:
        return _encode(value).decode()
    except (TypeError, ValueError, OverflowError):
        return _encode(_clean(msgspec.to_builtins(value, enc_hook=str, str_keys=True))).decode()


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_clean(key): _clean(item) for key, item in cast("dict[Any, Any]", value).items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in cast("list[Any]", value)]
    return value


def split_large(text: str) -> tuple[str | None, str | None]:
    """A value's JSON for its own row, or the digest it is kept under when it is large."""
    if len(text) <= LARGE:
        return text, None
    return None, hashlib.blake2b(text.encode(), digest_size=20).hexdigest()
