"""The first person of a fresh instance, who comes in by the front door of a real `sim up`."""

import http.cookiejar
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support.stack import Stack


class Visitor:
    """A browser: it keeps cookies and says where its pages come from."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.workspace = ""
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), jar)

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        data = None if body is None else json.dumps(body).encode()
        headers = {"origin": self.stack.url, "content-type": "application/json"}
        request = urllib.request.Request(f"{self.stack.url}/api/v1{path}", data, headers, method=method)
        try:
            with self.opener.open(request, timeout=60) as reply:
                return reply.status, json.loads(reply.read() or b"null")
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read())


def until(holds: Callable[[], bool]) -> None:
    """Wait for a state, for a minute at most."""
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    made = Stack()
    try:
        made.start(within=180)
        yield made
    finally:
        made.end()


ADA = {"email": "ada@example.com", "name": "Ada", "password": "correct horse battery"}


@pytest.fixture(scope="module")
def ada(stack: Stack) -> Visitor:
    """The first person, who has just come in."""
    visitor = Visitor(stack)
    _, facts = visitor.ask("GET", "/auth")
    assert (facts["is_fresh"], facts["signup"], facts["sends_mail"]) == (True, "invite", False)
    status, entered = visitor.ask("POST", "/auth/sign-up", ADA)
    assert (status, entered["status"]) == (200, "signed_in")
    visitor.workspace = entered["workspace_id"]
    return visitor


def test_who_comes_first_owns_it_and_runs_the_sample_without_any_key(stack: Stack, ada: Visitor) -> None:
    _, me = ada.ask("GET", "/me")
    assert (me["is_operator"], me["workspaces"]) == (True, {ada.workspace: "admin"})
    _, workflows = ada.ask("GET", "/workflows")
    (sample,) = workflows["items"]
    status, run = ada.ask("POST", f"/workflows/{sample['id']}/execute", {"input": {"name": "Ada"}})
    assert (status, run["output"]["result"]) == (200, {"greeting": "Hello, Ada!", "letters": 3})
    status, refused = Visitor(stack).ask("POST", "/auth/sign-up", {**ADA, "email": "eve@example.com"})
    assert (status, refused["code"]) == (403, "signup_closed")


def test_without_a_mail_server_the_link_is_in_the_log_and_before_the_owner(stack: Stack, ada: Visitor) -> None:
    other = Visitor(stack)
    assert other.ask("POST", "/auth/codes", {"email": "ada@example.com"})[0] == 202

    def letters() -> list[Any]:
        return [one for one in ada.ask("GET", "/instance/mail")[1]["items"] if one["recipient"] == "ada@example.com"]

    until(lambda: bool(letters()))
    code = letters()[0]["text"].split("Your code is ")[1][:9]
    until(lambda: code in stack.log.read_text())
    status, entered = other.ask("POST", "/auth/sign-in/code", {"email": "ada@example.com", "code": code})
    assert (status, entered["status"]) == (200, "signed_in")
