"""Where everybody is: relayed at once, never stored, and spared to whoever cannot keep up."""

import asyncio
from collections.abc import Callable, Iterable

import msgspec
from msgspec import UNSET

from sim_realtime import limits, protocol
from sim_realtime.session import Session

LATER_S = 0.033
"""Seconds after which it is looked who is behind, and who has caught up."""
LIVES_S = 30.0
"""Seconds after which somebody who says nothing is where nobody knows."""


def merged(before: protocol.Presence, after: protocol.Presence) -> protocol.Presence:
    """What holds when one follows the other."""
    facts = {name: getattr(after, name) for name in after.__struct_fields__ if getattr(after, name) is not UNSET}
    return msgspec.structs.replace(before, **facts)


class Presences:
    """The presence of one room."""

    def __init__(self, workflow_id: str, sessions: Callable[[], Iterable[Session]]) -> None:
        self._workflow_id = workflow_id
        self._topic = f"{workflow_id} presence"
        self._sessions = sessions
        self._behind: set[Session] = set()
        self._timer: asyncio.TimerHandle | None = None
        self.known: dict[str, tuple[float, protocol.Presence]] = {}

    def tell(self, sender: Session, delta: protocol.Presence, now: float) -> None:
        """Relay where somebody is to the others."""
        _, before = self.known.get(sender.sid, (0.0, protocol.Presence()))
        self.known[sender.sid] = (now, merged(before, delta))
        text = protocol.encode(protocol.Others(r=self._workflow_id, d=((sender.sid, delta),)))
        sender.connection.tell(self._topic, text)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(LATER_S, self._look)

    def follow(self, session: Session) -> None:
        """Tell somebody where the others are, from now on."""
        session.connection.follow(self._topic)

    def gone(self, session: Session) -> None:
        """Forget somebody."""
        session.connection.unfollow(self._topic)
        self.known.pop(session.sid, None)
        self._behind.discard(session)

    def _look(self) -> None:
        """Spare those who are behind, and tell those who have caught up the latest."""
        self._timer = None
        for session in self._sessions():
            is_behind = session.connection.behind > limits.BEHIND
            if is_behind == (session in self._behind):
                continue
            if is_behind:
                session.connection.unfollow(self._topic)
                self._behind.add(session)
            else:
                self._behind.discard(session)
                self.follow(session)
                latest = tuple((sid, presence) for sid, (_, presence) in self.known.items() if sid != session.sid)
                session.send(protocol.Others(r=self._workflow_id, d=latest))
        if self._behind:
            self._timer = asyncio.get_running_loop().call_later(LATER_S, self._look)

    def of(self, sid: str, now: float) -> protocol.Presence | None:
        """Where somebody was last, if that is not long ago."""
        at, presence = self.known.get(sid, (-LIVES_S, protocol.Presence()))
        return presence if now - at < LIVES_S else None
