"""Secrets taken out of what people and logs get to read."""

import re
from collections.abc import Mapping
from urllib.parse import quote, quote_plus, urlsplit, urlunsplit

SHORTEST = 4
_TELLING = re.compile(r"(?i)(^|[_\-.])(key|api_?key|token|secret|password|signature|sig|credential|auth|code)$")


class Mask:
    """Replaces every secret it knows by its name, also where a URL or a header spelt it differently."""

    def __init__(self, secrets: Mapping[str, str] | None = None) -> None:
        self._secrets = secrets or {}
        self._names: dict[str, str] | None = None
        self._pattern: re.Pattern[str] | None = None

    def also(self, secrets: Mapping[str, str]) -> "Mask":
        """One that knows these too."""
        return Mask({**self._secrets, **secrets})

    def text(self, text: str) -> str:
        """The text without secrets."""
        names = self._spelt()
        return self._pattern.sub(lambda found: names[found[0]], text) if self._pattern else text

    def url(self, url: str) -> str:
        """The URL without secrets, user name, password, and values whose names say that they are credentials."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return self.text(url.partition("?")[0])
        place = parts.netloc.rpartition("@")[2]
        query = "&".join(_masked(pair) for pair in parts.query.split("&")) if parts.query else ""
        return self.text(urlunsplit((parts.scheme, place, parts.path, query, "")))

    def _spelt(self) -> dict[str, str]:
        """Every spelling of every secret; made when the first text comes, since most runs tell of few."""
        if self._names is None:
            self._names = {}
            for name, given in self._secrets.items():
                value = given.strip()
                if len(value) >= SHORTEST:
                    for form in (value, quote(value, safe=""), quote_plus(value), quote(value)):
                        self._names.setdefault(form, "{{" + name + "}}")
            longest_first = sorted(map(re.escape, self._names), key=len, reverse=True)
            self._pattern = re.compile("|".join(longest_first)) if longest_first else None
        return self._names


def _masked(pair: str) -> str:
    name, sign, value = pair.partition("=")
    return f"{name}=***" if sign and value and _TELLING.search(name) else pair
