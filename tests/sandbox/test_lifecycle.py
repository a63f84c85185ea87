"""Processes: started late, ended always, replaced when they die, and gone with the server."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from sim_core.errors import Fault, SimError
from sim_core.sandbox import CodeExpired, Sandbox

REPOSITORY = Path(__file__).parents[2]


def _children() -> set[psutil.Process]:
    """Processes below this one, but the database's, which tests of the same session may have left running."""
    found: set[psutil.Process] = set()
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if child.name() != "postgres":
                found.add(child)
    return found


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not holds():
            await asyncio.sleep(0.02)


async def test_nothing_is_started_before_it_is_needed_and_nothing_is_left(tmp_path: Path) -> None:
    before = _children()
    box = Sandbox(scratch=tmp_path / "scratch")
    box.describe()
    assert _children() == before and not (tmp_path / "scratch").exists()
    await box.execute("python", "open('a', 'w').write('x')")
    await box.evaluate("javascript", "1")
    await box.evaluate("python", "1")
    assert _children() > before
    await box.close()
    assert _children() == before
    assert [path.name for path in (tmp_path / "scratch").iterdir()] == ["launcher"]


async def test_a_warm_sandbox_starts_no_server_for_its_first_call(tmp_path: Path) -> None:
    before = _children()
    box = Sandbox(scratch=tmp_path / "scratch")
    await box.warm()
    server = box.describe()["processes"]
    assert len(server) == 1
    assert (await box.execute("python", "return 1")).result == 1
    assert await box.evaluate("python", "1 + 1") == 2
    assert box.describe()["processes"] == server
    await box.close()
    await box.warm()  # a server that leaves while it warms up
    assert _children() == before


async def test_a_closed_sandbox_says_so_and_closes_twice(tmp_path: Path) -> None:
    box = Sandbox(scratch=tmp_path)
    running = asyncio.ensure_future(box.execute("python", "import time\ntime.sleep(30)"))
    await asyncio.sleep(0.4)
    await box.close()
    with pytest.raises(SimError):
        await running
    await box.close()
    with pytest.raises(Fault, match="closed"):
        await box.evaluate("python", "1")


async def test_the_folder_of_a_call_is_gone_when_it_has_ended(tmp_path: Path) -> None:
    box = Sandbox(scratch=tmp_path)
    try:
        codes = [
            "open('a', 'w').write('x')",
            "import os\nos.mkdir('locked', 0)\nos.symlink('/etc', 'etc')\nopen('a', 'w').close()",
            "import os\nfor _ in range(150):\n    os.mkdir('deep')\n    os.chdir('deep')",
            "import os\nopen('a', 'w').close()\nos._exit(1)",
            "open('a', 'w').close()\nwhile True: pass",
        ]
        for code in codes:
            try:
                await box.execute("python", code, timeout_s=0.5)
            except SimError:
                continue

        def is_swept() -> bool:
            with suppress(FileNotFoundError):  # one went while it was looked at
                return not any(any(path.iterdir()) for path in tmp_path.glob("run-*/*"))
            return False

        await _until(is_swept)
        assert Path("/etc/passwd").exists()
    finally:
        await box.close()


async def test_calls_go_on_after_the_fork_server_was_killed(tmp_path: Path) -> None:
    box = Sandbox(scratch=tmp_path)
    try:
        await box.execute("python", "return 1")
        await box.evaluate("javascript", "1")
        (zygote,) = box.describe()["processes"]
        running = asyncio.ensure_future(box.execute("python", "import time\ntime.sleep(30)"))
        await asyncio.sleep(0.2)
        children = psutil.Process(zygote).children(recursive=True)
        os.kill(zygote, signal.SIGKILL)
        with pytest.raises(Fault, match="try again"):
            await asyncio.wait_for(running, 30)
        gone, alive = await asyncio.to_thread(psutil.wait_procs, children, 30)
        assert gone and not alive
        assert (await box.execute("python", "return 2")).result == 2
        assert await box.evaluate("javascript", "3") == 3
    finally:
        await box.close()


async def test_expressions_go_on_after_a_worker_was_killed() -> None:
    before = _children()
    box = Sandbox()
    try:
        for language, name in (("python", "monty"), ("javascript", "python")):
            assert await box.evaluate(language, "1") == 1  # pyright: ignore[reportArgumentType]
            for child in _children() - before:
                with suppress(psutil.NoSuchProcess):
                    if (name in child.name() and child.ppid() != os.getpid()) or "monty" in child.name():
                        child.kill()
            for _ in range(3):
                try:
                    value = await box.evaluate(language, "2")  # pyright: ignore[reportArgumentType]
                    break
                except SimError:
                    continue
            else:
                pytest.fail("expressions never came back")
            assert value == 2
    finally:
        await box.close()


