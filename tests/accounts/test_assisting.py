"""A model writes what a person describes: with the workspace's key, within their rights, stopped by hanging up."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.accounts.conftest import Browser, Open, Site
from tests.rest.conftest import events
from tests.support import vendors
from tests.support.http import Answer, Seen, Server, serve, sse

KEY = "sk-very-secret-1234567890"
LISTED = {"object": "list", "data": [{"id": "small", "object": "model"}]}


class Vendor:
    """A server of models that says what it is told to."""

    def __init__(self) -> None:
        self.server: Server
        self.says: Answer = vendors.chat("return ", "<start.name>.upper()")

    def answer(self, seen: Seen) -> Answer:
        return Answer(body=LISTED) if seen.path.endswith("/models") else self.says

    @property
    def asked(self) -> list[Any]:
        return [seen.json for seen in self.server.seen if seen.path.endswith("/chat/completions")]


@asynccontextmanager
async def opened(open_site: Open) -> AsyncGenerator[tuple[Vendor, Site, Browser, str]]:
    """A site whose owner's workspace has a server of its own for models."""
    vendor = Vendor()
    async with serve(vendor.answer) as vendor.server, open_site(SIM_ALLOW_HOSTS=vendor.server.allow) as site:
        owner = await site.owner()
        (workspace,) = (await owner.must("GET", "/me"))["workspaces"]
        for name, value in (("BASE_URL", f"{vendor.server.url}/v1"), ("API_KEY", KEY)):
            await owner.must("PUT", f"/secrets/OPENAI_COMPATIBLE_{name}", {"value": value})
        yield vendor, site, owner, workspace


async def ask(browser: Browser, workspace: str, **more: Any) -> tuple[int, Any]:
    """The status, and the events or the code of what went wrong."""
    body = {"block": "function", "field": "code", "words": "in capitals", **more}
    reply = await browser.ask("POST", f"/workspaces/{workspace}/assist", body)
    assert KEY not in reply.text
    if not reply.is_success:
        return reply.status_code, reply.json()["code"]
    return 200, [(name, data) for _, name, data in events(reply.text)]


async def test_words_come_as_they_are_written_and_the_cost_is_kept(open_site: Open) -> None:
    async with opened(open_site) as (vendor, _, owner, workspace):
        more = {"current": "return 1", "references": ["start.name"], "values": {"language": "python"}}
        status, told = await ask(owner, workspace, **more)
        assert (status, [name for name, _ in told]) == (200, ["wrote", "wrote", "drafted"])
        assert told[-1][1]["text"] == "return <start.name>.upper()"
        assert told[-1][1]["model"] == "openai_compatible/small"
        (asked,) = vendor.asked
        said = str(asked["messages"])
        for words in ("in capitals", "return 1", "<start.name>", "Python: the body of a function"):
            assert words in said
        (act,) = (await owner.must("GET", f"/workspaces/{workspace}/audit?action=field.assist"))["items"]
        assert act["after"] | {"cost": 0} == {
            "model": "openai_compatible/small", "field": "code", "tokens_input": 100, "tokens_output": 20, "cost": 0,
        }  # fmt: skip


async def test_what_it_costs_is_in_the_books_of_usage(open_site: Open) -> None:
    async with opened(open_site) as (vendor, _, owner, workspace):
        flow = (await owner.must("POST", "/workflows", {"name": "Mine"}))["id"]
        for _ in range(2):
            await ask(owner, workspace, workflow_id=flow)
        vendor.says = vendors.chat("no JSON at all")
        await ask(owner, workspace, block="agent", field="messages", workflow_id="of-somebody-else")
        since = (datetime.now(UTC) - timedelta(days=2)).isoformat().replace("+", "%2B")
        used = {by: (await owner.must("GET", f"/usage?by={by}&since={since}"))["items"] for by in ("workflow", "model")}
        assert {(one["name"], one["tokens_input"], one["runs"]) for one in used["workflow"]} == {
            ("Mine", 200, 0),
            ("", 100, 0),
        }
        assert [(one["key"], one["tokens_input"]) for one in used["model"]] == [("openai_compatible/small", 300)]


