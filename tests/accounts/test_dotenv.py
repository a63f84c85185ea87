"""Pasted `.env` files."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sim_core.accounts import dotenv
from sim_core.errors import Invalid
from sim_core.store.secrets import get_secrets
from tests.accounts.conftest import Site


def values(text: str) -> dict[str, str]:
    return {pair.name: pair.value for pair in dotenv.read(text)}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A=1", {"A": "1"}),
        ("\ufeffA=1\r\nB=2\rC=3\n", {"A": "1", "B": "2", "C": "3"}),
        ("# all of it\n\n   # indented\nexport A=1\n  export\tB = 2  \n", {"A": "1", "B": "2"}),
        ("A='two # words' # why\nB=plain # why\nC=a#b\n", {"A": "two # words", "B": "plain", "C": "a#b"}),
        ("D=\nE=  # nothing\n", {"D": "", "E": ""}),
        ('A="line\\nbreak\\t\\"quoted\\" \\$5 \\x"', {"A": 'line\nbreak\t"quoted" $5 \\x'}),
        ("A='no \\n escapes'\nB=`it's \"both\"`", {"A": "no \\n escapes", "B": "it's \"both\""}),
        ('K="-----BEGIN\nAbC=\n# no comment\n--"\nN=1', {"K": "-----BEGIN\nAbC=\n# no comment\n--", "N": "1"}),
        ("A='x\r\ny'\r\n", {"A": "x\ny"}),
        ("URL=postgres://u:p@h/d?a=b&c='d'", {"URL": "postgres://u:p@h/d?a=b&c='d'"}),
        ("A=${B}/x\nB=it's", {"A": "${B}/x", "B": "it's"}),
        ("A=1\nA=2", {"A": "2"}),
        ("", {}),
    ],
)  # fmt: skip
def test_it_is_read_as_people_write_it(text: str, found: dict[str, str]) -> None:
    assert values(text) == found


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ("A=1\nhunter2\n", 2, "no_value"),
        ("A=1\n\n2hunter=3\n", 3, "bad_name"),
        ("hunter-2=1", 1, "no_value"),
        ("hunter2: value", 1, "no_value"),
        ("export hunter2", 1, "no_value"),
        (f"{'h' * 129}=hunter2", 1, "no_value"),
        ('A=1\nB="hunter2\nC=3', 2, "open_quote"),
        ("A='x' hunter2", 1, "after_quote"),
        ("A='one\ntwo' hunter2", 2, "after_quote"),
        (f"\nA={'hunter2' * 10_000}", 2, "too_large"),
        ("=hunter2", 1, "bad_name"),
    ],
)
def test_a_bad_line_is_named_with_its_reason_and_never_repeated(text: str, line: int, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        dotenv.read(text)
    (problem, *_) = caught.value.problems
    assert (problem.line, problem.code, problem.pointer) == (line, code, "/text")
    assert f"Line {line}:" in caught.value.message
    assert "hunter" not in caught.value.message + str(caught.value.problems)


def test_every_bad_line_is_named_at_once() -> None:
    with pytest.raises(Invalid) as caught:
        dotenv.read("one\nA=1\ntwo\nB='x' y\n")
    assert [problem.line for problem in caught.value.problems] == [1, 3, 4]
    with pytest.raises(Invalid, match="At most 500"):
        dotenv.read("\n".join(f"A{n}=1" for n in range(501)))


@pytest.mark.parametrize("path", ["/secrets", "/me/secrets"])
async def test_it_is_pasted_all_or_none_and_each_line_is_answered(site: Site, path: str) -> None:
    owner = await site.owner()
    me = await owner.must("GET", "/me")
    whose = me["id"] if path.startswith("/me") else next(iter(me["workspaces"]))
    vault = site.platform.services.vault
    first = await owner.must("PUT", path, {"text": "A=1\n# why\nB=old\nB=new\nC=\n"})
    assert [(one["line"], one["name"], one["status"]) for one in first["items"]] == [
        (1, "A", "new"), (3, "B", "overridden"), (4, "B", "new"), (5, "C", "empty"),
    ]  # fmt: skip
    assert await get_secrets(vault, whose) == {"A": "1", "B": "new"}
    refused = await owner.ask("PUT", path, {"text": "A=2\nD=secret-value\nE='open secret-value"})
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_env")
    assert refused.json()["problems"][0]["line"] == 3
    assert "secret-value" not in refused.text
    assert await get_secrets(vault, whose) == {"A": "1", "B": "new"}
    second = await owner.must("PUT", path, {"text": "A=2\nD=4"})
    assert [one["status"] for one in second["items"]] == ["changed", "new"]
    acts = (await owner.must("GET", "/instance/audit?action=secret."))["items"]
    assert [act["after"]["names"] for act in acts] == [["A", "D"], ["A", "B"]]
    others = {next(iter(me["workspaces"])), me["id"]} - {whose}
    assert await get_secrets(vault, others.pop()) == {}


def test_the_command_imports_a_file(clean_postgres: str, tmp_path: Path) -> None:
    def sim(*arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
        environment = {"DATABASE_URL": clean_postgres, "SIM_DATA": str(tmp_path), "PATH": "/usr/bin:/bin"}
        return subprocess.run(
            [sys.executable, "-m", "sim_core.cli", "secret", *arguments],
            env=environment, capture_output=True, text=True, check=False, **more,
        )  # fmt: skip

    file = tmp_path / "given.env"
    file.write_text("TOKEN='hunter2'\nURL=http://x\n")
    done = sim("import", str(file))
    assert done.returncode == 0, done.stderr
    assert [line.split() for line in done.stdout.splitlines()] == [["1", "TOKEN", "new"], ["2", "URL", "new"]]
    assert sim("list").stdout.split() == ["TOKEN", "URL"]
    bad = sim("import", "-", input="TOKEN=1\nhunter2")
    assert bad.returncode != 0
    assert "Line 2" in bad.stderr
    assert "hunter2" not in bad.stdout + bad.stderr + done.stdout
    assert sim("import", str(tmp_path / "absent")).returncode != 0
