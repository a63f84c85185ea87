"""Puts the fence around this process: what it may read and write, call, and use up."""

import contextlib
import ctypes
import os
import resource
import signal
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from . import landlock, seccomp, syscalls

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 1, 4, 24, 38, 47
NOBODY = 65534
_LIBRARIES = ("/lib64", "/usr/lib64", "/lib/{0}-linux-gnu", "/usr/lib/{0}-linux-gnu")
_FILES = ("/etc/localtime", "/etc/ld.so.cache", "/dev/urandom", "/dev/random", "/dev/zero")
_FOLDERS = ("/usr/share/zoneinfo", "/sys/devices/system/cpu")
_SITES = ("site-packages", "dist-packages")


@dataclass(frozen=True)
class Fence:
    """The parts of the fence that are the same for every call, made once."""

    readable: int
    """Landlock rules for what may be read, and the folder that holds all scratch folders."""
    coarse: tuple[tuple[str, int], ...]
    """The same places by their roots: the rules to which a call's own scratch folder is added."""
    filter: bytes


def prepared(scratch: str, packages: Sequence[str]) -> Fence:
    """A fence for this interpreter; `packages` are further files and folders that may be read."""
    fine = [(path, landlock.READ) for path in (*_standard_library(), *shared_libraries(), *packages)]
    fine += [(path, landlock.READ) for path in (*_FILES, *_FOLDERS)]
    fine += [("/dev/null", landlock.READ_FILE | landlock.WRITE_FILE | landlock.TRUNCATE), (scratch, landlock.OWN)]
    roots = {str(_library()), *_folders(), *packages, *_FILES, *_FOLDERS, *shared_libraries()}
    coarse = [(path, landlock.READ) for path in sorted(roots)]
    coarse += [("/dev/null", landlock.READ_FILE | landlock.WRITE_FILE | landlock.TRUNCATE)]
    return Fence(landlock.ruleset(fine), tuple(coarse), seccomp.program(syscalls.machine()))


def enclose(fence: Fence, own: str) -> None:
    """From here on only the fence's files may be read, and only the folder `own` written."""
    no_new_privileges()
    landlock.restrict(fence.readable)
    layer = landlock.ruleset([*fence.coarse, (own, landlock.OWN)])
    landlock.restrict(layer)
    os.close(layer)
    os.close(fence.readable)


def close(fence: Fence) -> None:
    """From here on only the listed system calls work."""
    seccomp.apply(fence.filter)


def drop_privileges(uid: int | None) -> None:
    """As root: become another user where one is given; lose every capability either way."""
    if os.geteuid() != 0:
        return
    for capability in range(64):
        prctl(PR_CAPBSET_DROP, capability)
    prctl(PR_CAP_AMBIENT, 4)
    if uid is not None:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    else:
        os.setgroups([])
        _no_capabilities()
    prctl(PR_SET_DUMPABLE, 0)


def limit(*, memory: int, seconds: int | None, file_bytes: int, files: int = 64, tasks: int = 4096) -> None:
    """Limits that the kernel keeps: address space, processor time, files."""
    limits = [
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, resource.RLIM_INFINITY if seconds is None else seconds),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_NOFILE, files),
        (resource.RLIMIT_NPROC, tasks),
        (resource.RLIMIT_CORE, 0),
    ]
    for which, most in limits:
        hard = resource.getrlimit(which)[1]
        least = min((bound for bound in (most, hard) if bound != resource.RLIM_INFINITY), default=hard)
        try:
            resource.setrlimit(which, (least, least))
        except (ValueError, OSError):
            # Other systems than Linux do not know every limit; there the fence is off by the operator's choice.
            if sys.platform == "linux":
                raise


def mapped() -> int:
    """Bytes of address space in use."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 64 << 20


def die_with_parent(parent: int) -> None:
    """Be killed when the parent ends."""
    if sys.platform == "linux":
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def come_last() -> None:
    """Give way to the server: for the processor, and when the machine runs out of memory."""
    os.nice(5)
    if sys.platform == "linux":
        # Also lets the zygote, which has the same user, read how much this process writes.
        prctl(PR_SET_DUMPABLE, 1)
        with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
            file.write("1000")


def no_new_privileges() -> None:
    """Never gain a right by starting a program."""
    prctl(PR_SET_NO_NEW_PRIVS, 1)


def prctl(option: int, argument: int) -> int:
    """Set one property of this process."""
    return int(ctypes.CDLL(None).prctl(option, ctypes.c_ulong(argument), 0, 0, 0))


def missing() -> list[str]:
    """What this kernel lacks for the fence, in words; nothing where all is there."""
    if sys.platform != "linux":
        return ["Linux (Landlock and seccomp)"]
    if syscalls.machine() not in syscalls.AUDIT_ARCH:
        return [f"a system-call table for {syscalls.machine()} processors"]
    lacks: list[str] = []
    if landlock.abi() < 1:
        lacks.append("Landlock (Linux 5.13 or newer, with `landlock` among its security modules)")
    if not has_seccomp():
        lacks.append("seccomp filters")
    return lacks


def has_seccomp() -> bool:
    """Whether filters can be installed: an impossible one is refused with EFAULT, not with EINVAL."""
    libc = ctypes.CDLL(None, use_errno=True)
    number = syscalls.numbered(syscalls.machine())["seccomp"]
    libc.syscall(number, 1, 0, None)
    return ctypes.get_errno() == 14


def reachable(uid: int, paths: Iterable[str]) -> bool:
    """Whether a user with no group in common may read these paths."""
    for path in paths:
        place = Path(path).resolve()
        for part in (place, *place.parents):
            status = part.stat()
            mode = status.st_mode >> 6 if status.st_uid == uid else status.st_mode
            if not mode & (4 if part == place else 1):
                return False
    return True


def _no_capabilities() -> None:
    """Drop the permitted and effective sets; being uid 0 alone opens no more than one's own files."""
    libc = ctypes.CDLL(None, use_errno=True)
    number = {"x86_64": 126, "aarch64": 91}[syscalls.machine()]
    head = (ctypes.c_uint32 * 2)(0x20080522, 0)
    if libc.syscall(number, head, (ctypes.c_uint32 * 6)()) != 0:
        raise OSError(ctypes.get_errno(), "the capabilities could not be dropped")


def _library() -> Path:
    return Path(os.__file__).resolve().parent


def _standard_library() -> list[str]:
    """The standard library without the packages installed beside it."""
    return [str(entry) for entry in _library().iterdir() if entry.name not in (*_SITES, "test", "idlelib")]


def _folders() -> list[str]:
    return [folder.format(syscalls.machine()) for folder in _LIBRARIES]


def shared_libraries() -> list[str]:
    """Folders of nothing but libraries, and the libraries one by one elsewhere."""
    single = ("/lib", "/usr/lib", "/usr/local/lib", f"{sys.base_prefix}/lib")
    return [*_folders(), *(str(file) for place in single for file in Path(place).glob("*.so*"))]
