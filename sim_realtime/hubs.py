"""Which of the two hubs there is here; the other one is not loaded."""

from sim_realtime.hub import Hub, why_not_socketify


def choose() -> tuple[Hub, str]:
    """socketify where it loads, else a server on asyncio, and why."""
    if missing := why_not_socketify():
        from sim_realtime.asyncio_hub import AsyncioHub

        return AsyncioHub(), missing
    from sim_realtime.socketify_hub import SocketifyHub

    return SocketifyHub(), ""
