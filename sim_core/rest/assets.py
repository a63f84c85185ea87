"""Files for browsers: what plugins register as assets, and the page that answers every other address."""

import asyncio
import gzip
import hashlib
import mimetypes
from collections.abc import Iterable
from pathlib import Path

from litestar.response.base import ASGIResponse
from msgspec import Struct

from sim_core.errors import Missing
from sim_core.rest.policies import Policies
from sim_core.spec.assets import Assets

LARGEST = 32 * 1024 * 1024
TEXTUAL = ("application/javascript", "application/json", "application/wasm", "image/svg+xml")
YEAR, ASK = "public, max-age=31536000, immutable", "no-cache"


class File(Struct, frozen=True, kw_only=True):
    """A file as it is sent."""

    content: bytes
    media_type: str
    etag: str
    cache: str
    packed: bytes | None = None
    """The same compressed, where that is shorter."""


class Served:
    """Serves the folders that plugins registered; the longest address that fits wins."""

    def __init__(self, assets: Iterable[Assets], policies: Policies) -> None:
        """Serve these folders; `policies` gives each page its nonce."""
        self._policies = policies
        self._assets = sorted(assets, key=lambda one: len(one.address), reverse=True)
        self._kept: dict[Path, tuple[int, File]] = {}

    async def answer(self, path: str, if_none_match: str, accepted: str = "") -> ASGIResponse:
        """The file at an address, compressed where the client says that it can read that; raises `Missing`."""
        found = await asyncio.to_thread(self._find, path)
        if found is None:
            raise Missing(f"There is nothing at {path[:200]}.")
        if found.media_type == "text/html":  # never 304: a browser would take the nonce of an earlier answer
            content, policy = self._policies.page(path, found.content)
            return ASGIResponse(body=content, headers={"content-security-policy": policy}, media_type="text/html")
        headers = {"cache-control": found.cache, "etag": found.etag}
        if found.etag in if_none_match:
            return ASGIResponse(body=b"", status_code=304, headers=headers)
        if found.packed is None:
            return ASGIResponse(body=found.content, headers=headers, media_type=found.media_type)
        headers["vary"] = "accept-encoding"
        if "gzip" not in accepted:
            return ASGIResponse(body=found.content, headers=headers, media_type=found.media_type)
        headers["content-encoding"] = "gzip"
        return ASGIResponse(body=found.packed, headers=headers, media_type=found.media_type)

    def _find(self, path: str) -> File | None:
        for assets in self._assets:
            if not path.startswith(assets.address) and path + "/" != assets.address:
                continue
            rest = path[len(assets.address) :]
            if file := self._read(assets, rest) or (self._read(assets, assets.page) if _is_page(rest) else None):
                return file
        return None

    def _read(self, assets: Assets, name: str) -> File | None:
        folder = Path(assets.folder).resolve()
        try:
            place = (folder / name).resolve()
            if not name or not place.is_relative_to(folder) or not place.is_file():
                return None
            facts = place.stat()
        except (OSError, ValueError):  # a name too long, or with a NUL in it
            return None
        known = self._kept.get(place)
        if known and known[0] == facts.st_mtime_ns:
            return known[1]
        if facts.st_size > LARGEST:
            return None
        content = place.read_bytes()
        kind = mimetypes.guess_type(place.name)[0] or "application/octet-stream"
        etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        forever = bool(assets.forever) and name.startswith(assets.forever)
        packed = _packed(content, kind) if forever else None
        file = File(content=content, media_type=kind, etag=etag, cache=YEAR if forever else ASK, packed=packed)
        self._kept[place] = (facts.st_mtime_ns, file)
        return file


def _packed(content: bytes, kind: str) -> bytes | None:
    """Done once for each file that never changes; others are small, or made anew for every answer."""
    if not kind.startswith("text/") and kind not in TEXTUAL:
        return None
    packed = gzip.compress(content, 9, mtime=0)
    return packed if len(packed) < len(content) else None


def _is_page(rest: str) -> bool:
    """Whether an address without a file is one of the app's own; what looks like a file is not."""
    return "." not in rest.rpartition("/")[2]