@pytest.mark.parametrize(
    ("where", "says", "wanted"),
    [
        ({"block": "function", "field": "code"}, "```python\nreturn 2\n```", ("return 2", None)),
        ({"block": "api", "field": "body"}, '{"a": "<start.x>"}', ('{"a": "<start.x>"}', None)),
        (
            {"block": "agent", "field": "messages"},
            '[{"role": "system", "content": "Be brief."}]',
            ('[{"role": "system", "content": "Be brief."}]', [{"role": "system", "content": "Be brief."}]),
        ),
    ],
)
async def test_a_draft_is_what_the_field_holds(open_site: Open, where: Any, says: str, wanted: Any) -> None:
    async with opened(open_site) as (vendor, _, owner, workspace):
        vendor.says = vendors.chat(says)
        (*_, (name, data)) = (await ask(owner, workspace, **where))[1]
        assert (name, data["text"], data["value"]) == ("drafted", *wanted)


async def test_what_does_not_fit_or_is_refused_is_said_in_words(open_site: Open) -> None:
    async with opened(open_site) as (vendor, _, owner, workspace):
        messages = {"block": "agent", "field": "messages"}
        for says, code, words in (
            (vendors.chat("no JSON at all"), "bad_draft", "does not fit the field"),
            (vendors.chat('[{"role": "pirate", "content": "Arr."}]'), "bad_draft", "role"),
            (vendors.chat(" "), "empty_draft", "wrote nothing"),
            (vendors.refusal(401, f"Incorrect API key: {KEY}"), "key_refused", "key"),
        ):
            vendor.says = says
            (name, data) = (await ask(owner, workspace, **messages))[1][-1]
            assert (name, data["code"]) == ("failed", code)
            assert words in data["message"]


async def test_who_may_not_or_asks_amiss_asks_no_model(open_site: Open) -> None:
    async with opened(open_site) as (vendor, site, owner, workspace):
        reader = await site.guest(owner, "eve@example.com", grants=[{"workspace_id": workspace, "role": "read"}])
        writer = await site.guest(owner, "ada@example.com", grants=[{"workspace_id": workspace, "role": "write"}])
        stranger = await site.join("stranger@example.com")
        assert await ask(reader, workspace) == (403, "scope")
        assert await ask(stranger, workspace) == (404, "not_found")
        for more, wanted in (
            ({"field": "language"}, (422, "not_assisted")),
            ({"field": "nothing"}, (422, "not_assisted")),
            ({"block": "nothing"}, (404, "not_found")),
            ({"tool": "github.create_issue"}, (422, "invalid")),
            ({"words": ""}, (422, "invalid")),
            ({"model": "openai/gpt-6.1-sol"}, (403, "missing_key")),
        ):
            assert await ask(writer, workspace, **more) == wanted, more
        (organization,) = (await owner.must("GET", "/me"))["organizations"]
        me = (await writer.must("GET", "/me"))["id"]
        rules = {"denied_models": ["openai_compatible/small"]}
        body = {"name": "Narrow", "rules": rules, "people": [me]}
        await owner.must("POST", f"/organizations/{organization}/permission-groups", body)
        assert await ask(writer, workspace, model="openai_compatible/small") == (403, "permission_group")
        assert await ask(writer, workspace) == (403, "no_model")
        assert vendor.asked == []


async def test_without_a_key_it_says_where_to_add_one(site: Site) -> None:
    owner = await site.owner()
    (workspace,) = (await owner.must("GET", "/me"))["workspaces"]
    body = {"block": "function", "field": "code", "words": "anything"}
    refused = await owner.ask("POST", f"/workspaces/{workspace}/assist", body)
    assert (refused.status_code, refused.json()["code"]) == (403, "no_model")
    assert "Settings, Model keys" in refused.json()["detail"]


async def test_hanging_up_stops_the_model(open_site: Open) -> None:
    async with opened(open_site) as (vendor, _, owner, workspace):
        chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "usage": None}
        piece = {**chunk, "choices": [{"index": 0, "delta": {"content": "word "}, "finish_reason": None}]}
        vendor.says = sse(*[piece] * 3000, pause_s=0.02)
        body = {"block": "function", "field": "code", "words": "for ever"}
        async with owner.client.stream("POST", f"/api/v1/workspaces/{workspace}/assist", json=body) as reply:
            lines = reply.aiter_lines()
            heard: list[str] = []
            async for line in lines:
                if "word" in line:
                    heard.append(line)
                    break
        assert len(heard) == 1
        async with asyncio.timeout(20):
            while vendor.server.open:  # the vendor's connection goes with ours
                await asyncio.sleep(0.02)
