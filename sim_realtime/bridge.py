"""Drives socketify's libuv from the running asyncio loop: its own pollable descriptor, no polling."""

import asyncio
import ctypes
import ctypes.util
from typing import Any


class UvBridge:
    """Pumps a socketify app whenever its libuv loop has something to do.

    libuv's backend descriptor is itself pollable, so asyncio can wait for it beside its own sockets:
    https://docs.libuv.org/en/v1.x/loop.html#c.uv_backend_fd
    """

    def __init__(self, app: Any, loop: asyncio.AbstractEventLoop) -> None:
        from socketify.native import ffi  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]

        cffi: Any = ffi
        self._loop = loop
        self._run = app.loop.uv_loop.run_nowait
        library = libuv()
        if library is None:
            raise OSError("libuv is not installed")
        self._uv = library
        self._handle = ctypes.c_void_p(int(cffi.cast("uintptr_t", app.loop.get_native_loop())))
        self._descriptor = int(self._uv.uv_backend_fd(self._handle))
        self._timer: asyncio.TimerHandle | None = None
        self._kicked = False
        self._pumping = False
        self._closed = False
        loop.add_reader(self._descriptor, self.pump)
        self.pump()

    def kick(self) -> None:
        """Pump soon: needed after anything was sent outside of one of socketify's own callbacks."""
        if not (self._kicked or self._pumping or self._closed):
            self._kicked = True
            self._loop.call_soon(self.pump)

    def pump(self) -> None:
        """Let libuv handle what is ready, then sleep until it wants to be woken."""
        self._kicked = False
        if self._closed:
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._pumping = True
        try:
            self._run()
        finally:
            self._pumping = False
        due = int(self._uv.uv_backend_timeout(self._handle))
        if due == 0:
            self.kick()
        elif due > 0:
            self._timer = self._loop.call_later(due / 1000, self.pump)

    def close(self) -> None:
        """Let go of the descriptor."""
        if not self._closed:
            self._closed = True
            self._loop.remove_reader(self._descriptor)
            if self._timer is not None:
                self._timer.cancel()


def libuv() -> ctypes.CDLL | None:
    """The system's libuv; `None` where there is none."""
    for find in (lambda: "libuv.so.1", lambda: "libuv.1.dylib", lambda: ctypes.util.find_library("uv")):
        name = find()  # the last one starts a compiler to find out
        try:
            library = ctypes.CDLL(name) if name else None
        except OSError:
            continue
        if library is not None:
            for function in (library.uv_backend_fd, library.uv_backend_timeout):
                function.argtypes, function.restype = [ctypes.c_void_p], ctypes.c_int
            return library
    return None
