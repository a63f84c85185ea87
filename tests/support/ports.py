"""Ports for servers that tests start."""

import itertools
import os
import random
import socket

# Below those that the system hands out by itself: between choosing one and listening at it, no connection takes it.
FIRST, LAST, STRIPES = 12_000, 32_000, 16
_stripe = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % STRIPES
_turns = itertools.count(random.SystemRandom().randrange(10**6))


def free_port() -> int:
    """A port on this machine that nobody listens at; each process of one session of tests has ports of its own."""
    for turn in itertools.islice(_turns, LAST - FIRST):
        port = FIRST + turn * STRIPES % (LAST - FIRST) + _stripe
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no port is free")
