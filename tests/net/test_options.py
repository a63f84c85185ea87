"""What our own tool packages offer to choose from, asked of servers that answer as the vendors do."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from sim_tool_github import github
from sim_tool_google_sheets import google_sheets
from sim_tool_s3 import s3
from sim_tool_slack import slack

from sim_core.errors import Denied, Invalid, Refused
from sim_core.net.tools import Accounts, no_accounts
from sim_core.plugin import Integration
from sim_core.rest.offering import Choices, Offering, Wish
from sim_core.spec.fields import Options
from sim_core.spec.options import options_of
from tests.net.conftest import Told
from tests.net.test_toolbox import Shelf
from tests.support.http import Answer, Seen, Server, serve


class Desk:
    """Asks for the options of fields of one integration, with the workspace's secrets."""

    def __init__(self, told: Told, service: Integration, server: Server, secrets: Mapping[str, str]) -> None:
        async def given(workspace_id: str, person: str) -> Mapping[str, str]:
            return secrets

        nothing: Any = None
        self.service = service
        client = told.client(server.allow)
        self.offering = Offering(Shelf(service), client, nothing, accounts=_no_accounts, secrets=given)

    async def ask(self, tool: str, field: str, values: dict[str, Any] | None = None, **more: Any) -> Choices:
        form = self.service.tools[f"{self.service.id}.{tool}"].input
        options = options_of(form, field)
        assert isinstance(options, Options)
        wish = Wish(form=form, field=field, service=self.service.id, values=values or {}, **more)
        return await self.offering.ask(wish, options, workspace_id="w", person="p")


def _no_accounts(workspace_id: str, person: str) -> Accounts:
    return no_accounts


def shown(found: Choices) -> list[tuple[Any, str]]:
    return [(one.value, one.label) for one in found.items]


def repository(owner: str, name: str) -> dict[str, Any]:
    user = {"login": owner, "id": 1, "type": "User", "html_url": ""}
    return {
        "id": 1, "name": name, "full_name": f"{owner}/{name}", "private": False, "html_url": "", "owner": user,
        "description": f"The {name}",
    }  # fmt: skip


