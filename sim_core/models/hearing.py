"""One answer being heard: its pieces put together in the order they came."""

from time import perf_counter

from sim_core.spec.prompts import (
    CallArguments,
    CallPart,
    CallStart,
    Citation,
    Delta,
    Stop,
    Text,
    TextPart,
    Thinking,
    ThinkingPart,
    Turn,
    TurnPart,
    Usage,
)


class _Words:
    """Words or thought that are still coming; joined once, since an answer may come in thousands of pieces."""

    __slots__ = ("pieces", "redacted", "signature", "thought")

    def __init__(self, *, thought: bool = False, redacted: str = "") -> None:
        self.pieces: list[str] = []
        self.thought, self.signature, self.redacted = thought, "", redacted

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    @property
    def part(self) -> TurnPart:
        return ThinkingPart(self.text, self.signature, self.redacted) if self.thought else TextPart(self.text)


class Hearing:
    """Collects the deltas of one request."""

    def __init__(self) -> None:
        self._parts: list[_Words | int] = []
        """Parts in order; a number stands for the call with that index, whose arguments are still coming."""
        self._calls: dict[int, tuple[CallStart, list[str]]] = {}
        self.citations: list[Citation] = []
        self.usage = Usage()
        self.stop = "stop"
        self.first: float | None = None

    def take(self, delta: Delta) -> None:
        """Add one piece."""
        if self.first is None:
            self.first = perf_counter()
        match delta:
            case Text():
                self._text(delta.text)
            case Thinking():
                self._thought(delta)
            case CallStart():
                if delta.index not in self._calls:
                    self._calls[delta.index] = (delta, [])
                    self._parts.append(delta.index)
            case CallArguments():
                if delta.index in self._calls:
                    self._calls[delta.index][1].append(delta.fragment)
            case Citation():
                self.citations.append(delta)
            case Usage():
                self.usage = delta
            case Stop():
                self.stop = delta.reason
            case _:
                return

    @property
    def turn(self) -> Turn:
        """What was said, as a turn of the conversation."""
        return Turn("assistant", tuple(self._call(p) if isinstance(p, int) else p.part for p in self._parts))

    @property
    def calls(self) -> tuple[CallPart, ...]:
        """The tools that were asked for."""
        return tuple(self._call(part) for part in self._parts if isinstance(part, int))

    @property
    def text(self) -> str:
        """All words of the answer."""
        return "".join(part.text for part in self._parts if isinstance(part, _Words) and not part.thought)

    @property
    def thinking(self) -> str:
        """All words of thought."""
        thoughts = [part.text for part in self._parts if isinstance(part, _Words) and part.thought]
        return "\n\n".join(text for text in thoughts if text)

    def _call(self, index: int) -> CallPart:
        start, fragments = self._calls[index]
        return CallPart(start.id, start.name, "".join(fragments) or "{}")

    def _text(self, text: str) -> None:
        if not text:
            return
        last = self._parts[-1] if self._parts else None
        if not isinstance(last, _Words) or last.thought:
            last = _Words()
            self._parts.append(last)
        last.pieces.append(text)

    def _thought(self, delta: Thinking) -> None:
        last = self._parts[-1] if self._parts else None
        is_open = isinstance(last, _Words) and last.thought and not (last.signature or last.redacted)
        if not isinstance(last, _Words) or not is_open or delta.redacted:
            last = _Words(thought=True, redacted=delta.redacted)
            self._parts.append(last)
        last.pieces.append(delta.text)
        last.signature = delta.signature
