"""User code that wants out, as root without capabilities, as nobody, and as an ordinary user."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim_core.errors import Invalid
from sim_core.sandbox import CodeError, Sandbox
from sim_core.sandbox.inside import fence
from tests.sandbox import test_functions_javascript, test_functions_python
from tests.sandbox.attack_run import names, outcome
from tests.sandbox.attacks import ATTACKS, HARMLESS

pytestmark = pytest.mark.asyncio(loop_scope="module")
REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def listening() -> Iterator[str]:
    """A socket like the database's: anyone on this machine may connect to it."""
    folder = tempfile.mkdtemp()
    os.chmod(folder, 0o755)
    path = f"{folder}/s"
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
        server.bind(path)
        os.chmod(path, 0o777)
        server.listen()
        other.bind(f"{path}.d")
        yield path
    shutil.rmtree(folder)


@pytest.mark.parametrize("name", ATTACKS)
async def test_an_attack_is_refused(sandbox: Sandbox, name: str, listening: str) -> None:
    assert await outcome(sandbox, ATTACKS[name], names(listening)) == "refused"


async def test_the_attacks_are_real_for_without_the_fence_they_get_through(listening: str) -> None:
    box = Sandbox("off")
    try:
        for name in HARMLESS:
            assert (await outcome(box, ATTACKS[name], names(listening))).startswith("got through"), name
    finally:
        await box.close()


PROMISED = {
    "reading the password file": ("read: the password file",),
    "reading our environment": ("read: our environment", "read: the environment of the process above"),
    "reading our own files": ("read: our own source", "read: our packages", "read: a module of ours"),
    "the database's socket": ("reach: the database's socket",),
    "any network": ("reach: TCP", "reach: UDP", "reach: IPv6", "reach: netlink", "reach: urllib"),
    "fork": ("process: fork", "process: fork by clone", "process: fork by clone3", "process: vfork"),
    "exec": ("process: exec", "process: a shell"),
    "ptrace": ("process: ptrace", "process: another's memory"),
    "kill": ("process: killing the process above", "process: killing everything", "process: a queued signal"),
    "setuid": ("gain: another user", "gain: no user"),
    "unshare": ("gain: a new user namespace", "gain: a new network"),
    "writing outside the scratch folder": ("write: a file elsewhere", "write: beside the scratch folder"),
}
"""What the sandbox is said to refuse, and the attacks that try it."""
EXCESSES = {
    "memory": "test_memory_is_bounded",
    "time": "test_time_is_over_for_everyone",
    "output": "test_the_output_is_bounded",
    "files": "test_a_large_file_and_many_files_are_refused",
}


async def test_whatever_is_said_to_be_refused_is_tried() -> None:
    for refusal, attacks in PROMISED.items():
        assert [name for name in attacks if name not in ATTACKS] == [], refusal
    both = (test_functions_python, test_functions_javascript)
    for excess, name in EXCESSES.items():
        # JavaScript has no files
        assert all(hasattr(module, name) for module in both[: 1 if excess == "files" else 2]), excess


@pytest.mark.parametrize(
    "code",
    [
        "require('fs')",
        "std.open('/etc/passwd', 'r')",
        "os.readdir('/')",
        "(() => {}).constructor('return import(\"os\")')()",
        "globalThis.process.env",
        "fetch('http://127.0.0.1/')",
        "new Worker('x')",
    ],
)
async def test_a_javascript_expression_has_no_door_either(sandbox: Sandbox, code: str) -> None:
    with pytest.raises(CodeError):
        await sandbox.evaluate("javascript", code)


@pytest.mark.parametrize(
    "code",
    [
        "open('/etc/passwd').read()",
        "__import__('os').environ",
        "import os\nos.environ['PATH']",
        "import subprocess\nsubprocess.run(['true'])",
        "().__class__.__base__.__subclasses__()",
        "(lambda: 0).__globals__",
        "from pathlib import Path\nPath('/etc/passwd').read_text()",
    ],
)
async def test_a_python_expression_has_no_door_either(sandbox: Sandbox, code: str) -> None:
    with pytest.raises(CodeError):
        await sandbox.evaluate("python", code)


def _interpreter() -> str:
    """A Python of this version that every user may run."""
    for candidate in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        if Path(candidate).exists() and fence.reachable(fence.NOBODY, [str(Path(candidate).resolve())]):
            return candidate
    pytest.skip("no interpreter of this version is readable for everyone")


