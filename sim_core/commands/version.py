"""`sim version`."""

import platform
from importlib import metadata

from sim_core.commands.terminal import Json, emit


def version(*, json: Json = False) -> None:
    """Print the version."""
    facts = {
        "sim": metadata.version("sim-platform"),
        "python": platform.python_version(),
        "system": platform.platform(),
    }
    if json:
        emit(facts)
    else:
        print(f"sim {facts['sim']} (Python {facts['python']}, {facts['system']})")
