"""Which files the process may still touch, by Landlock."""

import ctypes
import os
import struct
from collections.abc import Iterable

from . import syscalls

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
TRUNCATE, IOCTL_DEV = 1 << 14, 1 << 15
READ = READ_FILE | READ_DIR
FILE_RIGHTS = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
# Everything in a folder of one's own but executing, devices and sockets.
OWN = WRITE_FILE | READ | 1 << 4 | 1 << 5 | 1 << 7 | 1 << 8 | 1 << 12 | 1 << 13 | TRUNCATE

_libc = ctypes.CDLL(None, use_errno=True)


def abi() -> int:
    """The version of Landlock in this kernel; 0 where there is none."""
    number = syscalls.numbered(syscalls.machine())["landlock_create_ruleset"]
    return max(0, int(_libc.syscall(number, None, 0, 1)))


def ruleset(rules: Iterable[tuple[str, int]]) -> int:
    """A file descriptor of what is allowed; paths that do not exist are left out."""
    version = abi()
    handled = _handled(version)
    network, scopes = (3 if version >= 4 else 0), (3 if version >= 6 else 0)
    attributes = struct.pack("=QQQ", handled, network, scopes)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    fd = _call("landlock_create_ruleset", attributes, size, 0)
    for path, rights in rules:
        _allow(fd, path, rights & handled)
    return fd


def restrict(fd: int) -> None:
    """Give up everything that the rules do not allow; needs `no_new_privs`."""
    _call("landlock_restrict_self", fd, 0)


def _handled(version: int) -> int:
    later = (1 << 13 if version >= 2 else 0) | (TRUNCATE if version >= 3 else 0) | (IOCTL_DEV if version >= 5 else 0)
    return (1 << 13) - 1 | later


def _allow(fd: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not os.path.isdir(path):
            rights &= FILE_RIGHTS
        _call("landlock_add_rule", fd, 1, struct.pack("=Qi", rights, place), 0)
    finally:
        os.close(place)


def _call(name: str, *arguments: object) -> int:
    number = syscalls.numbered(syscalls.machine())[name]
    answer = int(_libc.syscall(number, *arguments))
    if answer < 0:
        raise OSError(ctypes.get_errno(), f"{name}: {os.strerror(ctypes.get_errno())}")
    return answer
