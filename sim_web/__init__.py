"""The web app, and what serves it: a plugin like any other."""

from collections.abc import Iterable
from pathlib import Path

from sim_core.plugin import Assets, hookimpl

DIST = Path(__file__).with_name("dist")


@hookimpl
def register_assets() -> Iterable[Assets]:
    """The built app, when it has been built."""
    return [Assets(folder=str(DIST))] if (DIST / "index.html").exists() else []
