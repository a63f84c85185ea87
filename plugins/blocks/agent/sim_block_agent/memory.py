"""What of a conversation is remembered."""

from collections.abc import Sequence
from typing import NamedTuple

from sim_core.plugin import Invalid, Turn, number

LONGEST_ID = 255
LARGEST = 100 * 1024
CHARACTERS = 4
"""Of a token, on average; a window needs no more than an estimate."""


class Memory(NamedTuple):
    """Which conversation, and how much of it."""

    conversation: str
    messages: int | None = None
    tokens: int | None = None

    @classmethod
    def of(cls, kind: str, conversation: str, messages: int | str, tokens: int | str) -> "Memory | None":
        """What a form says; `None` when nothing is remembered; raises `Invalid` without a conversation."""
        if kind == "none":
            return None
        name = conversation.strip()
        if not name:
            raise Invalid("a conversation id is required to remember", code="required")
        if len(name) > LONGEST_ID:
            raise Invalid(
                f"the conversation id is {len(name)} characters long, more than {LONGEST_ID}", code="too_long"
            )
        if kind == "sliding_window":
            return cls(name, messages=_count(messages, 10))
        if kind == "sliding_window_tokens":
            return cls(name, tokens=_count(tokens, 4000))
        return cls(name)


def last_asked(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """What a person said last: all that is new when the rest is remembered."""
    return tuple(turn for turn in turns if turn.role == "user")[-1:]


def storable(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """The turns, when each is small enough to be kept; raises `Invalid`."""
    for turn in turns:
        if (size := len(turn.text.encode())) > LARGEST:
            raise Invalid(f"a message of {size} bytes is too long to remember; {LARGEST} are kept", code="too_large")
    return tuple(turns)


def window(turns: Sequence[Turn], memory: Memory) -> tuple[Turn, ...]:
    """The newest turns that fit; at least one, and none that answers what is no longer there."""
    kept = tuple(turns)
    if memory.messages is not None:
        kept = kept[-memory.messages :]
    elif memory.tokens is not None:
        kept = _fitting(kept, memory.tokens)
    first = next((at for at, turn in enumerate(kept) if turn.role == "user"), 0)
    return kept[first:]


def _fitting(turns: tuple[Turn, ...], tokens: int) -> tuple[Turn, ...]:
    left, kept = tokens, 0
    for turn in reversed(turns):
        left -= -(-len(turn.text) // CHARACTERS)
        if left < 0 and kept:
            break
        kept += 1
    return turns[len(turns) - kept :]


def _count(value: int | str, default: int) -> int:
    found = number(value)
    return int(found) if isinstance(found, int | float) and found >= 1 else default
