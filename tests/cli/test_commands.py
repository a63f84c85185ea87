import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from sim_core import settings as configuration
from sim_core.store.postgres import ensure
from tests.house.layers import ROOT

SIM = Path(sys.executable).with_name("sim")
HELLO = ROOT / "docs/examples/hello.yaml"
EXPORTS = Path(os.environ.get("SIM_SHARED", ROOT.parent / "shared")) / "conformance/exports"


def sim(*words: str, data: Path, input: str | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    everything = {**os.environ, "SIM_DATA": str(data), **environment}
    return subprocess.run([SIM, *words], env=everything, capture_output=True, text=True, timeout=120, input=input)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Kept for the whole module, so that plugins are asked once and the database is made once."""
    return tmp_path_factory.mktemp("cli") / "data"


def flow(*blocks: dict[str, Any]) -> str:
    named = {block["id"]: {"name": block["id"].capitalize(), **block} for block in blocks}
    edges = [{"source": a["id"], "target": b["id"]} for a, b in pairwise(blocks)]
    return json.dumps({"sim": 1, "workflow": {"name": "flow", "blocks": named, "edges": edges}})


def code(text: str) -> str:
    return flow({"id": "start", "type": "start"}, {"id": "code", "type": "function", "values": {"code": text}})


def test_help_names_every_command(data: Path) -> None:
    ran = sim("--help", data=data)
    assert ran.returncode == 0
    from sim_core.cli import COMMANDS

    for _, commands in COMMANDS:
        for name, _, doc in commands:
            assert name in ran.stdout and doc in ran.stdout


def test_every_command_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    from sim_core.cli import COMMANDS, main

    for _, commands in COMMANDS:
        for name, _, doc in commands:
            with pytest.raises(SystemExit) as ended:
                main([name, "--help"])
            assert ended.value.code == 0, name
            words = " ".join(re.sub(r"[^\w.]", " ", capsys.readouterr().out).split())
            assert re.sub(r"[^\w.]", " ", doc).split()[0] in words


def test_a_wrong_command_is_one_clear_line(data: Path) -> None:
    ran = sim("upp", data=data)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == "sim: There is no command 'upp'. Did you mean `sim up`?\n"
    for words in (("run",), ("run", "nowhere.yaml"), ("version", "--nope"), ("export", "x", "--format", "odd")):
        ran = sim(*words, data=data)
        assert ran.returncode == 2, words
        assert ran.stderr.startswith("sim: ") and len(ran.stderr.splitlines()) <= 2, ran.stderr
    problem = json.loads(sim("run", "nowhere.yaml", "--json", data=data).stdout)
    assert (problem["code"], problem["status"]) == ("not_found", 404)


def test_a_file_runs_without_a_server(data: Path) -> None:
    ran = sim("run", str(HELLO), "--input", '{"name": "Ada"}', data=data)
    assert (ran.returncode, json.loads(ran.stdout)["result"]) == (0, "Hello, Ada!")
    told = json.loads(sim("run", str(HELLO), "--json", data=data).stdout)
    assert (told["status"], told["output"]["result"]) == ("finished", "Hello, World!")
    piped = sim("run", str(HELLO), "--input", "-", "--stream", data=data, input='{"name": "Bo"}')
    assert json.loads(piped.stdout)["result"] == "Hello, Bo!"
    assert "Greet ended" in piped.stderr
    assert sim("run", str(HELLO), "--input", "{", data=data).returncode == 2
    assert not (data / "postgres").exists()


def test_a_file_runs_until_a_block_and_from_one(data: Path, tmp_path: Path) -> None:
    journal = str(tmp_path / "run.jsonl")
    words = ("run", str(HELLO), "--journal", journal)
    assert sim(*words, "--input", '{"name": "Ada"}', "--until", "Start", data=data).stdout == "{}\n"
    ran = sim(*words, "--from", "greet", data=data)
    assert (ran.returncode, json.loads(ran.stdout)["result"]) == (0, "Hello, Ada!"), ran.stderr
    told = [json.loads(line) for line in Path(journal).read_text().splitlines()]
    assert [one["block"] for one in told if one["event"] == "block.started"] == ["start", "greet"]
    for lacking in (("run", str(HELLO), "--from", "greet"), (*words, "--from", "nobody")):
        ran = sim(*lacking, data=data)
        assert (ran.returncode, ran.stdout) == (2, ""), ran.stderr
    Path(journal).write_text("no event\n")
    assert "line 1" in sim(*words, "--from", "greet", data=data).stderr


def test_secrets_come_from_flags_then_a_file_then_the_environment(data: Path, tmp_path: Path) -> None:
    file, lines = tmp_path / "secret.json", tmp_path / ".env"
    file.write_text(code("return [{{ONE}}, {{TWO}}, {{THREE}}]"))
    lines.write_text('# mine\nexport ONE="from file"\nTWO=from file\n')
    environment = {"ONE": "from environment", "TWO": "from environment", "THREE": "from environment"}
    words = ("run", str(file), "--secret", "ONE=from flag", "--env-file", str(lines))
    ran = sim(*words, data=data, **environment)
    assert json.loads(ran.stdout)["result"] == ["from flag", "from file", "from environment"], ran.stderr


def test_a_failure_names_the_block_and_the_cause(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "broken.json"
    file.write_text(code("return 1 / 0"))
    ran = sim("run", str(file), data=data)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "'Code'" in ran.stderr and "ZeroDivisionError" in ran.stderr
    problem = json.loads(sim("run", str(file), "--json", data=data).stdout)
    assert (problem["code"], problem["error"]["block"]) == ("run_failed", "code")


@pytest.mark.parametrize(
    "text", ["", "{", "a: [1", "\x00", "[]", '{"sim": 1}', '{"sim": 1, "workflow": {"blocks": 5}}']
)
def test_a_file_that_is_no_workflow_is_refused_with_its_place(data: Path, tmp_path: Path, text: str) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(text)
    for words in (("run", str(file)), ("import", str(file), "--check")):
        ran = sim(*words, data=data)
        assert ran.returncode == 2, ran.stdout
        assert ran.stderr.startswith("sim: ") and "Traceback" not in ran.stderr


def test_a_check_says_what_is_in_a_file_and_what_is_wrong(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "odd.json"
    file.write_text(
        flow({"id": "start", "type": "start"}, {"id": "odd", "type": "teleport"}, {"id": "f", "type": "function"})
    )
    ran = sim("import", str(file), "--check", "--json", data=data)
    facts = json.loads(ran.stdout)
    assert (ran.returncode, facts["blocks"], facts["edges"], facts["unknown_types"]) == (1, 3, 2, ["teleport"])
    assert any(problem["severity"] == "error" for problem in [{"severity": "error", **p} for p in facts["problems"]])
    assert sim("import", str(HELLO), "--check", data=data).returncode == 0


def test_exports_of_the_reference_are_read(data: Path) -> None:
    if not EXPORTS.is_dir():
        pytest.skip("the shared exports are not here")
    for file in sorted(EXPORTS.glob("[!s]*.json")):
        facts = json.loads(sim("import", str(file), "--check", "--json", data=data).stdout)
        assert facts["blocks"] > 0, file.name


@contextmanager
def database_of(data: Path) -> Iterator[None]:
    """The database of a folder, kept running: each command would start and stop it."""
    running = asyncio.run(ensure(configuration.read({"SIM_DATA": str(data)})))
    try:
        yield
    finally:
        asyncio.run(running.stop())


def test_the_workspace_is_reached_without_a_server(data: Path) -> None:
    key = json.loads(sim("key", "create", "mine", "--scope", "run", "--json", data=data).stdout)
    assert key["key"].startswith("sim_")
    with database_of(data):
        _reach_the_workspace(data)


def _reach_the_workspace(data: Path) -> None:
    assert [one["name"] for one in json.loads(sim("key", "list", "--json", data=data).stdout)["items"]] == ["mine"]
    assert sim("key", "revoke", "mine", data=data).returncode == 0
    assert sim("key", "revoke", "mine", data=data).returncode == 2
    assert sim("secret", "set", "TOKEN", data=data, input="s3cr3t\n").returncode == 0
    listed = sim("secret", "list", data=data)
    assert listed.stdout == "TOKEN\n"
    assert sim("secret", "set", "1X", "--value", "x", data=data).returncode == 2
    assert sim("secret", "delete", "TOKEN", data=data).returncode == 0
    made = json.loads(sim("import", str(HELLO), "--name", "Again", "--json", data=data).stdout)
    exported = sim("export", made["id"], "--format", "yaml", data=data)
    assert "name: Again" in exported.stdout
    assert sim("export", "nothing", data=data).returncode == 2


def test_files_come_and_go_without_a_server(data: Path, tmp_path: Path) -> None:
    here = tmp_path / "Bericht.pdf"
    here.write_bytes(b"%PDF" * 1000)
    assert sim("file", "put", str(here), "--folder", "reports", data=data).returncode == 0
    with database_of(data):
        _fetch_and_delete(data, here, tmp_path / "back.pdf")


def _fetch_and_delete(data: Path, here: Path, there: Path) -> None:
    taken = sim("file", "put", str(here), "--folder", "reports", data=data)
    assert (taken.returncode, "already" in taken.stderr) == (2, True), taken.stderr
    assert "reports/Bericht.pdf" in sim("file", "list", "--search", "bericht", data=data).stdout
    assert sim("file", "get", "reports/Bericht.pdf", "--to", str(there), data=data).returncode == 0
    assert there.read_bytes() == here.read_bytes()
    over = sim("file", "get", "reports/Bericht.pdf", "--to", str(there), data=data)
    assert (over.returncode, "exists" in over.stderr) == (1, True), over.stderr
    assert sim("file", "delete", "reports/Bericht.pdf", data=data).returncode == 0
    gone = sim("file", "get", "reports/Bericht.pdf", data=data)
    assert "`sim file list` shows them" in gone.stderr


def test_plugins_are_listed_and_begun(data: Path, tmp_path: Path) -> None:
    listed = json.loads(sim("plugins", "--json", data=data).stdout)
    assert listed["problems"] == []
    assert {"blocks.start", "tools.github", "providers.openai"} <= {one["plugin"] for one in listed["items"]}
    made = json.loads(sim("plugin", "new", "blocks/acme", "--into", str(tmp_path), "--json", data=data).stdout)
    assert sim("plugin", "check", made["folder"], data=data).returncode == 0
    assert sim("plugin", "new", "nonsense", data=data).returncode == 2


def test_the_doctor_looks_at_everything_needed(data: Path) -> None:
    facts = json.loads(sim("doctor", "--json", data=data, SIM_PORT="0", SIM_REALTIME_PORT="0").stdout)
    assert {"Python", "Data", "Postgres", "Sandbox", "Plugins"} <= {one["name"] for one in facts["findings"]}
    bad = sim("doctor", data=data, SIM_PORT="many")
    assert bad.returncode == 1 and "SIM_PORT" in bad.stdout


def test_debugging_shows_where(data: Path) -> None:
    assert "Traceback" in sim("run", "nowhere.yaml", data=data, SIM_DEBUG="1").stderr


def test_services_import_nothing_that_reads_options() -> None:
    services = "sim_core.cli, sim_core.commands.services, sim_core.commands.server, sim_core.commands.worker"
    code = f"import sys, {services}, sim_realtime.server; print('cyclopts' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.returncode) == ("False\n", 0), done.stderr
