"""Runs every attack as whoever started this program, and prints as JSON which got through."""

import asyncio
import json
import os
import platform
import sys
from typing import Any

import msgspec

from sim_core.errors import SimError
from sim_core.sandbox import Sandbox, sandbox
from tests.sandbox.attacks import ATTACKS

NUMBERS = {
    "x86_64": {"CLONE": 56, "BPF": 321, "KEYCTL": 250, "USERFAULTFD": 323},
    "aarch64": {"CLONE": 220, "BPF": 280, "KEYCTL": 219, "USERFAULTFD": 282},
}


def names(socket: str) -> dict[str, Any]:
    """What the attacks are told about us: more than an attacker would know."""
    places = {"OURS": sandbox.__file__, "PACKAGES": os.path.dirname(os.path.dirname(msgspec.__file__))}
    return {**places, "SOCKET": socket, **NUMBERS[platform.machine()]}


async def outcome(box: Sandbox, code: str, told: dict[str, Any]) -> str:
    """`refused`, or what got through."""
    try:
        executed = await box.execute("python", code, told, timeout_s=10)
    except SimError as error:
        return "refused" if error.reason in ("code_error", "memory_limit", "timeout") else f"failed: {error}"
    return f"got through: {executed.result!r}" if executed.result else "refused"


async def main(socket: str) -> None:
    box = Sandbox()
    try:
        told = names(socket)
        outcomes = {name: await outcome(box, code, told) for name, code in ATTACKS.items()}
        who = await box.execute("python", "import os\nreturn [os.getuid(), os.getgroups()]")
        facts = {"uid": who.result[0], "groups": who.result[1], "runs_as": box.describe()["runs_as"]}
        print(json.dumps({"outcomes": outcomes, "facts": facts}))
    finally:
        await box.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
