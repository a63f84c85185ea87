"""The sandbox: user code in, plain data out, and nothing else of ours within its reach."""

import asyncio
import logging
import re
import shutil
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from sim_core.errors import Fault
from sim_core.sandbox import doctor, failures, functions, launcher
from sim_core.sandbox.forkserver import ForkServer
from sim_core.sandbox.functions import Call, Fetch
from sim_core.sandbox.inside import fence
from sim_core.sandbox.limits import Limits
from sim_core.sandbox.python_expressions import PythonExpressions
from sim_core.sandbox.script_expressions import ScriptExpressions
from sim_core.spec.steps import Executed, Language

log = logging.getLogger("sim.sandbox")

EXPRESSION_S = 5.0
PACKAGES = ("numpy", "pandas")
_IMPORTS = r"^\s*(?:import|from)\s+(?:{0})\b"


class Sandbox:
    """Runs expressions and functions of users; starts nothing before it is asked to."""

    def __init__(
        self,
        mode: Literal["on", "off"] | str = "on",
        *,
        scratch: Path | None = None,
        limits: Limits | None = None,
        fetch: Fetch | None = None,
        packages: tuple[str, ...] = PACKAGES,
    ) -> None:
        self._fenced = mode != "off"
        self._scratch = scratch
        self._limits = limits or Limits()
        self._fetch = fetch
        self._packages = packages
        self._lacks = fence.missing()
        self._python: PythonExpressions | None = None
        self._launcher: Path | None = None
        self._scripts: ScriptExpressions | None = None
        self._servers: dict[tuple[str, ...], ForkServer] = {}
        self._heavy = re.compile(_IMPORTS.format("|".join(map(re.escape, packages)) or "$^"), re.MULTILINE)
        self._turn = asyncio.Semaphore(self._limits.calls)
        self._opening = asyncio.Lock()
        self._closed = False
        if not self._fenced:
            log.warning("SIM_SANDBOX=off: functions of users run without a fence, as this process may")

    async def evaluate(
        self, language: Language, code: str, names: Mapping[str, Any] | None = None, *, timeout_s: float = EXPRESSION_S
    ) -> Any:
        """The value of an expression as plain data; raises `CodeError`, `CodeExpired`."""
        self._open()
        if not code.strip():
            raise failures.CodeError("The expression is empty")
        if language == "python":
            return await (await self._interpreters()).evaluate(code, names or {}, timeout_s)
        return await self._script_workers().evaluate(code, names or {}, timeout_s)

    async def execute(
        self,
        language: Language,
        code: str,
        names: Mapping[str, Any] | None = None,
        *,
        timeout_s: float | None = None,
        memory_mb: int | None = None,
        env: Mapping[str, str] | None = None,
        fetch: Fetch | None = None,
    ) -> Executed:
        """What the body of a function returns and prints; raises `CodeError`, `CodeExpired`, `TooLarge`."""
        self._open()
        seconds = self._limits.timeout_s if timeout_s is None else min(timeout_s, self._limits.longest_s)
        call = Call(
            language=language,
            code=code,
            names=names or {},
            env=env or {},
            timeout_s=seconds,
            memory_mb=min(memory_mb or self._limits.memory_mb, self._limits.most_memory_mb),
            fetch=fetch or self._fetch,
        )
        async with self._turn:
            server = self._forkserver(self._preload(call))
            return await functions.run(await server.take("call"), call, self._limits)

    async def warm(self) -> None:
        """Start what the first expression and the first function would wait for; without a fence, nothing."""
        if self._closed or (self._fenced and self._lacks):
            return
        await (await self._interpreters()).evaluate("0", {}, EXPRESSION_S)
        await self._forkserver().ready()

    async def close(self) -> None:
        """End every process; what is still running fails."""
        self._closed = True
        if self._scripts is not None:
            self._scripts.close()
        for server in self._servers.values():
            await server.close()
        if self._python is not None:
            await self._python.close()
        if self._launcher is not None and self._launcher.parent.name.startswith(launcher.TEMPORARY):
            shutil.rmtree(self._launcher.parent, ignore_errors=True)

    def describe(self) -> dict[str, Any]:
        """What the kernel offers and how user code is fenced in here, for `sim doctor`."""
        return doctor.facts(fenced=self._fenced, packages=self._packages) | {
            "processes": [server.pid for server in self._servers.values() if server.pid is not None],
        }

    def _open(self) -> None:
        if self._closed:
            raise Fault("The sandbox is closed")

    def _preload(self, call: Call) -> tuple[str, ...]:
        """Packages to find loaded already, where the code imports some: that takes longer than most calls."""
        if call.language != "python" or self._heavy.search(call.code) is None:
            return ()
        return tuple(name for name in self._packages if find_spec(name) is not None)

    def _forkserver(self, preload: tuple[str, ...] = ()) -> ForkServer:
        if self._fenced and self._lacks:
            lacks = ", ".join(self._lacks)
            raise failures.Unfenced(
                f"User code cannot be fenced in on this machine: it lacks {lacks}. "
                "SIM_SANDBOX=off runs it without a fence."
            )
        if preload not in self._servers:
            self._servers[preload] = ForkServer(
                self._scratch, self._limits, fenced=self._fenced, packages=self._packages, preload=preload
            )
        return self._servers[preload]

    async def _interpreters(self) -> PythonExpressions:
        async with self._opening:
            if self._python is None:
                if self._fenced and not self._lacks:
                    # Finding the program imports Monty, which takes a tenth of a second.
                    self._launcher = await asyncio.to_thread(launcher.found, self._scratch)
                    if self._launcher is None:
                        log.warning("no folder to start programs from: Monty runs with its own limits alone")
                self._python = PythonExpressions(self._limits, binary=self._launcher)
        return self._python

    def _script_workers(self) -> ScriptExpressions:
        if self._scripts is None:
            self._scripts = ScriptExpressions(self._forkserver, self._limits)
        return self._scripts
