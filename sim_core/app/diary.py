"""The journal of runs without a server: a file with an event in JSON on each line."""

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import msgspec

from sim_core.errors import Invalid, Missing
from sim_core.flow.events import Event, TextDelta

_decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)
_encode = msgspec.json.Encoder(enc_hook=str).encode


class Diary:
    """What happened in an earlier run, and where what happens now is added; without a name nothing is kept."""

    def __init__(self, name: str, *, keep: bool) -> None:
        """Open the file: read it and go on after it, or begin anew."""
        self.events = _read(Path(name)) if keep else ()
        self._file: BinaryIO | None = open(name, "ab" if keep else "wb") if name else None  # noqa: SIM115 - `close` does

    def teller(self, tell: Callable[[Event], None]) -> Callable[[Event], None]:
        """The same, and what it is told is kept."""
        file = self._file
        if file is None:
            return tell

        def record(event: Event) -> None:
            if not isinstance(event, TextDelta):
                file.write(_encode(event) + b"\n")
            tell(event)

        return record

    def close(self) -> None:
        """Write what is left."""
        if self._file is not None:
            self._file.close()


def _read(place: Path) -> tuple[Event, ...]:
    if not place.is_file():
        raise Missing(f"There is no journal {str(place)!r}; run the workflow once with --journal.")
    found: list[Event] = []
    for number, line in enumerate(place.read_bytes().splitlines(), 1):
        try:
            found.append(_decoder.decode(line))
        except msgspec.MsgspecError as error:
            raise Invalid(f"{place}, line {number}: this is no event of a run: {error}") from None
    return tuple(found)
