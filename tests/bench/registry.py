"""What three hundred installed plugins cost: scanning, seeing that none changed, opening from the cache."""

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from sim_core.registry import Registry
from sim_core.registry.scan import key, scan
from tests.bench.figures import Figure

PLUGINS = 300
MODULE = """
from sim_core.plugin import block, hookimpl

@block(title="N{n}")
def n{n}(text: str) -> str:
    \"\"\"Give the text back.\"\"\"
    return text

@hookimpl
def register_blocks():
    return [n{n}]
"""


def run() -> Iterator[Figure]:
    """A folder with three hundred packages of one block each."""
    with tempfile.TemporaryDirectory() as name:
        place, cache = Path(name) / "site", Path(name) / "cache"
        for n in range(PLUGINS):
            _install(place, n)
        paths = [str(place)]
        yield Figure(name="scan 300 packages", value=_best(lambda: scan(paths)), unit="ms CPU", goal=20)
        yield Figure(name="see that none changed", value=_best(lambda: key(paths)), unit="ms CPU", goal=1)
        began = time.perf_counter()
        found = Registry.open(cache, paths=paths)
        asking = round((time.perf_counter() - began) * 1e3, 1)
        if len(found.catalogue()) != PLUGINS:
            raise SystemExit(f"only {len(found.catalogue())} plugins answered: {found.problems[:1]}")
        yield Figure(name="open the first time, asking each", value=asking, unit="ms")
        yield Figure(
            name="open from the cache", value=_best(lambda: Registry.open(cache, paths=paths)), unit="ms CPU", goal=50
        )


def _install(place: Path, n: int) -> None:
    about = place / f"sim_block_n{n}-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: sim-block-n{n}\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[sim.blocks]\nn{n} = sim_block_n{n}\n")
    (place / f"sim_block_n{n}.py").write_text(MODULE.format(n=n))


def _best(do: Callable[[], object]) -> float:
    times: list[float] = []
    for _ in range(5):
        began = time.process_time()
        do()
        times.append(time.process_time() - began)
    return round(min(times) * 1e3, 3)
