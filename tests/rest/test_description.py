"""The API held against its own OpenAPI document, with requests that nobody thought of."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import load_all_checks
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.accounts.conftest import site_of

load_all_checks()
CHECKS = [
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
]
QUICK, FULL = 2, 25
"""Examples of each kind for each operation."""
LONG = 20_000
KEPT = {
    "PATCH /api/v1/instance/people/{user_id}",
    "DELETE /api/v1/organizations/{organization_id}",
    "DELETE /api/v1/workspaces/{workspace_id}",
    "DELETE /api/v1/workflows/{workflow_id}",
    "DELETE /api/v1/keys/{key_id}",
    "DELETE /api/v1/me/keys/{key_id}",
}
"""Asked about ids of nothing only: otherwise nothing would be left to ask."""


async def _things(browser: Any, organization: str, workspace: str) -> dict[str, str]:
    """Ids of what the owner has."""
    (workflow,) = (await browser.must("GET", "/workflows"))["items"]
    run = await browser.must("POST", f"/workflows/{workflow['id']}/execute", {"input": {"name": "x"}})
    values = {"provider": "github", "kind": "bearer", "name": "n", "values": {"GITHUB_TOKEN": "t"}}
    comment = await browser.must("POST", f"/workflows/{workflow['id']}/comments", {"body": "x"})
    group = await browser.must("POST", f"/organizations/{organization}/permission-groups", {"name": "g"})
    sent = await browser.must("POST", f"/organizations/{organization}/invitations", {"email": "x@example.com"})
    await browser.must("PUT", "/secrets/A", {"value": "x"})
    await browser.must("POST", f"/workflows/{workflow['id']}/deployments", {})
    return {
        "workflow_id": workflow["id"],
        "run_id": run["run_id"],
        "credential_id": (await browser.must("POST", "/credentials", values))["id"],
        "key_id": (await browser.must("POST", "/keys", {"name": "k"}))["id"],
        "comment_id": comment["id"],
        "group_id": group["id"],
        "invitation_id": sent["invitation"]["id"],
        "organization_id": organization,
        "workspace_id": workspace,
        "user_id": (await browser.must("GET", "/me"))["id"],
        "name": "A",
        "version": "1",
        "seq": "1",
        "type": "function",
        "tool": "github.create_issue",
        "provider": "google",
    }


class Person:
    """One of those who ask, and what they were answered."""

    def __init__(self, key: str) -> None:
        self.answers: Counter[int] = Counter()
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["x-api-key"] = key


class Asker:
    """Asks everything, what fits its description and what does not, about what there is and what is not."""

    def __init__(self, url: str, people: Sequence[Person], ids: dict[str, str], examples: int) -> None:
        self.url = url
        self.people = people
        self.ids = ids
        self.examples = examples
        self.wrong: set[str] = set()

    def walk(self, document: dict[str, Any]) -> None:
        """Ask about every operation of the document."""
        for operation in [one for methods in document["paths"].values() for one in methods.values()]:
            operation["security"] = []  # whoever asks says who they are
        for found in schemathesis.openapi.from_dict(document).get_all_operations():
            operation: Any = found.ok()
            known = {name: id for name, id in self.ids.items() if f"{{{name}}}" in operation.path}
            whose = [known, {}] if known and operation.label not in KEPT else [{}]
            for mode, ids in itertools.product(GenerationMode, whose):
                self._ask(operation, mode, ids)

    def _ask(self, operation: "APIOperation[Any, Any, Any]", mode: GenerationMode, ids: dict[str, str]) -> None:
        here = bool(ids) or "{" not in operation.path

        @settings(
            max_examples=self.examples,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(operation.as_strategy(generation_mode=mode, path_parameters=ids or None))
        def ask(case: Case) -> None:
            if here:
                (case.headers or {}).pop("X-Workspace-Id", None)
            for person in self.people:
                self._one(case, person)

        with suppress(Unsatisfiable):  # nothing that does not fit can be sent to an address without parameters
            ask()

    def _one(self, case: Case, person: Person) -> None:
        command = case.as_curl_command()[:LONG]
        try:
            reply = case.call(base_url=self.url, session=person.session, timeout=60)
        except requests.RequestException as error:
            self.wrong.add(f"{error!r}: {command[:600]}")
            return
        if reply.status_code == 400 and len(command) == LONG:
            return  # longer than any address may be: no part of ours has seen it
        person.answers[reply.status_code] += 1
        if reply.status_code >= 500 and reply.json()["code"] != "run_failed":
            self.wrong.add(f"{reply.text[:300]}: {command[:600]}")
        try:
            case.validate_response(reply, checks=CHECKS)
        except (Failure, FailureGroup) as failure:
            for one in failure.exceptions if isinstance(failure, FailureGroup) else [failure]:
                self.wrong.add(
                    f"{case.operation.label} {reply.status_code}: {one!r}: {str(one)[:300]}: {command[:600]}"
                )


@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisDeprecationWarning")
async def test_nothing_makes_the_platform_fail_or_answer_otherwise_than_described(
    clean_postgres: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    async with site_of(clean_postgres, tmp_path, SIM_WORKERS="0") as site:
        owner = await site.owner()
        me = await owner.must("GET", "/me")
        ids = await _things(owner, next(iter(me["organizations"])), next(iter(me["workspaces"])))
        asks = {"stranger": await site.join("stranger@example.com"), "owner": owner}
        wish = {"name": "all", "scopes": ["admin"]}
        people = {who: Person((await one.must("POST", "/me/keys", wish))["key"]) for who, one in asks.items()}
        asker = Asker(site.url, [*people.values()], ids, FULL if request.config.getoption("--full") else QUICK)
        await asyncio.to_thread(asker.walk, await owner.must("GET", "/openapi.json"))
        assert not asker.wrong, "\n".join(sorted(asker.wrong))
        assert site.faults == []
        for who, person in people.items():
            print(who, "was answered", sorted(person.answers.items()))
            assert sum(person.answers[status] for status in (200, 201, 204)) > 50
            assert person.answers[401] <= 10, f"the {who} was locked out, and nothing was tried"
