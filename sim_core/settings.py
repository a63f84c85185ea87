"""The settings, read once from the environment; secrets that are absent are made and kept in the data folder."""

import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from sim_core.errors import Invalid

OLD_NAMES = {
    "BETTER_AUTH_SECRET": "SIM_AUTH_SECRET",
    "BETTER_AUTH_URL": "SIM_URL",
    "NEXT_PUBLIC_APP_URL": "SIM_URL",
}
LOGIN_NAMES = ("GOOGLE_CLIENT_", "GITHUB_CLIENT_", "MICROSOFT_CLIENT_", "MICROSOFT_TENANT", "OIDC_")
APP_NAMES = ("_CLIENT_ID", "_CLIENT_SECRET")
_SITE = re.compile(r"\*|'self'|https?://(?:\*\.)?[A-Za-z0-9.-]+(?::(?:[0-9]+|\*))?")
KEPT = ("SIM_AUTH_SECRET", "ENCRYPTION_KEY", "API_ENCRYPTION_KEY")


class Settings(Struct, frozen=True, kw_only=True):
    """How this instance is set up."""

    data: Path
    database_url: str | None
    """`None` is the embedded Postgres in `data`."""
    port: int
    host: str
    url: str
    realtime_port: int
    realtime_url: str
    auth_secret: str
    encryption_key: str
    earlier_encryption_keys: tuple[str, ...]
    """Keys of before a rotation, which still open what they sealed."""
    api_encryption_key: str
    copilot_api_key: str
    ollama_url: str
    allow_hosts: tuple[str, ...]
    """Hosts, addresses and networks inside the operator's own network that workflows may reach."""
    sandbox: str
    """`on`, or `off` as the operator's visible choice."""
    max_body: int
    """Bytes of a request's body at most."""
    file_max_bytes: int
    """Bytes of one of a workspace's files at most."""
    file_quota_bytes: int
    """Bytes of all files of one workspace at most; 0 is any number."""
    log_level: str
    workers: int
    """Worker processes that `sim up` starts; with 0 the server works on the queue itself."""
    worker_runs: int
    """Runs that one worker performs at once."""
    workspace_runs: int
    """Runs from the queue that one workspace may have under way at once, on all workers."""
    max_runs: int
    """Runs that one process performs at once; more are refused."""
    max_waiting: int
    """Runs of one workspace that may wait for a worker; more are refused."""
    keep_runs_days: int
    """Days after which runs that have ended are forgotten; 0 keeps them."""
    signup: str
    """Who may make an account: `open`, `invite` (the default) or `closed`; the first person always may."""
    email_domains: tuple[str, ...]
    """Domains whose addresses may make an account; none is any."""
    smtp_url: str
    mail_from: str
    session_idle_h: int
    session_max_h: int
    key_rate: int
    """Requests a minute that each API key may send; 0 is any number."""
    embed_hosts: tuple[str, ...]
    """Sites that may show chat and form pages in a frame: `https://example.com`, `https://*.example.com`, `*`."""
    proxies: tuple[str, ...]
    """Addresses and networks of proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed."""
    oidc: dict[str, str]
    """Settings of sign-in by other providers, as they stand in the environment: `GOOGLE_CLIENT_ID`, `OIDC_…`."""
    apps: dict[str, str]
    """Ids and secrets of this platform at services whose accounts people connect: `SLACK_CLIENT_ID`, …"""


def read(environment: Mapping[str, str] | None = None, *, keep: bool = True) -> Settings:
    """The settings of an environment; raises `Invalid` that names the variable.

    With `keep`, secrets that are absent are generated into `<data>/secrets.env` (mode 0600) and read from there.
    """
    given = dict(os.environ if environment is None else environment)
    for old, new in OLD_NAMES.items():
        if given.get(old) and not given.get(new):
            given[new] = given[old]
    data = Path(given.get("SIM_DATA") or ".sim").expanduser().absolute()
    kept = _kept(data, given) if keep else {name: given.get(name, "") for name in KEPT}
    port = _number(given, "SIM_PORT", 3000)
    realtime_port = _number(given, "SIM_REALTIME_PORT", 3002)
    return Settings(
        data=data,
        database_url=given.get("DATABASE_URL") or None,
        port=port,
        host=given.get("SIM_HOST") or "127.0.0.1",
        url=given.get("SIM_URL") or f"http://127.0.0.1:{port}",
        realtime_port=realtime_port,
        realtime_url=given.get("SIM_REALTIME_URL") or f"ws://127.0.0.1:{realtime_port}",
        auth_secret=kept["SIM_AUTH_SECRET"],
        encryption_key=kept["ENCRYPTION_KEY"],
        earlier_encryption_keys=_list({**_stored(data), **given}, "ENCRYPTION_KEY_EARLIER"),
        api_encryption_key=kept["API_ENCRYPTION_KEY"],
        copilot_api_key=given.get("COPILOT_API_KEY", ""),
        ollama_url=given.get("OLLAMA_URL", ""),
        allow_hosts=_list(given, "SIM_ALLOW_HOSTS"),
        sandbox=_one_of(given, "SIM_SANDBOX", ("on", "off")),
        max_body=_number(given, "SIM_MAX_BODY", 50 * 1024 * 1024),
        file_max_bytes=_number(given, "SIM_FILE_MAX_BYTES", 100 * 1024 * 1024),
        file_quota_bytes=_number(given, "SIM_FILE_QUOTA_BYTES", 10 * 1024 * 1024 * 1024),
        log_level=given.get("SIM_LOG_LEVEL", "info"),
        **_of_runs(given),
        **_of_accounts(given),
    )


