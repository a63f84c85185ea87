"""Where everybody is: relayed at once, never stored, and spared to whoever cannot keep up."""

import asyncio
from collections.abc import Callable, Iterable

import msgspec
from msgspec import UNSET

from sim_realtime import limits, protocol
from sim_realtime.session import Session

LATER_S = 0.033
"""Seconds until those who were behind are looked after again."""
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
        self._sessions = sessions
        self._owed: dict[Session, dict[str, protocol.Presence]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self.known: dict[str, tuple[float, protocol.Presence]] = {}

    def tell(self, sender: Session, delta: protocol.Presence, now: float) -> None:
        """Relay where somebody is to the others."""
        _, before = self.known.get(sender.sid, (0.0, protocol.Presence()))
        self.known[sender.sid] = (now, merged(before, delta))
        text = protocol.encode(protocol.Others(r=self._workflow_id, d=((sender.sid, delta),)))
        for session in self._sessions():
            if session is sender:
                continue
            if session.connection.behind > limits.BEHIND or session in self._owed:
                owed = self._owed.setdefault(session, {})
                owed[sender.sid] = merged(owed.get(sender.sid, protocol.Presence()), delta)
            else:
                session.connection.send(text)
        if self._owed and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(LATER_S, self._catch_up)

    def _catch_up(self) -> None:
        """Tell those who have caught up the latest, and the others later."""
        self._timer = None
        for session, owed in tuple(self._owed.items()):
            if not session.connection.is_open:
                del self._owed[session]
            elif session.connection.behind <= limits.BEHIND:
                del self._owed[session]
                session.send(protocol.Others(r=self._workflow_id, d=tuple(owed.items())))
        if self._owed:
            self._timer = asyncio.get_running_loop().call_later(LATER_S, self._catch_up)

    def gone(self, session: Session) -> None:
        """Forget somebody."""
        self.known.pop(session.sid, None)
        self._owed.pop(session, None)

    def of(self, sid: str, now: float) -> protocol.Presence | None:
        """Where somebody was last, if that is not long ago."""
        at, presence = self.known.get(sid, (-LIVES_S, protocol.Presence()))
        return presence if now - at < LIVES_S else None
