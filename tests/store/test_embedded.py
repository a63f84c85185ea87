"""Slow by nature: each test starts servers of its own. Nothing here touches the session's server."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim_core.errors import Conflict, Invalid, Unreachable
from sim_core.settings import read
from sim_core.store.embedded import Embedded
from sim_core.store.places import COMMON, bundled, find_place
from sim_core.store.postgres import ensure, prepare
from sim_core.store.wire import Connection, connect

OWNER = """
import asyncio, sys
from sim_core.settings import read
from sim_core.store.postgres import ensure
async def main():
    running = await ensure(read({"SIM_DATA": sys.argv[1]}, keep=False))
    print(running.embedded.pid, running.owner, flush=True)
    await asyncio.sleep(600)
asyncio.run(main())
"""
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="sim-pg-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


def start_owner(folder: Path) -> tuple[subprocess.Popen[str], int, bool]:
    process = subprocess.Popen([sys.executable, "-c", OWNER, str(folder)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    pid, owns = process.stdout.readline().split()
    return process, int(pid), owns == "True"


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until_gone(pid: int) -> None:
    began = time.monotonic()
    while is_alive(pid):
        assert time.monotonic() - began < 60, "Postgres outlived its owner"
        time.sleep(0.01)


async def opened(url: str) -> Connection:
    return await connect(url)


async def test_data_survives_stop_and_start_and_a_kill_of_owner_postmaster_or_both(folder: Path) -> None:
    settings = read({"SIM_DATA": str(folder)}, keep=False)
    first = await ensure(settings)
    connection = await opened(first.url)
    await connection.execute("CREATE TABLE kept (n int)")
    assert await connection.fetchval("SELECT extname FROM pg_extension WHERE extname = 'vector'") == "vector"
    await connection.close()
    await first.stop()

    for victim in ("owner", "postmaster", "both", "backend and owner"):
        owner, pid, owns = start_owner(folder)
        assert owns
        connection = await opened(first.url)
        await connection.execute("INSERT INTO kept VALUES (1)")
        if victim == "backend and owner":
            os.kill(await connection.fetchval("SELECT pg_backend_pid()"), signal.SIGKILL)
        if victim in ("postmaster", "both"):
            os.kill(pid, signal.SIGKILL)
        end(owner)
        if victim == "owner":
            wait_until_gone(pid)
    last = await ensure(settings)
    connection = await opened(last.url)
    assert await connection.fetchval("SELECT count(*) FROM kept") == 4
    await connection.close()
    await last.stop()


async def test_one_process_owns_and_the_others_only_connect(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim_core.store.embedded.PATIENCE", 0.2)
    settings = read({"SIM_DATA": str(folder)}, keep=False)
    first, second = await asyncio.gather(ensure(settings), ensure(settings))
    assert sorted((first.owner, second.owner)) == [False, True]
    owner, guest = (first, second) if first.owner else (second, first)
    await guest.stop()
    with pytest.raises(Conflict) as caught:
        await ensure(settings, must_own=True)
    assert caught.value.reason == "running"
    assert str(os.getpid()) in caught.value.message
    connection = await opened(guest.url)
    assert await connection.fetchval("SELECT 1") == 1
    await connection.close()
    await owner.stop()


async def test_a_pid_file_that_names_a_stranger_or_nobody_does_not_stop_a_start(folder: Path) -> None:
    settings = read({"SIM_DATA": str(folder)}, keep=False)
    running = await ensure(settings)
    place = running.embedded and running.embedded.place
    assert place
    await running.stop()
    for text in (f"{os.getpid()}\n{place.data}\n", "999999999\n", "", "what?\n"):
        (place.data / "postmaster.pid").write_text(text)
        again = await ensure(settings)
        await again.stop()


async def test_a_half_made_cluster_of_a_killed_start_is_made_anew(folder: Path) -> None:
    place = find_place(folder)
    place.home.mkdir(exist_ok=True)
    left = place.home / "fresh-1"
    left.mkdir()
    (left / "PG_VERSION").write_text("18\n")
    server = Embedded(place)
    await server.start()
    await server.stop()
    assert not left.exists()


async def test_a_deep_folder_has_its_socket_elsewhere_and_in_private(folder: Path) -> None:
    deep = folder / ("d" * 60) / ("e" * 60)
    running = await ensure(read({"SIM_DATA": str(deep)}, keep=False))
    place = running.embedded and running.embedded.place
    assert place
    assert len(str(place.sockets)) < 60
    assert place.sockets.stat().st_mode & 0o777 == 0o700
    connection = await opened(running.url)
    assert await connection.fetchval("SHOW listen_addresses") == ""
    await connection.close()
    await running.stop()
    shutil.rmtree(place.sockets)


@as_root
async def test_root_with_a_closed_home_keeps_data_where_the_system_user_may_go(folder: Path) -> None:
    closed = folder / "home"
    closed.mkdir(mode=0o700)
    settings = read({"SIM_DATA": str(closed / "data")}, keep=False)
    running = await ensure(settings)
    place = running.embedded and running.embedded.place
    assert place
    await running.stop()
    try:
        assert place.home.is_relative_to(COMMON)
        assert find_place(closed / "data").home == place.home
        assert place.owner is not None
        assert place.data.stat().st_uid == place.owner.uid
    finally:
        shutil.rmtree(place.home)


@as_root
async def test_root_whose_programs_lie_in_a_closed_home_hands_them_over(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = folder / "home"
    closed.mkdir(mode=0o700)
    package = bundled().parent
    mine = closed / package.name / "pginstall18"
    shutil.copytree(bundled(), mine, symlinks=True, copy_function=os.link)
    shutil.copytree(f"{package}.libs", f"{mine.parent}.libs", copy_function=os.link)
    (mine / "share" / "readable_by_root_only").touch(0o600)
    monkeypatch.setattr("sim_core.store.places.bundled", lambda: mine)
    monkeypatch.setattr("sim_core.store.places.COMMON", folder / "common")
    running = await ensure(read({"SIM_DATA": str(folder / "data")}, keep=False))
    place = running.embedded and running.embedded.place
    assert place
    assert place.programs.is_relative_to(folder / "common")
    assert (place.programs / "share" / "readable_by_root_only").stat().st_mode & 0o044 == 0o044
    assert find_place(folder / "data") == place
    await running.stop()


@as_root
async def test_somebody_who_is_not_root_runs_a_server_of_their_own(folder: Path) -> None:
    packages = Path(__file__).parents[2]
    if any(not place.stat().st_mode & 0o001 for place in packages.parents):
        pytest.skip("this checkout lies in a home that nobody else may enter")
    os.chown(folder, 65534, 65534)
    code = (
        "import asyncio, sys; from sim_core.settings import read; from sim_core.store.postgres import ensure\n"
        "async def main():\n"
        "    running = await ensure(read({'SIM_DATA': sys.argv[1]}, keep=False))\n"
        "    print(running.embedded.place.owner); await running.stop()\n"
        "asyncio.run(main())"
    )
    python = f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"  # ours may lie in a closed home
    if not Path(python).exists():
        pytest.skip(f"needs {python}")
    done = subprocess.run(
        [python, "-c", code, str(folder / "data")],
        user=65534,
        group=65534,
        extra_groups=[],
        cwd="/",
        env={
            "PYTHONPATH": os.pathsep.join([str(packages), sysconfig.get_path("purelib")]),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "None\n", done.stderr


async def test_a_database_that_is_not_there_is_said_clearly() -> None:
    with pytest.raises(Unreachable, match="does not answer"):
        await prepare("postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(Invalid, match="must begin with postgresql://"):
        await prepare("mysql://here")
