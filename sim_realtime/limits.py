"""How much one connection may send, and what a process takes on at once."""

from sim_realtime.protocol import Limits

IN_FLIGHT = 16
"""Operations that a client may have on the way to one workflow."""
PATIENCE = 64
"""With more than this on the way it is shown out."""
OPS_PER_SECOND, OPS_BURST = 60.0, 240.0
PRESENCE_PER_SECOND, PRESENCE_BURST = 40.0, 80.0
FRAMES_PER_SECOND, FRAMES_BURST = 100.0, 400.0
ITEMS = 500
"""Items of one operation."""
FRAME = 256 * 1024
FRAME_ADD = 512 * 1024
"""Bytes of a frame that places blocks; any other has half."""
FIRST_FRAME = 4096
"""Bytes of a hello."""
HELLO_S = 5.0
ROOM = 200
"""Connections in one room."""
JOINS_PER_SECOND, JOINS_BURST = 400.0, 400.0
WAITING = 256
"""Messages of one connection that may wait for their turn."""
WAITING_FIRST = 16
"""Messages that may wait while it is found out who sends them."""
BEHIND = 16 * 1024
"""Bytes behind which a connection is spared everybody's presence."""

LIMITS = Limits(
    in_flight=IN_FLIGHT,
    ops_per_second=int(OPS_PER_SECOND),
    burst=int(OPS_BURST),
    presence_per_second=int(PRESENCE_PER_SECOND),
    frames_per_second=int(FRAMES_PER_SECOND),
    items=ITEMS,
    frame=FRAME,
    frame_add=FRAME_ADD,
)


class Bucket:
    """Holds so much, and fills up again at a rate; taking more than is there tells how long to wait."""

    __slots__ = ("_at", "_left", "_most", "_rate")

    def __init__(self, rate: float, most: float, now: float) -> None:
        self._rate, self._most, self._left, self._at = rate, most, most, now

    def take(self, amount: float, now: float) -> float:
        """Take it; seconds until there would have been enough, or zero. What is not there is owed."""
        self._left = min(self._most, self._left + (now - self._at) * self._rate)
        self._at = now
        self._left -= amount
        return 0.0 if self._left >= 0 else -self._left / self._rate

    def give_back(self, amount: float) -> None:
        """Undo a take."""
        self._left += amount
