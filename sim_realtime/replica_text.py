"""A client's copy of a text that several people edit: what it typed is sent again until it is durable."""

from typing import Any

from pycrdt import Doc

from sim_realtime import protocol
from sim_realtime.client import Replica
from sim_realtime.shapes import shape_of


class ReplicaText:
    """One field's text at one client."""

    def __init__(self, replica: Replica, block_id: str, field: str, texts: tuple[str, ...] | None = None) -> None:
        self.replica = replica
        self.texts = texts
        self._shape = shape_of(texts)
        self.block_id = block_id
        self.field = field
        self.n = 0
        self.durable = 0
        """The last update that is acknowledged."""
        self.refused = ""
        self.is_open = False
        self._doc: Doc[Any] = Doc()
        self._asked: bytes | None = None

    @property
    def text(self) -> Any:
        """What its user sees: a text, or rows."""
        return self._shape.read(self._doc)

    def open(self) -> None:
        """Begin to edit, or go on after the connection was lost."""
        self.is_open = False
        vector = self._asked = self._doc.get_state()
        self.replica.say(
            protocol.TextOpen(
                r=self.replica.workflow_id, block_id=self.block_id, field=self.field, vector=vector, texts=self.texts
            )
        )

    def type(self, wanted: Any) -> None:
        """Make it what is wanted, by the smallest edits."""
        before = self._doc.get_state()
        self._shape.write(self._doc, wanted)
        self.n += 1
        if self.is_open:
            self._say(self._doc.get_update(before))

    def close(self) -> None:
        """Leave the field."""
        self.replica.say(protocol.TextClose(r=self.replica.workflow_id, block_id=self.block_id, field=self.field))

    def hear(self, message: protocol.FromServer) -> None:
        """Follow what the server says of this field."""
        if (getattr(message, "block_id", None), getattr(message, "field", None)) != (self.block_id, self.field):
            return
        match message:
            case protocol.TextState(update=update, vector=vector, since=since) if since == self._asked:
                self._doc.apply_update(update)
                self.is_open, self.refused = True, ""
                # Whoever wrote it: what others typed may have been lost with a server that told us of it.
                if self.n > self.durable or (self.replica.role != "read" and self._doc.get_state() != vector):
                    self._say(self._doc.get_update(vector))
            case protocol.Typed(update=update) if self.is_open:
                # One that is not open gets all of it with its next state, and nothing that is taken back until then.
                self._doc.apply_update(update)
            case protocol.TextAck(n=n):
                self.durable = max(self.durable, n)
            case protocol.TextReject(code=code):
                self._doc, self._asked = Doc(), None
                self.is_open, self.refused, self.durable = False, code, self.n
            case _:
                pass

    def _say(self, update: bytes) -> None:
        self.replica.say(
            protocol.Text(r=self.replica.workflow_id, block_id=self.block_id, field=self.field, n=self.n, update=update)
        )
