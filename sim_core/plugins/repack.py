"""A wheel of an installed package, made from its files, so that a machine without a network can have the same."""

import base64
import csv
import hashlib
import io
import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from sim_core.errors import Conflict
from sim_core.plugins import resolver
from sim_core.plugins.environment import Package

_INSTALLERS = ("INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json", "RECORD")
_STAMP = (1980, 1, 1, 0, 0, 0)


class _DirInfo(Struct, frozen=True):
    editable: bool = False


class _DirectUrl(Struct, frozen=True):
    url: str = ""
    dir_info: _DirInfo = _DirInfo()


def repack(package: Package, folder: Path) -> Path:
    """Write the wheel of a package into a folder; one under development is built from its project."""
    told = package.text("direct_url.json")
    origin = msgspec.json.decode(told, type=_DirectUrl) if told else _DirectUrl()
    if origin.dir_info.editable:
        return resolver.build(Path(origin.url.removeprefix("file://")), folder)
    folder.mkdir(parents=True, exist_ok=True)
    wheel = folder / f"{_escaped(package.name)}-{package.version}-{_tag(package)}.whl"
    rows: list[tuple[str, str, int | str]] = []
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, file in sorted(_contents(package)):
            content = file.read_bytes()
            _add(archive, name, content, executable=file.stat().st_mode & 0o111 != 0)
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            rows.append((name, f"sha256={digest}", len(content)))
        record = f"{package.about.name}/RECORD"
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([*rows, (record, "", "")])
        _add(archive, record, text.getvalue().encode(), executable=False)
    return wheel


def _contents(package: Package) -> Iterator[tuple[str, Path]]:
    """Name in the wheel and file of everything that is not an installer's."""
    site = package.about.parent
    scripts = {line.partition("=")[0].strip() for line in package.text("entry_points.txt").splitlines() if "=" in line}
    for file in package.files():
        if file.parent == package.about and file.name in _INSTALLERS:
            continue
        if file.is_relative_to(site):
            yield file.relative_to(site).as_posix(), file
        elif file.name not in scripts:
            where = "scripts" if file.parent.name in ("bin", "Scripts") else "data"
            inside = file.name if where == "scripts" else file.relative_to(sys.prefix).as_posix()
            yield f"{package.about.name.removesuffix('.dist-info')}.data/{where}/{inside}", file


def _add(archive: zipfile.ZipFile, name: str, content: bytes, *, executable: bool) -> None:
    about = zipfile.ZipInfo(name, _STAMP)
    about.compress_type = zipfile.ZIP_DEFLATED
    about.external_attr = (0o100755 if executable else 0o100644) << 16
    archive.writestr(about, content)


def _tag(package: Package) -> str:
    tags = [line[5:].strip().split("-") for line in package.text("WHEEL").splitlines() if line.startswith("Tag: ")]
    if not tags:
        raise Conflict(f"{package.name} {package.version} does not say what it was built for", code="plugin_wheel")
    return "-".join(".".join(dict.fromkeys(part)) for part in zip(*tags, strict=True))


def _escaped(name: str) -> str:
    return re.sub(r"[-_.]+", "_", name)
