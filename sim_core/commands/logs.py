"""Structured logs: one JSON object a line on stderr, times in UTC, never a secret."""

import logging
import sys
from functools import cache
from typing import Any

import msgspec

LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40, "critical": 50}


@cache
def logger(name: str, level: str = "info") -> Any:
    """A logger that says who it is in every line."""
    import structlog

    found: Any = structlog.wrap_logger(
        structlog.BytesLogger(sys.stderr.buffer),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=_serialise),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS.get(level.lower(), logging.INFO)),
        cache_logger_on_first_use=True,
    )
    return found.bind(logger=name)


def _serialise(event: Any, **_: Any) -> bytes:
    return msgspec.json.encode(event, enc_hook=str)
