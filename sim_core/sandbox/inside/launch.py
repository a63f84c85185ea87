"""Becomes Monty, inside the fence: it may read its own program and the shared libraries, and compute."""

import os
import sys

from . import fence, landlock, seccomp, syscalls


def main() -> None:
    """Fence this process in and start the program that the arguments name."""
    monty, arguments = sys.argv[2], sys.argv[3:]
    os.closerange(3, 1024)
    fence.limit(memory=2 << 30, seconds=None, file_bytes=0)
    os.chdir("/")
    rights = landlock.READ | landlock.EXECUTE
    places = [monty, *fence.shared_libraries(), "/etc/ld.so.cache", "/usr/share/zoneinfo"]
    rules = landlock.ruleset([(place, rights) for place in places])
    fence.drop_privileges(fence.NOBODY if os.geteuid() == 0 and fence.reachable(fence.NOBODY, [monty]) else None)
    fence.no_new_privileges()
    landlock.restrict(rules)
    os.close(rules)
    seccomp.apply(seccomp.program(syscalls.machine(), exec_once=True))
    os.execve(monty, [monty, *arguments], {})
