"""`sim user` and `sim org`, run as whoever is at the machine runs them."""

import asyncio
import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.accounts.conftest import PASSWORD, Browser, Site, site_of
from tests.cli.test_commands import sim

pytestmark = pytest.mark.usefixtures("site")


@pytest_asyncio.fixture
async def site(clean_postgres: str, tmp_path: Path) -> Any:
    async with site_of(clean_postgres, tmp_path) as opened:
        yield opened


class Machine:
    """The command line of the instance that a site serves."""

    def __init__(self, url: str, data: Path, site: Site) -> None:
        self.url, self.data, self.site = url, data, site

    async def run(self, *words: str, input: str = "") -> Any:
        """What a command prints as JSON; raises with its words when it fails."""
        environment = {"DATABASE_URL": self.url, "SIM_URL": self.site.url}
        ran = await asyncio.to_thread(sim, *words, "--json", data=self.data, input=input, **environment)
        if ran.returncode:
            raise RuntimeError(json.loads(ran.stdout)["code"])
        return json.loads(ran.stdout) if ran.stdout.startswith("{") and ran.stdout.count("\n") == 1 else ran.stdout


async def test_the_owner_rules_people_and_organizations_from_the_machine(
    clean_postgres: str, tmp_path: Path, site: Site
) -> None:
    machine = Machine(clean_postgres, tmp_path, site)
    owner = await site.owner()
    (organization,) = (await machine.run("org", "list"))["items"]
    (workspace,) = (await machine.run("org", "workspaces"))["items"]

    made = await machine.run("org", "invite", "bob@example.com", "--workspace", f"{workspace['id']}=write")
    assert [one["email"] for one in (await machine.run("org", "invitations"))["items"]] == ["bob@example.com"]
    bob = await site.browser()
    await bob.sign_up("bob@example.com", invitation=made["link"].split("token=")[1])
    assert (await bob.must("GET", "/me"))["workspaces"] == {workspace["id"]: "write"}
    other = await machine.run("org", "invite", "eve@example.com")
    await machine.run("org", "withdraw", other["id"])
    token = other["link"].split("token=")[1]
    assert (await bob.ask("POST", "/invitations/read", {"token": token})).status_code == 404

    await machine.run("org", "role", "bob@example.com", "admin")
    listed = {one["email"]: one["role"] for one in (await machine.run("org", "members"))["items"]}
    assert listed == {"owner@example.com": "owner", "bob@example.com": "admin"}
    with pytest.raises(RuntimeError, match="last_owner"):
        await machine.run("org", "remove", "owner@example.com")
    with pytest.raises(RuntimeError, match="usage"):
        await machine.run("user", "disable", "owner@example.com")
    with pytest.raises(RuntimeError, match="not_found"):
        await machine.run("user", "disable", "nobody@example.com")

    await machine.run("user", "disable", "bob@example.com")
    assert (await bob.ask("GET", "/me")).status_code == 401
    assert (await bob.sign_in("bob@example.com")).json()["code"] == "disabled"
    await machine.run("user", "enable", "bob@example.com")
    await _new_password(machine, bob)
    people = {one["email"]: one for one in (await machine.run("user", "list"))["items"]}
    assert people["owner@example.com"]["is_operator"] and not people["bob@example.com"]["is_disabled"]

    facts = {"name": "Careful", "rules": {"denied_tools": ["github.create_issue"]}}
    await owner.must("POST", f"/organizations/{organization['id']}/permission-groups", facts)
    assert [one["name"] for one in (await machine.run("org", "groups"))["items"]] == ["Careful"]
    await machine.run("org", "remove", "bob@example.com")
    assert (await bob.must("GET", "/me"))["organizations"] == {}
    await _log(machine)


async def _new_password(machine: Machine, bob: Browser) -> None:
    await bob.sign_in("bob@example.com")
    with pytest.raises(RuntimeError, match="invalid"):
        await machine.run("user", "password", "bob@example.com", input="short\n")
    fresh = f"another {PASSWORD}"
    await machine.run("user", "password", "bob@example.com", input=f"{fresh}\n")
    assert (await bob.ask("GET", "/me")).status_code == 401
    assert (await bob.sign_in("bob@example.com")).status_code == 403
    assert (await bob.sign_in("bob@example.com", fresh)).status_code == 200
    await machine.run("user", "sign-out", "bob@example.com")
    assert (await bob.ask("GET", "/me")).status_code == 401
    await bob.sign_in("bob@example.com", fresh)


async def _log(machine: Machine) -> None:
    lines = [json.loads(line) for line in (await machine.run("org", "audit")).splitlines()]
    ours = [line for line in lines if line["actor"] == "command line"]
    expected = {"invitation.create", "invitation.withdraw", "member.role", "member.remove", "audit.export"}
    assert expected <= {line["action"] for line in ours}
    environment = {"DATABASE_URL": machine.url}
    printed = (await asyncio.to_thread(sim, "org", "audit", data=machine.data, **environment)).stdout
    rows = [*csv.DictReader(io.StringIO(printed))]
    assert {row["action"] for row in rows} >= expected
    assert PASSWORD not in printed