@pytest.mark.parametrize("uid", [None, 4242], ids=["root that becomes nobody", "an ordinary user"])
async def test_every_attack_is_refused_whoever_runs_the_server(uid: int | None, listening: str) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else; the other tests ran as an ordinary user")
    if not fence.reachable(uid or fence.NOBODY, [str(REPOSITORY)]):
        pytest.skip("this checkout lies in a home that nobody else may enter")
    python = _interpreter()
    path = f"{REPOSITORY}:{next(place for place in sys.path if place.endswith('site-packages'))}"
    command = [python, "-m", "tests.sandbox.attack_run", listening]
    who = {} if uid is None else {"user": uid, "group": uid, "extra_groups": ()}
    environment = {"PYTHONPATH": path, "PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, env=environment, cwd=REPOSITORY, capture_output=True, timeout=120, **who)
    assert done.returncode == 0, done.stderr.decode()
    told = json.loads(done.stdout)
    assert {name: how for name, how in told["outcomes"].items() if how != "refused"} == {}
    assert told["facts"]["uid"] == (fence.NOBODY if uid is None else uid)
    assert told["facts"]["groups"] == []
    assert told["facts"]["runs_as"] == ("nobody" if uid is None else "this user")


async def test_a_call_finds_nothing_of_the_call_before(sandbox: Sandbox) -> None:
    await sandbox.execute(
        "python",
        "import builtins, json, os, sys\n"
        "builtins.leak = sys.leak = json.leak = os.environ['LEAK'] = 'secret'\n"
        "json.dumps = lambda *a, **k: 'null'\n"
        "open('leak', 'w').write('secret')",
    )
    found = await sandbox.execute(
        "python",
        "import builtins, json, os, sys\n"
        "return [hasattr(builtins, 'leak'), hasattr(sys, 'leak'), hasattr(json, 'leak'), "
        "'LEAK' in os.environ, os.listdir('.')]",
    )
    assert found.result == [False, False, False, False, []]


async def test_calls_at_the_same_time_do_not_see_each_other(sandbox: Sandbox) -> None:
    import asyncio

    write = "import os, time\nopen('mine', 'w').write('x')\ntime.sleep(0.4)\nreturn os.getcwd()"
    look = (
        "import os, time\ntime.sleep(0.1)\nseen = []\nabove = os.path.dirname(os.getcwd())\n"
        "kind, _, number = os.path.basename(os.getcwd()).partition('-')\n"
        "for other in range(int(number) - 5, int(number) + 5):\n"
        "    try:\n        seen += os.listdir(f'{above}/{kind}-{other}') if other != int(number) else []\n"
        "    except OSError:\n        pass\n"
        "return seen"
    )
    ours, theirs = await asyncio.gather(sandbox.execute("python", write), sandbox.execute("python", look))
    assert ours.result and theirs.result == []


async def test_a_child_has_no_file_but_its_pipe(sandbox: Sandbox) -> None:
    code = (
        "import os\nopen_files = []\nfor fd in range(1024):\n    try:\n        os.fstat(fd)\n"
        "        open_files.append(fd)\n    except OSError:\n        pass\nreturn open_files"
    )
    assert (await sandbox.execute("python", code)).result == [0, 1, 2, 3]


async def test_the_environment_holds_only_what_was_handed_over(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://secret")
    code = "import os\nreturn sorted(os.environ)"
    seen = (await sandbox.execute("python", code, env={"TOKEN": "t"})).result
    assert "TOKEN" in seen and "DATABASE_URL" not in seen and "PATH" not in seen


@pytest.mark.parametrize(
    "forged",
    [
        "os.write(3, b'\\xff' * 100)",
        "os.write(3, struct.pack('>II', 4, 1 << 31) + b'null')",
        "os.write(3, struct.pack('>II', 4, 0) + b'null')",
        "os.write(3, struct.pack('>II', 3, 0) + b'[1]')",
        "os.write(3, struct.pack('>II', len(D), 3) + D + b'nop')",
        "os.write(3, struct.pack('>II', len(F), 0) + F)",
        "[os.write(3, struct.pack('>II', 2, 0) + b'{}') for _ in range(100_000)]",
        "os.close(3)",
    ],
)
async def test_forged_messages_harm_nobody_but_the_forger(sandbox: Sandbox, forged: str) -> None:
    code = f"import os, struct\nD = b'{{\"done\":true}}'\nF = b'{{\"failed\":7}}'\n{forged}\nos._exit(0)"
    with pytest.raises(Invalid):
        await sandbox.execute("python", code, timeout_s=5)
    assert (await sandbox.execute("python", "return 1")).result == 1


async def test_javascript_has_no_door_to_the_machine(sandbox: Sandbox) -> None:
    code = """
      const Function_ = (async () => {}).constructor.constructor;
      const reached = [];
      for (const name of ["require", "std", "os", "Deno", "Bun", "module", "WebAssembly", "__send", "host"])
        if (Function_(`return typeof ${name}`)() !== "undefined") reached.push(name);
      for (const name of ["fs", "std", "os", "qjs:std", "qjs:os", "/etc/passwd"])
        await import(name).then(() => reached.push(name), () => {});
      return reached;
    """
    assert (await sandbox.execute("javascript", code)).result == []


async def test_a_segfault_ends_only_the_call(sandbox: Sandbox) -> None:
    with pytest.raises(CodeError, match="crashed its process"):
        await sandbox.execute("python", "import ctypes\nctypes.string_at(0)")
    assert (await sandbox.execute("python", "return 1")).result == 1
