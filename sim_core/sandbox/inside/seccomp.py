"""A seccomp filter that lets through what `syscalls.py` lists and refuses the rest with EPERM."""

import ctypes
import struct

from . import syscalls

NEWER_THAN_KNOWN = 0x40000000
"""From here on x86_64 numbers mean its 32-bit-pointer twin: another door to the same calls."""
EPERM, ENOSYS = 1, 38
ALLOW, ERRNO, KILL = 0x7FFF0000, 0x00050000, 0x80000000
LOAD, JUMP_EQUAL, JUMP_AT_LEAST, AND, RETURN = 0x20, 0x15, 0x35, 0x54, 0x06

CLONE_THREAD = 0x00010000
CLONE_NAMESPACES = 0x7E020080
# F_DUPFD..F_SETLKW, F_OFD_*, F_DUPFD_CLOEXEC, F_SETPIPE_SZ, F_GETPIPE_SZ. F_SETOWN and F_SETSIG would send signals.
FCNTL = (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030, 1031, 1032)
# TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX.
IOCTL = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
# PR_SET_NAME, PR_GET_NAME, and the name of an anonymous mapping, which allocators set.
PRCTL = (15, 16, 0x53564D41)

Code = list[tuple[int, int, int, int]]


def program(machine: str, *, exec_once: bool = False) -> bytes:
    """The filter for a machine, as the kernel reads it; `exec_once` leaves `execve` to Landlock."""
    number = syscalls.numbered(machine)
    code: Code = [
        (LOAD, 0, 0, 4),
        (JUMP_EQUAL, 1, 0, syscalls.AUDIT_ARCH[machine]),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, 0),
    ]
    if machine == "x86_64":
        code += [(JUMP_AT_LEAST, 0, 1, NEWER_THAN_KNOWN), (RETURN, 0, 0, ERRNO | EPERM)]
    for n in (*syscalls.allowed(machine), *((number["execve"],) if exec_once else ())):
        code += [(JUMP_EQUAL, 0, 1, n), (RETURN, 0, 0, ALLOW)]
    code += _case(number["clone3"], [(RETURN, 0, 0, ERRNO | ENOSYS)])
    code += _case(number["clone"], _thread())
    code += _case(number["fcntl"], _one_of(1, FCNTL))
    code += _case(number["ioctl"], _one_of(1, IOCTL))
    code += _case(number["prctl"], _one_of(0, PRCTL))
    code += _case(number["prlimit64"], _zero(_low(0), _low(2), _high(2)))
    code += _case(number["sendto"], _zero(_low(4), _high(4)))
    code += _case(number["socketpair"], _one_of(0, (1,)))
    code += [(RETURN, 0, 0, ERRNO | EPERM)]
    return b"".join(struct.pack("=HBBI", *line) for line in code)


def apply(filter: bytes) -> None:
    """Put a filter on this process and all it starts; nothing takes it off again."""
    libc = ctypes.CDLL(None, use_errno=True)
    buffer = ctypes.create_string_buffer(filter, len(filter))
    head = struct.pack("@HP", len(filter) // 8, ctypes.addressof(buffer))
    number = syscalls.numbered(syscalls.machine())["seccomp"]
    if libc.syscall(number, 1, 0, head) != 0:
        raise OSError(ctypes.get_errno(), "the seccomp filter was not accepted")


def _case(number: int, body: Code) -> Code:
    """Only for this call, a body that returns on every path."""
    return [(JUMP_EQUAL, 0, len(body), number), *body]


def _low(argument: int) -> int:
    return 16 + 8 * argument


def _high(argument: int) -> int:
    return 20 + 8 * argument


def _one_of(argument: int, values: tuple[int, ...]) -> Code:
    code: Code = [(LOAD, 0, 0, _low(argument))]
    for value in values:
        code += [(JUMP_EQUAL, 0, 1, value), (RETURN, 0, 0, ALLOW)]
    return [*code, (RETURN, 0, 0, ERRNO | EPERM)]


def _zero(*words: int) -> Code:
    code: Code = []
    for word in words:
        code += [(LOAD, 0, 0, word), (JUMP_EQUAL, 1, 0, 0), (RETURN, 0, 0, ERRNO | EPERM)]
    return [*code, (RETURN, 0, 0, ALLOW)]


def _thread() -> Code:
    return [
        (LOAD, 0, 0, _low(0)),
        (AND, 0, 0, CLONE_THREAD | CLONE_NAMESPACES),
        (JUMP_EQUAL, 0, 1, CLONE_THREAD),
        (RETURN, 0, 0, ALLOW),
        (RETURN, 0, 0, ERRNO | EPERM),
    ]
