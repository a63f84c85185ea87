"""Finds the packages that functions may import, and no others beside them."""

import os
import sys
from collections.abc import Mapping, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ExtensionFileLoader, ModuleSpec, PathFinder
from importlib.util import spec_from_file_location
from types import ModuleType


class Finder(MetaPathFinder):
    """Top-level modules by name: a folder with a package in it, or a file."""

    def __init__(self, modules: Mapping[str, str]) -> None:
        self._modules = dict(modules)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Where the module is; `None` when it is not one of them."""
        place = self._modules.get(fullname)
        if place is None:
            return None
        if place.endswith(".so"):
            return spec_from_file_location(fullname, place, loader=ExtensionFileLoader(fullname, place))
        if place.endswith(".py"):
            return spec_from_file_location(fullname, place)
        init = os.path.join(place, "__init__.py")
        if os.path.exists(init):
            return spec_from_file_location(fullname, init, submodule_search_locations=[place])
        return PathFinder.find_spec(fullname, [os.path.dirname(place)])


def forget_own_path(root: str) -> None:
    """Take our own folder off the import path: user code imports the standard library and what is allowed."""
    sys.path[:] = [place for place in sys.path if place != root]
