"""Ids: UUIDv7, ever rising within a process, so that what is made later sorts later."""

import os
import secrets
import threading
import time

_TOP = 1 << 74
_STEP = 1 << 40
"""Ids of one millisecond lie this far apart at most, at random: they rise and cannot be guessed."""


class _Last:
    __slots__ = ("ms", "tail")

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin anew, as a forked child must: it would repeat its parent's ids."""
        self.ms = -1
        self.tail = 0


_last = _Last()
_turn = threading.Lock()
os.register_at_fork(after_in_child=_last.forget)


def new_id() -> str:
    """A fresh UUIDv7, greater than every id this process made before."""
    with _turn:
        ms = time.time_ns() // 1_000_000
        if ms > _last.ms:
            _last.ms, _last.tail = ms, secrets.randbits(73)
        else:
            _last.tail += 1 + secrets.randbelow(_STEP)
            if _last.tail >= _TOP:
                _last.ms, _last.tail = _last.ms + 1, secrets.randbits(73)
        return _text(_last.ms, _last.tail)


def _text(ms: int, tail: int) -> str:
    number = ms << 80 | 7 << 76 | (tail >> 62) << 64 | 2 << 62 | tail & ((1 << 62) - 1)
    digits = f"{number:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