async def test_a_call_that_is_cancelled_is_killed(tmp_path: Path) -> None:
    box = Sandbox(scratch=tmp_path)
    try:
        await box.execute("python", "return 1")
        before = _children()
        running = asyncio.ensure_future(box.execute("python", "open('begun', 'w').close()\nwhile True: pass"))
        await _until(lambda: bool(list(tmp_path.glob("run-*/*/begun"))))
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        await _until(lambda: len(_children()) <= len(before))
    finally:
        await box.close()


async def test_callers_that_give_up_while_they_wait_leave_nothing_behind() -> None:
    box = Sandbox()
    try:
        await box.execute("python", "return 1")
        before = _children()
        for _ in range(10):
            waiting = [asyncio.ensure_future(box.execute("python", "return 1")) for _ in range(6)]
            await asyncio.sleep(0.002)
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
        with pytest.raises(SimError, match="not plain data"):
            await box.execute("python", "return 1", {"x": object()})
        assert (await box.execute("python", "return 2")).result == 2
        await _until(lambda: len(_children()) <= len(before) + 1)
    finally:
        await box.close()


async def test_no_more_calls_run_at_once_than_are_allowed() -> None:
    from sim_core.sandbox import Limits

    box = Sandbox(limits=Limits(calls=2))
    try:
        await box.execute("python", "return 1")
        began = time.perf_counter()
        await asyncio.gather(*(box.execute("python", "import time\ntime.sleep(0.3)") for _ in range(4)))
        assert time.perf_counter() - began >= 0.6
    finally:
        await box.close()


async def test_a_failed_call_leaves_the_next_one_alone() -> None:
    box = Sandbox()
    try:
        for _ in range(3):
            with pytest.raises(CodeExpired):
                await box.execute("python", "while True: pass", timeout_s=0.2)
            assert (await box.execute("javascript", "return 1")).result == 1
    finally:
        await box.close()


def test_nothing_is_left_when_the_server_is_killed(tmp_path: Path) -> None:
    program = textwrap.dedent(
        f"""
        import asyncio, pathlib
        from sim_core.sandbox import Sandbox

        async def main():
            box = Sandbox(scratch=pathlib.Path({str(tmp_path)!r}))
            await box.evaluate("python", "1")
            await box.evaluate("javascript", "1")
            await box.execute("python", "return 1")
            async with asyncio.TaskGroup() as group:
                busy = "open('a', 'w').write('x')\\nwhile True: pass"
                group.create_task(box.execute("python", busy, timeout_s=60))
                group.create_task(box.execute("javascript", "while (1);", timeout_s=60))
                group.create_task(box.evaluate("javascript", "(() => {{ while (1); }})()", timeout_s=60))
                group.create_task(box.evaluate("python", "while True:\\n  pass", timeout_s=2))
                while not list(pathlib.Path({str(tmp_path)!r}).glob("run-*/*/a")):
                    await asyncio.sleep(0.05)
                print("running", flush=True)
                await asyncio.sleep(60)

        asyncio.run(main())
        """
    )
    server = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=REPOSITORY)
    assert server.stdout is not None
    with server.stdout:
        assert server.stdout.readline() == b"running\n"
        while len(children := psutil.Process(server.pid).children(recursive=True)) < 5:
            time.sleep(0.05)
        server.kill()
        server.wait()
    _, alive = psutil.wait_procs(children, timeout=30)
    assert not alive
    assert not list(tmp_path.glob("run-*/"))


async def test_what_a_killed_machine_left_is_swept(tmp_path: Path) -> None:
    (tmp_path / "run-old" / "call-1").mkdir(parents=True)
    (tmp_path / "run-old" / "call-1" / "a").write_text("left")
    (tmp_path / "run-old.lock").touch()
    box = Sandbox(scratch=tmp_path)
    other = Sandbox(scratch=tmp_path)
    try:
        assert (await box.execute("python", "return 1")).result == 1
        assert (await other.execute("python", "return 1")).result == 1
        assert not (tmp_path / "run-old").exists()
        assert len(list(tmp_path.glob("run-*/"))) == 2
        assert (await box.execute("python", "return 2")).result == 2
    finally:
        await box.close()
        await other.close()
    assert not list(tmp_path.glob("run-*"))
