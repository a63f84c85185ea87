"""A whole Sim as a person starts it: `sim up` in a process of its own, on data and ports of its own."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from tests.support.ports import free_port

SIM = Path(sys.executable).with_name("sim")


class Stack:
    """One stack; start it again on the same data as often as you like."""

    def __init__(self, **settings: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="sim-stack-", ignore_cleanup_errors=True)
        # the system user that runs Postgres for root must get in
        Path(self._folder.name).chmod(0o755)
        self.data = Path(self._folder.name) / "data"
        self.port, self.realtime_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **os.environ,
            "SIM_DATA": str(self.data),
            "SIM_PORT": str(self.port),
            "SIM_REALTIME_PORT": str(self.realtime_port),
            "SIM_URL": self.url,
            **settings,
        }
        self.process: subprocess.Popen[str] | None = None
        self.key = ""
        self.log = Path(self._folder.name) / "sim.log"

    def start(self, within: float = 180) -> float:
        """Seconds until it is ready."""
        began = time.monotonic()
        before = self._said().count("Sim is ready")
        with self.log.open("a") as log:
            self.process = subprocess.Popen([SIM, "up"], env=self.environment, stdout=log, stderr=log, text=True)
        while time.monotonic() - began < within:
            if self._said().count("Sim is ready") > before:
                return time.monotonic() - began
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        said = self._said()[-4000:]
        self.end()
        raise AssertionError(f"the stack did not become ready:\n{said}")

    def make_key(self) -> str:
        """An API key that may do everything."""
        made = self.sim("key", "create", "--json")
        self.key = json.loads(made.stdout)["key"]
        return self.key

    def sim(self, *words: str, check: bool = True, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run a command of the command line against this stack's data."""
        done = subprocess.run(
            [SIM, *words], env=self.environment, capture_output=True, text=True, timeout=180, **options
        )
        if check and done.returncode:
            raise AssertionError(f"sim {' '.join(words)}: {done.stdout}{done.stderr}")
        return done

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """One request of the API."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/api/v1{path}", data=data, method=method)
        for name, value in {"Content-Type": "application/json", "X-API-Key": self.key, **headers}.items():
            request.add_header(name.replace("_", "-"), value)
        try:
            with urllib.request.urlopen(request, timeout=180) as reply:
                text = reply.read()
                return reply.status, json.loads(text) if text else None
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"null")

    def members(self) -> list[psutil.Process]:
        """Every process of the stack."""
        assert self.process
        top = psutil.Process(self.process.pid)
        return [top, *top.children(recursive=True)]

    def those(self, word: str) -> list[psutil.Process]:
        """The processes of the stack that were started with a word; others come and go meanwhile."""
        found: list[psutil.Process] = []
        for member in self.members():
            with suppress(psutil.NoSuchProcess):
                if word in member.cmdline():
                    found.append(member)
        return found

    def cpu_s(self) -> float:
        """Seconds that its processes have worked; unlike a clock it knows nothing of what else the machine does."""
        times = [member.cpu_times() for member in self.members()]
        return sum(one.user + one.system + one.children_user + one.children_system for one in times)

    def stop(self, within: float = 30) -> float:
        """Seconds until a SIGTERM has ended it."""
        assert self.process
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(within)
        return time.monotonic() - began

    def end(self) -> None:
        """Leave nothing behind, whatever state it is in."""
        if self.process and self.process.poll() is None:
            members = self.members()
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                for member in members:
                    if member.is_running():
                        member.kill()
                self.process.wait(10)
        self._folder.cleanup()

    def _said(self) -> str:
        return self.log.read_text() if self.log.exists() else ""


def gone(processes: list[psutil.Process], within: float = 60) -> list[psutil.Process]:
    """Those that have not ended in time."""
    _, alive = psutil.wait_procs(processes, timeout=within)
    return [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]
