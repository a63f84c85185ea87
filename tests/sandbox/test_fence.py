"""The fence itself: the filter's decisions on both machines, and what happens where the kernel has no fence."""

import logging
import os
import struct
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from sim_core.sandbox import Sandbox
from sim_core.sandbox.inside import seccomp, syscalls

REPOSITORY = Path(__file__).parents[2]
ALLOW, EPERM, ENOSYS, KILL = 0x7FFF0000, 0x00050001, 0x00050026, 0x80000000
ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}


def decide(program: bytes, machine: str, number: int, *arguments: int) -> int:
    """What the kernel would make of a call: the few instructions that our filters use."""
    words = [*arguments, 0, 0, 0, 0, 0, 0][:6]
    memory = struct.pack("<IIQ6Q", number, ARCH.get(machine, 7), 0, *words)
    code = [struct.unpack_from("=HBBI", program, at) for at in range(0, len(program), 8)]
    at, value = 0, 0
    while True:
        operation, yes, no, k = code[at]
        at += 1
        match operation:
            case 0x20:
                (value,) = struct.unpack_from("<I", memory, k)
            case 0x54:
                value &= k
            case 0x15:
                at += yes if value == k else no
            case 0x35:
                at += yes if value >= k else no
            case 0x06:
                return k
            case _:
                raise AssertionError(operation)


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_filter_decides_the_same_on_both_machines(machine: str) -> None:
    program = seccomp.program(machine)
    number = {
        "x86_64": dict(read=0, openat=257, futex=202, clone=56, clone3=435, socket=41, connect=42, socketpair=53)
        | dict(sendto=44, sendmsg=46, execve=59, kill=62, ptrace=101, fcntl=72, ioctl=16, prctl=157, prlimit64=302)
        | dict(mount=165, bpf=321, memfd=319, fchmodat=268, io_uring=425, process_vm_readv=310, unshare=272),
        "aarch64": dict(read=63, openat=56, futex=98, clone=220, clone3=435, socket=198, connect=203, socketpair=199)
        | dict(sendto=206, sendmsg=211, execve=221, kill=129, ptrace=117, fcntl=25, ioctl=29, prctl=167, prlimit64=261)
        | dict(mount=40, bpf=280, memfd=279, fchmodat=53, io_uring=425, process_vm_readv=270, unshare=97),
    }[machine]

    def on(name: str, *arguments: int) -> int:
        return decide(program, machine, number[name], *arguments)

    assert all(on(name) == ALLOW for name in ("read", "openat", "futex"))
    refused = "socket connect sendmsg execve kill ptrace mount bpf memfd fchmodat io_uring process_vm_readv unshare"
    assert {name: on(name) for name in refused.split()} == dict.fromkeys(refused.split(), EPERM)
    assert on("clone", 0x003D0F00) == ALLOW and on("clone", 17) == EPERM
    assert on("clone", 0x003D0F00 | 0x10000000) == EPERM and on("clone3") == ENOSYS
    assert on("fcntl", 3, 1030) == ALLOW and on("fcntl", 3, 8) == on("fcntl", 3, 10) == EPERM
    assert on("ioctl", 1, 0x5401) == ALLOW and on("ioctl", 0, 0x5412) == EPERM
    assert on("prctl", 15) == ALLOW and on("prctl", 22) == on("prctl", 4) == EPERM
    assert on("prlimit64", 0, 7, 0, 1) == ALLOW
    assert on("prlimit64", 0, 7, 1 << 40, 0) == on("prlimit64", 9, 7, 0, 1) == EPERM
    assert on("sendto", 3, 1, 1, 0, 0) == ALLOW and on("sendto", 3, 1, 1, 0, 1 << 40) == EPERM
    assert on("socketpair", 1, 1) == ALLOW and on("socketpair", 2, 1) == EPERM
    assert decide(program, "another machine", 0) == KILL
    assert decide(seccomp.program(machine, exec_once=True), machine, number["execve"]) == ALLOW


def test_the_twin_numbers_of_x86_are_refused() -> None:
    assert decide(seccomp.program("x86_64"), "x86_64", 0x40000000) == EPERM


def test_no_call_is_listed_twice() -> None:
    for machine in ("x86_64", "aarch64"):
        allowed = syscalls.allowed(machine)
        assert len(set(allowed)) == len(allowed)
        assert not set(allowed) & set(syscalls.numbered(machine).values())


@pytest.mark.parametrize(("number", "lacks"), [(444, "Landlock"), (317, "seccomp filters")])
def test_a_kernel_without_a_feature_is_refused_by_name(number: int, lacks: str) -> None:
    if syscalls.machine() != "x86_64":
        pytest.skip("the numbers are those of x86_64")
    # A kernel that lacks a call answers ENOSYS: a filter that answers so is such a kernel.
    program = textwrap.dedent(
        f"""
        import asyncio, struct
        from sim_core.sandbox import Sandbox, Unfenced
        from sim_core.sandbox.inside import fence, seccomp
        fence.no_new_privileges()
        filter = [(0x20, 0, 0, 0), (0x15, 0, 1, {number}), (6, 0, 0, 0x50000 | 38), (6, 0, 0, 0x7FFF0000)]
        seccomp.apply(b"".join(struct.pack("=HBBI", *line) for line in filter))
        async def main():
            box = Sandbox()
            for call in (box.execute("python", "return 1"), box.evaluate("javascript", "1")):
                try:
                    await call
                except Unfenced as refusal:
                    print(refusal)
            print(await box.evaluate("python", "1 + 1"), box.describe()["functions"], box.describe()["missing"])
            await box.close()
            off = Sandbox("off")
            print((await off.execute("python", "return 3")).result, await off.evaluate("javascript", "4"))
            await off.close()
        asyncio.run(main())
        """
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, timeout=60)
    lines = done.stdout.splitlines()
    assert len(lines) == 4, done.stderr
    assert all(lacks in line and "SIM_SANDBOX=off" in line for line in lines[:2])
    assert lines[2].startswith("2 refused") and lacks in lines[2]
    assert lines[3] == "3 4"


async def test_without_the_fence_code_runs_and_the_log_says_so(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="sim.sandbox"):
        box = Sandbox("off")
    assert "SIM_SANDBOX=off" in caplog.text
    try:
        assert (await box.execute("python", "import os\nreturn os.getuid()")).result == os.getuid()
        assert (await box.execute("javascript", "return 2")).result == 2
        assert await box.evaluate("javascript", "3") == 3 and await box.evaluate("python", "4") == 4
        assert box.describe()["functions"] == "not fenced"
    finally:
        await box.close()


async def test_the_facts_say_what_is_there() -> None:
    facts = Sandbox().describe()
    assert facts["mode"] == "on" and facts["missing"] == [] and facts["landlock"] >= 1 and facts["seccomp"]
    assert facts["functions"] == "fenced" and facts["processes"] == []
