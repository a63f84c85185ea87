"""What somebody may ask to have installed: a name, a wheel, a project's folder, a bundle, an address."""

import re
import shutil
import tempfile
import zipfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from sim_core.errors import Invalid, Missing
from sim_core.plugins import resolver
from sim_core.plugins.bundle import is_bundle, read_bundle

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(\[[^\]]*\])?\s*([=<>!~]=?.*)?")


class Source(Struct, frozen=True, kw_only=True):
    """What is handed to the resolver, and where it may look for it."""

    wanted: tuple[str, ...]
    origin: str = ""
    wheels: tuple[Path, ...] = ()
    offline: bool = False
    fresh: tuple[Path, ...] = ()
    """Wheels to keep once they are installed."""
    shelf: Path | None = None

    def keep(self) -> None:
        """Put the wheels where the next start and the next machine find them."""
        for wheel in self.fresh:
            if self.shelf and wheel.parent != self.shelf:
                self.shelf.mkdir(parents=True, exist_ok=True)
                shutil.copy2(wheel, self.shelf / wheel.name)


@contextmanager
def source_of(text: str, shelf: Path) -> Generator[Source, None, None]:
    """What a text asks for; `Invalid` when it is none of the forms."""
    place = Path(text).expanduser()
    shelves = (shelf,) if shelf.is_dir() else ()
    with tempfile.TemporaryDirectory() as folder:
        if place.is_file() and is_bundle(place):
            wanted, wheels = read_bundle(place, Path(folder))
            yield Source(wanted=wanted, origin=text, wheels=(Path(folder),), offline=True, fresh=wheels, shelf=shelf)
        elif place.is_dir() or (place.is_file() and text.endswith((".tar.gz", ".zip"))):
            wheel = resolver.build(place, Path(folder))
            yield Source(wanted=(str(wheel),), origin=text, wheels=shelves, fresh=(wheel,), shelf=shelf)
        elif text.endswith(".whl") and "://" not in text:
            yield Source(wanted=(str(_wheel(place)),), origin=text, wheels=shelves, fresh=(place,), shelf=shelf)
        elif "://" in text or text.startswith("git+") or _NAME.fullmatch(text):
            yield Source(wanted=(text,), origin=text, wheels=shelves)
        else:
            raise Invalid(
                f"{text!r} is no package name, wheel, project folder, bundle or address", code="plugin_source"
            )


def _wheel(place: Path) -> Path:
    if not place.is_file():
        raise Missing(f"there is no file {str(place)!r}")
    if not zipfile.is_zipfile(place):
        raise Invalid(f"{str(place)!r} is no wheel", code="plugin_source")
    return place.absolute()
