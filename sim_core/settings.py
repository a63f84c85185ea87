"""The settings, read once from the environment; secrets that are absent are made and kept in the data folder."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from sim_core.errors import Invalid

OLD_NAMES = {
    "BETTER_AUTH_SECRET": "SIM_AUTH_SECRET",
    "BETTER_AUTH_URL": "SIM_URL",
    "NEXT_PUBLIC_APP_URL": "SIM_URL",
}
KEPT = ("SIM_AUTH_SECRET", "ENCRYPTION_KEY", "API_ENCRYPTION_KEY", "INTERNAL_API_SECRET")


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
    api_encryption_key: str
    internal_api_secret: str
    copilot_api_key: str
    ollama_url: str
    allow_hosts: tuple[str, ...]
    """Hosts, addresses and networks inside the operator's own network that workflows may reach."""
    sandbox: str
    """`on`, or `off` as the operator's visible choice."""
    max_body: int
    """Bytes of a request's body at most."""
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
        api_encryption_key=kept["API_ENCRYPTION_KEY"],
        internal_api_secret=kept["INTERNAL_API_SECRET"],
        copilot_api_key=given.get("COPILOT_API_KEY", ""),
        ollama_url=given.get("OLLAMA_URL", ""),
        allow_hosts=tuple(h.strip() for h in given.get("SIM_ALLOW_HOSTS", "").split(",") if h.strip()),
        sandbox=_one_of(given, "SIM_SANDBOX", ("on", "off")),
        max_body=_number(given, "SIM_MAX_BODY", 50 * 1024 * 1024),
        log_level=given.get("SIM_LOG_LEVEL", "info"),
        workers=_number(given, "SIM_WORKERS", 1),
        worker_runs=max(1, _number(given, "SIM_WORKER_RUNS", 100)),
        workspace_runs=max(1, _number(given, "SIM_WORKSPACE_RUNS", 50)),
        max_runs=_number(given, "SIM_MAX_RUNS", 1000),
        max_waiting=_number(given, "SIM_MAX_WAITING", 20_000),
        keep_runs_days=_number(given, "SIM_KEEP_RUNS_DAYS", 90),
    )


def _kept(data: Path, given: Mapping[str, str]) -> dict[str, str]:
    place = data / "secrets.env"
    stored: dict[str, str] = {}
    if place.exists():
        pairs = (line.split("=", 1) for line in place.read_text().splitlines() if "=" in line)
        stored = {name.strip(): value.strip() for name, value in pairs}
    missing = [name for name in KEPT if not given.get(name) and not stored.get(name)]
    if missing:
        stored |= {name: secrets.token_hex(32) for name in missing}
        _write_private(place, "".join(f"{name}={value}\n" for name, value in stored.items()))
    return {name: given.get(name) or stored[name] for name in KEPT}


def _write_private(place: Path, text: str) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    fresh = place.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(place)


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
