"""The pure parts of the web app, tested where they live."""

import json
import os
import shutil
import subprocess

import pytest

from tests.web.conftest import ROOT

APP = ROOT / "sim_web/app"


def test_commands_and_models_hold() -> None:
    path = f"{ROOT / '.venv/node'}:{os.environ['PATH']}"
    node = shutil.which("node", path=path)
    if not node or not (APP / "node_modules").exists():
        pytest.skip("Node or the app's packages are absent: scripts/setup brings them")
    # src/realtime has a run of its own, beside a server
    command = [node, "node_modules/vitest/vitest.mjs", "run", "--exclude", "src/realtime/**"]
    done = subprocess.run(
        command, cwd=APP, capture_output=True, text=True, timeout=120, env={**os.environ, "PATH": path}
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_package_of_the_app_is_verified_when_it_is_installed() -> None:
    packages = json.loads((APP / "package-lock.json").read_text())["packages"]
    unverified = [
        name for name, facts in packages.items() if name and not facts.get("integrity") and not facts.get("inBundle")
    ]
    assert unverified == []
