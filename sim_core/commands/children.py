"""Child processes of the supervisor: started, prefixed, started again when they die, and gone when it goes."""

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence

PR_SET_PDEATHSIG = 1
FIRST_WAIT_S, LONGEST_WAIT_S, STEADY_S = 0.5, 10.0, 10.0


def die_with_parent() -> None:
    """Ask the kernel to end this process when its parent does (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() == 1 and os.environ.get("SIM_SUPERVISOR") not in (None, "1"):
            # the parent was gone before the kernel was asked
            os.kill(os.getpid(), signal.SIGTERM)


def wait_at_the_gate() -> None:
    """Wait until the supervisor says that the database can be used: it closes our input."""
    while os.read(0, 4096):
        pass


class Child:
    """One process that ought to be running; it waits at its gate until it is let in."""

    def __init__(
        self, name: str, command: Sequence[str], environment: Mapping[str, str], say: Callable[[str, str], None]
    ) -> None:
        """Prepare a child; `say(name, line)` gets what it prints."""
        self.name = name
        self.command = command
        self.environment = environment
        self.say = say
        self.process: asyncio.subprocess.Process | None = None
        self.stopping = False
        self.is_let_in = False

    async def keep(self) -> None:
        """Run the child, and run it again whenever it dies, until `stop`."""
        wait = 0.0
        while not self.stopping:
            began = time.monotonic()
            code = await self._once()
            if self.stopping:
                return
            if time.monotonic() - began > STEADY_S:
                wait = 0.0  # people wait for it; only one that dies again and again has to wait itself
            self.say("sim", f"{self.name} ended with {_ending(code)}; it starts again in {wait:g} s")
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT_S) or FIRST_WAIT_S

    def let_in(self) -> None:
        """Tell the child, and those that come after it, that the database can be used."""
        self.is_let_in = True
        if self.process is not None and self.process.stdin is not None:
            self.process.stdin.close()

    def stop(self) -> None:
        """Ask the child to leave."""
        self.stopping = True
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the child and what it started."""
        self.stopping = True
        self._signal(signal.SIGKILL)

    async def _once(self) -> int:
        self.process = await asyncio.create_subprocess_exec(
            *self.command,
            env=dict(self.environment),
            stdin=asyncio.subprocess.DEVNULL if self.is_let_in else asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
        if self.is_let_in:
            self.let_in()
        if self.stopping:
            self._signal(signal.SIGTERM)
        assert self.process.stdout is not None
        await self._tell(self.process.stdout)
        return await self.process.wait()

    async def _tell(self, stream: asyncio.StreamReader) -> None:
        while True:
            try:
                line = await stream.readline()
            except ValueError:  # a line longer than the buffer; what was too long is dropped
                continue
            if not line:
                return
            self.say(self.name, line.decode("utf-8", "replace").rstrip())

    def _signal(self, number: signal.Signals) -> None:
        if self.process is not None and self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                if number == signal.SIGKILL:
                    os.killpg(self.process.pid, number)
                else:
                    self.process.send_signal(number)


def _ending(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
