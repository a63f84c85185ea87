"""What running code may ask of the server: to print, to fetch, and to hand over its result."""

import time
from typing import Any

from . import frames

PRINTED_AT_ONCE = 8192
SECONDS_BETWEEN = 0.05


class Host:
    """The server, as the running code reaches it: one pipe."""

    def __init__(self, fd: int, *, stdout_bytes: int, result_bytes: int) -> None:
        self.fd = fd
        self.result_bytes = result_bytes
        self._room = stdout_bytes
        self._said = False
        self._lines: list[str] = []
        self._waiting = 0
        self._sent_at = 0.0

    def write(self, text: str) -> int:
        """Print; what goes beyond the limit is dropped, and said once."""
        size = len(text)
        self._room -= size
        if self._room >= 0:
            self._lines.append(text)
            self._waiting += size
        elif not self._said:
            self._said = True
            self._lines.append(text[: self._room] + "\n[output cut here]\n")
            self._waiting += size
        if self._waiting >= PRINTED_AT_ONCE or (self._waiting and time.monotonic() - self._sent_at > SECONDS_BETWEEN):
            self.flush()
        return size

    def flush(self) -> None:
        """Send what was printed."""
        if self._lines:
            text = "".join(self._lines)
            self._lines, self._waiting, self._sent_at = [], 0, time.monotonic()
            frames.send(self.fd, {"print": text})

    def ask(self, question: dict[str, Any], body: bytes = b"") -> None:
        """Send a request that is answered later."""
        self.flush()
        frames.send(self.fd, question, body)

    def answer(self) -> tuple[dict[str, Any], bytes]:
        """Wait for the next answer."""
        return frames.receive(self.fd)

    def done(self, text: str) -> None:
        """Hand over the result, as JSON text."""
        body = text.encode("utf-8", "replace")
        if len(body) > self.result_bytes:
            self.failed(
                {"kind": "too_large", "message": f"The result is {len(body)} bytes; {self.result_bytes} are allowed."}
            )
            return
        self.ask({"done": True}, body)

    def failed(self, problem: dict[str, Any]) -> None:
        """Hand over what went wrong, as the user sees it."""
        self.ask({"failed": problem})


def problem(kind: str, error: str, message: str, *, line: int | None, trace: list[str]) -> dict[str, Any]:
    """What went wrong, bounded: a message of 2,000 characters and 10 lines of trace."""
    shown = message if len(message) <= 2000 else message[:2000] + "…"
    return {"kind": kind, "error": error, "message": shown, "line": line, "trace": [one[:300] for one in trace[-10:]]}