async def test_github_offers_owners_their_repositories_branches_and_labels(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = {"1": [repository("ada", "engine"), repository("bob", "tea")], "2": [repository("ada", "notes")]}

    def answer(seen: Seen) -> Answer:
        page = seen.query.get("page", ["1"])[0]
        assert seen.headers["authorization"] == "Bearer ghp_1"
        match seen.path:
            case "/user/repos":
                return Answer(body=pages.get(page, []))
            case "/repos/ada/engine/branches" if page == "1":
                return Answer(body=[{"name": name, "commit": {"sha": "c"}} for name in ("main", "next")])
            case "/repos/ada/engine/labels" if page == "1":
                return Answer(body=[{"name": "bug", "color": "f00", "description": None}])
            case "/repos/ada/engine/actions/workflows" if page == "1":
                one = {"id": 7, "name": "Deploy", "path": ".github/deploy.yml", "state": "active", "html_url": ""}
                return Answer(body={"total_count": 1, "workflows": [one]})
            case "/repos/ada/engine/actions/workflows":
                return Answer(body={"total_count": 1, "workflows": []})
            case _:
                return Answer(body=[])

    async with serve(answer) as server:
        monkeypatch.setattr(github, "base_url", server.url)
        desk = Desk(told, github, server, {"GITHUB_TOKEN": "ghp_1", "OWNER": "ada"})
        assert shown(await desk.ask("create_issue", "owner")) == [("ada", "ada"), ("bob", "bob")]
        assert shown(await desk.ask("create_issue", "repo", {"owner": "ada"})) == [
            ("engine", "engine"), ("notes", "notes"),
        ]  # fmt: skip
        home = {"owner": "{{OWNER}}", "repo": "engine"}
        assert shown(await desk.ask("create_issue", "labels", home)) == [("bug", "bug")]
        assert shown(await desk.ask("create_pull_request", "base", home, search="NEX")) == [("next", "next")]
        assert shown(await desk.ask("dispatch_workflow", "workflow_id", home)) == [("7", "Deploy")]
        asked = len(server.seen)
        await desk.ask("create_issue", "owner")
        assert len(server.seen) == asked
        await desk.ask("create_issue", "owner", fresh=True)
        assert len(server.seen) == asked + 3
        for values, code, words in (
            ({}, "choose_first", "Choose Owner and Repo first."),
            ({"owner": "ada"}, "choose_first", "Choose Repo first."),
            ({"owner": "<start.owner>", "repo": "engine"}, "known_in_a_run", "known only when the workflow runs"),
            ({"owner": "{{NONE}}", "repo": "engine"}, "no_such_secret", "'NONE', which is not set"),
        ):
            with pytest.raises(Invalid, match=words) as refused:
                await desk.ask("create_issue", "labels", values)
            assert refused.value.reason == code
        nobody = Desk(told, github, server, {})
        with pytest.raises(Denied, match="Choose an account first: GitHub needs an account"):
            await nobody.ask("create_issue", "owner")


async def test_slack_offers_channels_and_people_and_says_what_it_refuses(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(seen: Seen) -> Answer:
        cursor = seen.query.get("cursor", [""])[0]
        match seen.path:
            case "/conversations.list":
                assert seen.query["types"] == ["public_channel,private_channel"]
                found = [{"id": f"C{n:03}", "name": f"room-{n}"} for n in (range(150, 300) if cursor else range(150))]
                return Answer(
                    body={"ok": True, "channels": found, "response_metadata": {"next_cursor": "" if cursor else "x"}}
                )
            case _:
                return Answer(body={"ok": False, "error": "missing_scope", "needed": "users:read for xoxb-1"})

    async with serve(answer) as server:
        monkeypatch.setattr(slack, "base_url", server.url)
        desk = Desk(told, slack, server, {"SLACK_BOT_TOKEN": "xoxb-1"})
        first = await desk.ask("post_message", "channel")
        assert (len(first.items), first.items[0].value, first.next_cursor) == (200, "C000", "200:")
        rest = await desk.ask("post_message", "channel", cursor=first.next_cursor)
        assert (len(rest.items), rest.items[-1].label, rest.next_cursor) == (100, "room-299", None)
        assert shown(await desk.ask("archive_channel", "channel", search="m-299")) == [("C299", "room-299")]
        with pytest.raises(Refused, match=re.escape("the app needs the scope users:read for {{SLACK_BOT_TOKEN}}")):
            await desk.ask("get_user", "user")
        with pytest.raises(Invalid, match="none of ours"):
            await desk.ask("post_message", "channel", cursor="x:1")


async def test_sheets_offers_spreadsheets_as_drive_finds_them_and_their_sheets(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(seen: Seen) -> Answer:
        assert seen.path == "/spreadsheets/s1"
        sheets = [{"properties": {"sheetId": n, "title": t}} for n, t in ((0, "Leads"), (7, "Old"))]
        return Answer(body={"spreadsheetId": "s1", "properties": {"title": "Sales"}, "sheets": sheets})

    async with serve(answer) as server:
        monkeypatch.setattr(google_sheets, "base_url", server.url)
        desk = Desk(told, google_sheets, server, {"GOOGLE_ACCESS_TOKEN": "t"})
        assert shown(await desk.ask("read_range", "range", {"spreadsheet_id": "s1"})) == [
            ("Leads", "Leads"), ("Old", "Old"),
        ]  # fmt: skip
        # a sheet's id is a number, and 0 is one
        assert shown(await desk.ask("delete_sheet", "sheet_id", {"spreadsheet_id": "s1"})) == [(0, "Leads"), (7, "Old")]
        assert len(server.seen) == 2


async def test_s3_offers_buckets_and_what_is_in_them(told: Told) -> None:
    def answer(seen: Seen) -> Answer:
        if seen.path == "/":
            rows = "".join(f"<Bucket><Name>{name}</Name></Bucket>" for name in ("logs", "reports"))
            return Answer(body=f"<ListAllMyBucketsResult><Buckets>{rows}</Buckets></ListAllMyBucketsResult>")
        assert seen.path == "/reports"
        token, prefix = seen.query.get("continuation-token", [""])[0], seen.query.get("prefix", [""])[0]
        names = [name for name in (("c",) if token else ("a", "b")) if name.startswith(prefix)]
        rows = "".join(f"<Contents><Key>{name}</Key><Size>1</Size></Contents>" for name in names)
        more = "<IsTruncated>true</IsTruncated><NextContinuationToken>a:b</NextContinuationToken>"
        return Answer(body=f"<ListBucketResult>{rows}{'' if token else more}</ListBucketResult>")

    async with serve(answer) as server:
        secrets = {"AWS_ACCESS_KEY_ID": "AK", "AWS_SECRET_ACCESS_KEY": "sk", "AWS_ENDPOINT_URL": server.url}
        desk = Desk(told, s3, server, secrets)
        assert shown(await desk.ask("get_object", "bucket")) == [("logs", "logs"), ("reports", "reports")]
        found = await desk.ask("get_object", "key", {"bucket": "reports"})
        assert [one.value for one in found.items] == ["a", "b", "c"]
        assert shown(await desk.ask("get_object", "key", {"bucket": "reports"}, search="b")) == [("b", "b")]
