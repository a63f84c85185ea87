"""The first tools over the wire, against servers that behave as the vendors do, and against their descriptions."""

import datetime
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from sim_tool_github import github
from sim_tool_google_sheets import google_sheets
from sim_tool_s3 import s3
from sim_tool_slack import slack

from sim_core.errors import Refused
from sim_core.net import cassettes
from sim_core.net.sigv4 import Keys, sign
from sim_core.net.tools import ToolBox
from sim_core.plugin import Integration, Request
from tests.net.conftest import Told
from tests.net.test_toolbox import Shelf
from tests.support.http import Answer, Seen, serve

PLUGINS = Path(__file__).parents[2] / "plugins" / "tools"
CATALOGUE = Path(os.environ.get("SIM_SHARED", Path(__file__).parents[3] / "shared")) / "catalogue" / "specs"


async def test_s3_accepts_our_signatures_of_awkward_keys(told: Told):
    keys = {"AWS_ACCESS_KEY_ID": "AK", "AWS_SECRET_ACCESS_KEY": "sk", "AWS_REGION": "eu-central-1"}
    stored: dict[str, bytes] = {}

    def store(seen: Seen) -> Answer:
        signed = re.search(r"SignedHeaders=([^,]+)", seen.headers["authorization"])
        assert signed
        names = [name for name in signed[1].split(";") if name not in ("host", "x-amz-date")]
        again = Request(
            method=seen.method,
            url=f"http://127.0.0.1:{server.port}{seen.target}",
            headers={name: seen.headers[name] for name in names},
            content=seen.body,
        )  # pyright: ignore[reportArgumentType]
        moment = datetime.datetime.strptime(seen.headers["x-amz-date"], "%Y%m%dT%H%M%SZ")
        expected = sign(again, Keys(access_key="AK", secret_key="sk", region="eu-central-1", service="s3"), now=moment)
        if expected.headers["authorization"] != seen.headers["authorization"]:
            return Answer(403, "<Error><Code>SignatureDoesNotMatch</Code><Message>No</Message></Error>")
        if seen.method == "PUT":
            stored[seen.path] = seen.body
            return Answer(headers={"etag": '"e"'})
        return Answer(body=stored[seen.path], headers={"content-type": "text/plain"})

    async with serve(store) as server:
        tools = ToolBox(Shelf(s3), told.client(server.allow))
        secrets = {**keys, "AWS_ENDPOINT_URL": server.url}
        for key in ("plain.txt", "a b/ü+&=?#%.txt", "deep/er/~tilde*(1)'!", "日本"):
            where = {"bucket": "reports", "key": key}
            await tools.call("s3.put_object", {**where, "content": "hé"}, secrets=secrets)
            got = await tools.call("s3.get_object", where, secrets=secrets)
            assert (got["content"], got["encoding"]) == ("hé", "text")
        link = await tools.call("s3.presigned_url", {"bucket": "reports", "key": "a b"}, secrets=secrets)
        with pytest.raises(Refused, match="SignatureDoesNotMatch"):
            wrong = {**secrets, "AWS_SECRET_ACCESS_KEY": "other"}
            await tools.call("s3.get_object", {"bucket": "reports", "key": "plain.txt"}, secrets=wrong)
    assert link["url"].startswith(f"{server.url}/reports/a%20b?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AK%2F")
    assert "sk" not in link["url"].split("X-Amz-Signature=")[0].split("?")[1].replace("X-Amz", "")


async def test_slack_waits_when_it_is_told_to(told: Told, monkeypatch: pytest.MonkeyPatch):
    script = [Answer(429, headers={"retry-after": "3"}), Answer(body={"ok": True, "channel": "C1", "ts": "1.2"})]
    async with serve(script) as server:
        monkeypatch.setattr(slack, "base_url", server.url)
        tools = ToolBox(Shelf(slack), told.client(server.allow))
        secrets = {"SLACK_BOT_TOKEN": "xoxb-1"}
        posted = await tools.call("slack.post_message", {"channel": "C1", "text": "Hi"}, secrets=secrets)
    assert posted["ts"] == "1.2"
    assert told.waits == [3.0]


async def test_logs_of_github_are_fetched_where_it_sends_us_without_our_token(
    told: Told, monkeypatch: pytest.MonkeyPatch
):
    async with serve(Answer(body="2026-01-31 all done\n")) as storage:
        moved = Answer(302, headers={"location": f"{storage.url}/logs?sig=abc"})
        async with serve(moved) as server:
            monkeypatch.setattr(github, "base_url", server.url.replace("127.0.0.1", "localhost"))
            monkeypatch.setattr(github, "hosts", ("127.0.0.1",))
            tools = ToolBox(Shelf(github), told.client(f"localhost:{server.port}", storage.allow))
            job = {"owner": "o", "repo": "r", "job_id": 1}
            logs = await tools.call("github.get_job_logs", job, secrets={"GITHUB_TOKEN": "ghp_1"})
    assert logs == "2026-01-31 all done\n"
    assert server.seen[0].headers["authorization"] == "Bearer ghp_1"
    assert "authorization" not in storage.seen[0].headers
    assert "abc" not in told.exchanges[0].url


@pytest.mark.parametrize("integration", [github, slack, google_sheets], ids=lambda one: one.id)
def test_requests_are_the_ones_that_the_vendor_describes(integration: Integration):
    description = CATALOGUE / f"{integration.id}.json"
    if not description.exists():
        pytest.skip("the vendors' descriptions are not here")
    described = [one["op"] for one in json.loads(description.read_text())["operations"]]
    checked = 0
    for tool in integration.tools.values():
        for name, cassette in cassettes.of_tool(PLUGINS / integration.id, tool).items():
            for exchange in cassette.exchanges:
                checked += _check(name, exchange.request, described, integration.base_url)
    assert checked >= {"github": 35, "slack": 15, "google_sheets": 10}[integration.id]


def _check(name: str, request: Any, described: list[dict[str, Any]], base_url: str) -> bool:
    path = request["url"].removeprefix(base_url)
    for one in described:
        if one["method"] == request["method"] and re.fullmatch(_pattern(one["path"]), path):
            listed = one.get("parameters", ())
            known = set(listed) if isinstance(listed, dict) else {p["name"] for p in listed}
            fields, is_open = _fields(one)
            assert set(request.get("query", {})) <= known, (name, one["path"])
            sent = request.get("json", {})
            if isinstance(sent, dict) and (fields or known) and not is_open:
                assert set(sent) <= fields | known, (name, one["path"], set(sent) - fields - known)
            return True
    return False


def _fields(one: dict[str, Any]) -> tuple[set[str], bool]:
    body = one.get("requestBody") or {}
    schemas = [c.get("schema", {}) for c in body.get("content", {}).values()] or [body]
    names = {name for schema in schemas for name in schema.get("properties", {})}
    return names, any("oneOf" in s or "anyOf" in s or "x-ref" in s or not s.get("properties") for s in schemas)


def _pattern(path: str) -> str:
    slotted = re.sub(r"\\\{\+?(\w+)\\\}", r"[^/?]+", re.escape(path.removeprefix("v4")))
    return slotted.replace("contents/[^/?]+", "contents/.+")
