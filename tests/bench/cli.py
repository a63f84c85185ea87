"""How long `sim --help` takes, and what importing the plugins' door costs."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.bench.figures import Figure, median_ms

SIM = Path(sys.executable).with_name("sim")


def run() -> Iterator[Figure]:
    """Wall time of whole processes."""

    def spawn(*words: str) -> None:
        subprocess.run(words, check=True, capture_output=True)

    spawn(str(SIM), "--help")
    bare = median_ms(lambda: spawn(sys.executable, "-c", ""))
    yield Figure(name="python -c ''", value=bare, unit="ms")
    yield Figure(name="sim --help", value=median_ms(lambda: spawn(str(SIM), "--help")), unit="ms", goal=300)
    door = median_ms(lambda: spawn(sys.executable, "-c", "import sim_core.plugin"))
    yield Figure(name="import sim_core.plugin", value=round(door - bare, 3), unit="ms")
