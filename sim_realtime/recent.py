"""What a room was told lately: each operation is encoded once, for everybody who hears it and whoever missed it."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from sim_realtime import protocol

RING = 2048
"""Operations that are told one by one to who missed them; past that it gets the document."""
PIECE = 64 * 1024
"""Bytes of operations in one message; an operation that is larger goes alone."""

Told: TypeAlias = tuple[int, bytes]
"""A committed operation by its sequence number, as it is sent: nothing that the garbage collector walks through."""


class Recent:
    """The last operations of one workflow."""

    def __init__(self) -> None:
        self._ring: deque[Told] = deque(maxlen=RING)

    def add(self, dones: Iterable[protocol.Done]) -> list[Told]:
        """Remember operations, the next ones in order; as they are sent."""
        fresh = [told(done) for done in dones]
        self._ring.extend(fresh)
        return fresh

    def after(self, seq: int) -> list[Told]:
        """Those at hand that came after a sequence number."""
        late: list[Told] = []
        for one in reversed(self._ring):
            if one[0] <= seq:
                break
            late.append(one)
        return late[::-1]

    def reaches(self, seq: int) -> bool:
        """Whether everything after a sequence number is at hand."""
        return bool(self._ring) and self._ring[0][0] <= seq + 1


def told(done: protocol.Done) -> Told:
    """An operation as it is sent."""
    return done.seq, protocol.encode(done)


def frames(workflow_id: str, ops: Sequence[Told]) -> Iterator[bytes]:
    """Operations in messages of moderate size."""
    page: list[bytes] = []
    size = 0
    for _, text in ops:
        if page and size + len(text) > PIECE:
            yield _frame(workflow_id, page)
            page, size = [], 0
        page.append(text)
        size += len(text)
    if page:
        yield _frame(workflow_id, page)


def _frame(workflow_id: str, texts: Iterable[bytes]) -> bytes:
    """A `Committed`, of operations that are encoded already."""
    return b'{"t":"ops","r":' + protocol.encode(workflow_id) + b',"ops":[' + b",".join(texts) + b"]}"
