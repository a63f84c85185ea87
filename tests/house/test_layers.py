import ast
import subprocess
import sys

import pytest

from tests.house.layers import imports, layer_of, sources, violations


def test_everyone_imports_only_what_lies_below() -> None:
    assert violations(sources()) == []


def test_every_module_has_a_room() -> None:
    assert [module for module, _, _ in sources() if layer_of(module) is None and module != "sim_core"] == []


@pytest.mark.parametrize(
    ("module", "text", "says"),
    [
        ("sim_core.flow.plan", "import sim_core.store.runs", "sim_core.flow.plan imports sim_core.store.runs"),
        ("sim_core.spec.tools", "from sim_core.net import client", "sim_core.spec.tools imports sim_core.net"),
        ("sim_core.store.runs", "from sim_core.flow.run import run", "sim_core.store.runs imports sim_core.flow.run"),
        ("sim_core.rest.runs", "def f():\n    from sim_core import app", "sim_core.rest.runs imports sim_core.app"),
        ("sim_core.document.x", "import piccolo.table", "sim_core.document.x imports piccolo.table, whose home is"),
        ("plugins.tools.a.sim_tool_a", "import sim_core.net", "plugins.tools.a.sim_tool_a imports sim_core.net"),
        ("plugins.tools.a.sim_tool_a", "import sim_tool_b", "plugins.tools.a.sim_tool_a imports sim_tool_b"),
        ("sim_web.routes", "import litestar", "sim_web.routes imports litestar, whose home is"),
    ],
)
def test_a_planted_violation_is_found(module: str, text: str, says: str) -> None:
    assert any(line.startswith(says) for line in violations([(module, text, False)]))


def test_relative_imports_are_seen() -> None:
    found = {*imports(ast.parse("from ..store import runs\nfrom . import plan"), "sim_core.flow.run", False)}
    assert {"sim_core.store", "sim_core.flow"} <= found


def test_importing_what_plugins_import_loads_nothing_heavy() -> None:
    code = "import sys, sim_core.plugin; print(*sys.modules)"
    loaded = set(
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    )
    heavy = {"litestar", "piccolo", "asyncpg", "httpx2", "httpcore2", "openai", "anthropic", "cryptography", "pydantic"}
    assert loaded & heavy == set()
