"""Every hook there is. All are synchronous and return data; what is async is a function inside that data.

register_   once for each installed version; every plugin; the results are joined and cached
"""

from collections.abc import Iterable

from pluggy import HookspecMarker

from sim_core.spec.assets import Assets
from sim_core.spec.blocks import BlockType
from sim_core.spec.providers import Provider
from sim_core.spec.tools import Integration

hookspec = HookspecMarker("sim")


@hookspec
def register_integrations() -> Iterable[Integration]:
    """Outside services, each with its tools."""
    return ()


@hookspec
def register_providers() -> Iterable[Provider]:
    """Vendors of models."""
    return ()


@hookspec
def register_blocks() -> Iterable[BlockType]:
    """Kinds of step a workflow can have."""
    return ()


@hookspec
def register_assets() -> Iterable[Assets]:
    """Folders of files for browsers."""
    return ()
