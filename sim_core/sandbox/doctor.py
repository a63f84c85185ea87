"""What this machine offers to fence user code in, as facts that `sim doctor` prints."""

import os
import platform
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from typing import Any

from sim_core.sandbox.inside import fence, landlock, syscalls
from sim_core.sandbox.packages import importable


def facts(*, fenced: bool = True, packages: Iterable[str] = ()) -> dict[str, Any]:
    """Kernel features, who user code runs as, and whether functions can run at all."""
    lacks = fence.missing()
    is_linux = sys.platform == "linux" and syscalls.machine() in syscalls.AUDIT_ARCH
    version = landlock.abi() if is_linux else 0
    allowed = importable(packages)
    is_root = os.geteuid() == 0
    drops = is_root and fence.reachable(fence.NOBODY, [os.__file__, *allowed.readable])
    return {
        "mode": "on" if fenced else "off",
        "functions": "refused" if fenced and lacks else "fenced" if fenced else "not fenced",
        "missing": lacks,
        "kernel": platform.release(),
        "machine": syscalls.machine(),
        "landlock": version,
        "landlock_tcp": version >= 4,
        "landlock_signals": version >= 6,
        "seccomp": is_linux and fence.has_seccomp(),
        "runs_as": "nobody" if drops else "root without capabilities" if is_root else "this user",
        "python_expressions": find_spec("pydantic_monty") is not None,
        "javascript": find_spec("_quickjs") is not None,
        "packages": sorted(allowed.modules),
    }
