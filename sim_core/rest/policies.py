"""What browsers may do with an answer: one policy for each kind of address, in one table."""

import re
import secrets
from collections.abc import Iterable
from urllib.parse import urlsplit

from msgspec import Struct

from sim_core.settings import Settings

NONCE = "{{sim-nonce}}"
"""What stands for the nonce in a page; every answer with that page has another one."""
ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "origin-agent-cluster": "?1",
}
CLOSED = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
PAGE = (
    "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob: https:; media-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self' {realtime}; worker-src 'self' blob:; frame-src 'self' blob:; manifest-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; "
)


class Policy(Struct, frozen=True, kw_only=True):
    """What the answers of one kind of address tell browsers."""

    content: str
    """The content-security policy; a page's holds `{nonce}`."""
    opener: str = "same-origin"
    embedder: str = "require-corp"
    resource: str = "same-origin"
    framed: bool = False
    """Whether other sites' pages may show it; its content-security policy says which."""
    cache: str = "no-store"


POLICIES = {
    # A page opens another service's window to connect an account, and hears from it; pictures and pickers are others'.
    # Styles may be inline: the editor, its menus and its notices write them; scripts may not, and need the nonce.
    "app": Policy(
        content=PAGE + "frame-ancestors 'none'",
        opener="same-origin-allow-popups",
        embedder="unsafe-none",
        cache="no-cache",
    ),
    # Chat and form pages stand in other sites' frames where SIM_EMBED_HOSTS allows it, and open to whoever opens them.
    "surface": Policy(
        content=PAGE + "frame-ancestors {embed}",
        opener="unsafe-none",
        embedder="unsafe-none",
        resource="cross-origin",
        framed=True,
        cache="no-cache",
    ),
    # Pictures opened by themselves can carry scripts; scripts are judged by the page that loads them.
    "file": Policy(
        content="default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; frame-ancestors 'none'",
        cache="no-cache",
    ),
    # A worker fetches the app's own page and files, to keep them for when there is no network; and is asked for anew.
    "worker": Policy(content="default-src 'none'; connect-src 'self'; frame-ancestors 'none'", cache="no-cache"),
    # Another service's window comes back here, and has to find the page that opened it.
    "callback": Policy(content=CLOSED, opener="unsafe-none"),
    # What a workflow answers, or somebody uploaded, is a stranger's: should it be shown as a page, then one without
    # scripts and origin.
    "execute": Policy(content=f"{CLOSED}; sandbox"),
    # The reader of the API's description brings its own, with the digests of its script and its styles.
    "api": Policy(content=CLOSED),
}
KINDS: tuple[tuple[str, str], ...] = (
    (r"/api/v1/workflows/[^/]+/execute|/api/v1/runs/[^/]+/resume|/api/v1/files/[^/]+/content", "execute"),
    (r"/api/v1/(?:.+/)?callback", "callback"),
    (r"/api/.*|/health/.*", "api"),
    (r"/(?:chat|form)/[^/]+/?", "surface"),
    (r"/worker\.js", "worker"),
    (r"/(?:[^/]+/)*[^/]+\.[^/]*", "file"),
    (r".*", "app"),
)
"""Which kind an address is of: the first that fits whole."""
_KINDS = tuple((re.compile(pattern, re.DOTALL), kind) for pattern, kind in KINDS)


def kind_of(path: str) -> str:
    """The kind of policy an address has."""
    return next(kind for pattern, kind in _KINDS if pattern.fullmatch(path))


class Policies:
    """The policies of one instance, ready to be sent."""

    def __init__(self, settings: Settings) -> None:
        """Fill in who may embed, where realtime is, and whether browsers should insist on https."""
        realtime = urlsplit(settings.realtime_url)
        self._words = {
            "realtime": f"{realtime.scheme}://{realtime.netloc}",
            "embed": " ".join(settings.embed_hosts) or "'self'",
        }
        always = dict(ALWAYS)
        if settings.url.startswith("https://"):
            always["strict-transport-security"] = "max-age=31536000"
        self._headers = {kind: _bytes(_headers(policy, always)) for kind, policy in POLICIES.items()}

    def dress(self, path: str, headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """The headers of an answer with those of its policy; what the handler said itself stands."""
        dressed = list(headers)
        said = {name for name, _ in dressed}
        dressed.extend(pair for pair in self._headers[kind_of(path)] if pair[0] not in said)
        return dressed

    def page(self, path: str, content: bytes) -> tuple[bytes, str]:
        """A page with a nonce of its own, and the content-security policy that goes with it."""
        nonce = secrets.token_urlsafe(16)
        kind = kind_of(path)
        policy = POLICIES[kind if kind in ("app", "surface") else "app"]
        words = policy.content.format(nonce=nonce, **self._words)
        return content.replace(NONCE.encode(), nonce.encode()), words


def _headers(policy: Policy, always: dict[str, str]) -> dict[str, str]:
    headers = always | {
        # a page without a nonce of its own runs nothing; pages get theirs with their answer
        "content-security-policy": CLOSED if "{nonce}" in policy.content else policy.content,
        "cross-origin-opener-policy": policy.opener,
        "cross-origin-embedder-policy": policy.embedder,
        "cross-origin-resource-policy": policy.resource,
        "cache-control": policy.cache,
    }
    return headers if policy.framed else headers | {"x-frame-options": "DENY"}


def _bytes(headers: dict[str, str]) -> tuple[tuple[bytes, bytes], ...]:
    return tuple((name.encode(), value.encode()) for name, value in headers.items())
