"""How long a stack takes to start and stop, and the memory it holds when idle."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from tests.bench.figures import Figure

SIM = Path(sys.executable).with_name("sim")


def run() -> Iterator[Figure]:
    """A first and a second start on fresh data, then a stop."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        environment = {**os.environ, "SIM_DATA": folder, "SIM_PORT": str(port()), "SIM_REALTIME_PORT": str(port())}
        for name, goal in (("first start", None), ("second start", 4.0)):
            began = time.perf_counter()
            stack = subprocess.Popen(
                [SIM, "up"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
            )
            assert stack.stdout
            if not any("Sim is ready" in line for line in stack.stdout):
                raise SystemExit("sim up did not become ready")
            yield Figure(name=name, value=round(time.perf_counter() - began, 3), unit="s", goal=goal)
            if goal:
                time.sleep(5)
                yield from memory(stack.pid)
            began = time.perf_counter()
            stack.send_signal(signal.SIGTERM)
            stack.wait(30)
            yield Figure(name=f"stop after the {name}", value=round(time.perf_counter() - began, 3), unit="s", goal=5)


def memory(pid: int) -> Iterator[Figure]:
    """Proportional set size of every process of the stack, and their sum."""
    top = psutil.Process(pid)
    total = 0.0
    for process in [top, *top.children(recursive=True)]:
        try:
            size = process.memory_full_info().pss / 2**20
            words = " ".join(process.cmdline())[-60:] or process.name()
        except psutil.Error:
            continue
        total += size
        if size > 8:
            yield Figure(name=f"idle: {words}", value=round(size, 1), unit="MB")
    yield Figure(name="idle: all processes (PSS)", value=round(total, 1), unit="MB", goal=350)


def port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