def _of_runs(given: Mapping[str, str]) -> dict[str, int]:
    return {
        "workers": _number(given, "SIM_WORKERS", 1),
        "worker_runs": max(1, _number(given, "SIM_WORKER_RUNS", 100)),
        "workspace_runs": max(1, _number(given, "SIM_WORKSPACE_RUNS", 50)),
        "max_runs": _number(given, "SIM_MAX_RUNS", 1000),
        "max_waiting": _number(given, "SIM_MAX_WAITING", 20_000),
        "keep_runs_days": _number(given, "SIM_KEEP_RUNS_DAYS", 90),
    }


def _of_accounts(given: Mapping[str, str]) -> dict[str, Any]:
    return {
        "signup": _one_of(given, "SIM_SIGNUP", ("invite", "open", "closed")),
        "email_domains": _list(given, "SIM_EMAIL_DOMAINS"),
        "smtp_url": given.get("SIM_SMTP_URL", ""),
        "mail_from": given.get("SIM_MAIL_FROM", "sim@localhost"),
        "session_idle_h": _number(given, "SIM_SESSION_IDLE_HOURS", 168),
        "session_max_h": _number(given, "SIM_SESSION_MAX_HOURS", 720),
        "key_rate": _number(given, "SIM_KEY_RATE", 0),
        "embed_hosts": _sites(given, "SIM_EMBED_HOSTS"),
        "proxies": _list(given, "SIM_PROXIES"),
        "oidc": {name: value for name, value in given.items() if name.startswith(LOGIN_NAMES)},
        "apps": {name: value for name, value in given.items() if name.endswith(APP_NAMES) and value},
    }


def _kept(data: Path, given: Mapping[str, str]) -> dict[str, str]:
    place = data / "secrets.env"
    stored = _stored(data)
    missing = [name for name in KEPT if not given.get(name) and not stored.get(name)]
    if missing:
        stored |= {name: secrets.token_hex(32) for name in missing}
        _write_private(place, "".join(f"{name}={value}\n" for name, value in stored.items()))
    return {name: given.get(name) or stored[name] for name in KEPT}


def rotate_key(settings: Settings, environment: Mapping[str, str] | None = None) -> str:
    """Put a fresh `ENCRYPTION_KEY` into `secrets.env`, beside the one of now; raises `Invalid` where it cannot.

    Processes that run find it there when they meet what the fresh key has sealed.
    """
    given = os.environ if environment is None else environment
    if given.get("ENCRYPTION_KEY"):
        raise Invalid(
            "ENCRYPTION_KEY comes from the environment: set it to the new key and ENCRYPTION_KEY_EARLIER to "
            "the old one everywhere, restart, and run `sim secret rotate --rewrap`",
            code="key_elsewhere",
        )
    fresh = secrets.token_hex(32)
    earlier = ",".join((settings.encryption_key, *settings.earlier_encryption_keys))
    stored = {**_stored(settings.data), "ENCRYPTION_KEY": fresh, "ENCRYPTION_KEY_EARLIER": earlier}
    _write_private(settings.data / "secrets.env", "".join(f"{name}={value}\n" for name, value in stored.items()))
    return fresh


def stored_keys(data: Path) -> tuple[str, ...]:
    """The encryption keys that `secrets.env` holds now, the current one first."""
    stored = _stored(data)
    return tuple(filter(None, (stored.get("ENCRYPTION_KEY", ""), *_list(stored, "ENCRYPTION_KEY_EARLIER"))))


def _stored(data: Path) -> dict[str, str]:
    place = data / "secrets.env"
    if not place.exists():
        return {}
    pairs = (line.split("=", 1) for line in place.read_text().splitlines() if "=" in line)
    return {name.strip(): value.strip() for name, value in pairs}


def _write_private(place: Path, text: str) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    fresh = place.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(place)


def _list(given: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in given.get(name, "").split(",") if part.strip())


def _sites(given: Mapping[str, str], name: str) -> tuple[str, ...]:
    sites = _list(given, name)
    for site in sites:
        if not _SITE.fullmatch(site):
            raise Invalid(f"{name} holds {site!r}; write sites as `https://example.com`, or `*`", code="bad_setting")
    return sites


def _number(given: Mapping[str, str], name: str, default: int) -> int:
    text = given.get(name) or str(default)
    if not text.isdecimal():
        raise Invalid(f"{name} is {text!r}, which is not a whole number", code="bad_setting")
    return int(text)


def _one_of(given: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    text = given.get(name) or choices[0]
    if text not in choices:
        raise Invalid(f"{name} is {text!r}; it can be {' or '.join(choices)}", code="bad_setting")
    return text
