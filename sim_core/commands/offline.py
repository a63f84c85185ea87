"""What commands need without a server and a database: files, and the installed plugins."""

import os
import sys
from pathlib import Path

from sim_core import settings as configuration
from sim_core.document.foreign import Imported, open_document
from sim_core.errors import Missing
from sim_core.registry import Registry


def registry() -> Registry:
    """The plugins of this environment; their manifests are kept beside the data."""
    settings = configuration.read(keep=False)
    return Registry.open(settings.data / "cache")


def read_bytes(name: str) -> bytes:
    """A file's bytes; `-` is what comes in by the pipe."""
    if name == "-":
        return sys.stdin.buffer.read()
    place = Path(name)
    if not place.is_file():
        raise Missing(f"There is no file {name!r}.")
    return place.read_bytes()


def open_file(name: str, plugins: Registry) -> Imported:
    """The workflow in a file, in any of the forms we know; raises `Invalid`."""
    return open_document(read_bytes(name), os.path.basename(name), plugins.alias)
