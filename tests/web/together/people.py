"""An instance with people of their own: its owner, a colleague who writes, and somebody who only reads."""

import http.cookiejar
import json
import re
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, WebSocketRoute, expect

from tests.support.stack import Stack
from tests.web.conftest import Person

SLOW = 30_000
"""Milliseconds that a loaded machine is given."""
PASSWORD = "correct horse battery 7 staple"


class Seat:
    """Somebody who is signed in, with a key of their own for programs; quacks like the stack they are on."""

    def __init__(self, stack: Stack) -> None:
        self.url, self._stack = stack.url, stack
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
        self.key = ""
        self.id = ""

    def sign_up(self, name: str, invitation: str = "") -> "Seat":
        body = {"email": f"{name.lower()}@example.com", "password": PASSWORD, "name": name}
        done = self.ask("POST", "/auth/sign-up", {**body, "invitation": invitation})
        assert done["status"] == "signed_in", done
        self.id = done["user_id"]
        wanted = {"name": "tests", "scopes": ["read", "run", "write", "admin"]}
        self.key = self.ask("POST", "/me/keys", wanted)["key"]
        return self

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """One request of the API; fails unless it is answered as wished."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/api/v1{path}", data=data, method=method)
        request.add_header("Content-Type", "application/json")
        request.add_header("Origin", self.url)
        try:
            with self._opener.open(request, timeout=180) as reply:
                text = reply.read()
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.code} {error.read().decode()}") from None
        return json.loads(text) if text else None

    def refused(self, method: str, path: str, body: Any = None) -> int:
        """The status of a request that must not succeed."""
        return self._stack.ask(method, path, body, X_API_Key=self.key)[0]

    def invite(self, name: str, role: str) -> "Seat":
        """Somebody else in the same workspace."""
        me = self.ask("GET", "/me")
        [organization], [workspace] = me["organizations"], me["workspaces"]
        offer = {"email": f"{name.lower()}@example.com", "grants": [{"workspace_id": workspace, "role": role}]}
        link: str = self.ask("POST", f"/organizations/{organization}/invitations", offer)["link"]
        return Seat(self._stack).sign_up(name, urlsplit(link).query.removeprefix("token="))


START: dict[str, Any] = {"type": "start", "position": {"x": 0, "y": 0}}
WORK: dict[str, Any] = {"type": "function", "position": {"x": 400, "y": 0}, "values": {"code": "return 1"}}
OTHER: dict[str, Any] = {"type": "function", "position": {"x": 400, "y": 300}, "values": {"code": "return 2"}}
BLOCKS: dict[str, dict[str, Any]] = {"start": START, "work": WORK, "other": OTHER}


class Wire:
    """The way of one browser to the realtime service, which can be cut."""

    def __init__(self, context: BrowserContext) -> None:
        self._context = context
        self._whole = True
        self._sockets: list[WebSocketRoute] = []
        context.route_web_socket(re.compile("/ws$"), self._socket)
        context.route("**/api/v1/realtime/ticket", self._ticket)

    def cut(self) -> None:
        self._whole = False
        for socket in self._sockets:
            socket.close()
        self._sockets.clear()

    def mend(self) -> None:
        """The network is back; the browser says so, as it does of a real one, and nobody waits for the next try."""
        self._whole = True
        for page in self._context.pages:
            page.evaluate("dispatchEvent(new Event('online'))")

    def _socket(self, socket: WebSocketRoute) -> None:
        if self._whole:
            self._sockets.append(socket)
            socket.connect_to_server()
        else:
            socket.close()

    def _ticket(self, route: Route) -> None:
        route.continue_() if self._whole else route.abort()


class Room:
    """A workflow, and the browsers in which it is open."""

    def __init__(self, browser: Browser, team: dict[str, Seat]) -> None:
        self.browser, self.team = browser, team
        self.people: list[Person] = []
        self.id = ""

    def make(self, blocks: dict[str, dict[str, Any]], edges: dict[str, Any] | None = None, **facts: Any) -> "Room":
        """A workflow of these blocks."""
        named = {id: {"id": id, "name": id.title(), **block} for id, block in blocks.items()}
        workflow = {"name": "Shared", "blocks": named, "edges": edges or {}, **facts}
        self.id = self.team["Ada"].ask("POST", "/workflows", {"name": "Shared", "workflow": workflow})["id"]
        return self

    def open(self, name: str, *, wired: bool = False, through: str = "", **context: Any) -> Page:
        """The workflow in a browser of somebody's; `wired` lets its rooms be cut off, `through` is another address."""
        person = Person(self.browser, self.team[name], **context)  # pyright: ignore[reportArgumentType] - has url and key
        person.page.set_default_timeout(SLOW)
        self.people.append(person)
        if wired:
            self.wire = Wire(person.context)
        page = person.page
        page.goto(f"{through or person.stack.url}/workflows/{self.id}")
        expect(page.locator(".react-flow__node").first).to_be_visible(timeout=SLOW)
        saved(page, "View only" if name == "Eve" else "Saved")
        return page

    def allow(self, name: str, role: str) -> None:
        """Have somebody be something else in the workspace from now on."""
        ada = self.team["Ada"]
        [workspace] = ada.ask("GET", "/me")["workspaces"]
        ada.ask("PUT", f"/workspaces/{workspace}/members/{self.team[name].id}", {"role": role})

    def stored(self) -> dict[str, Any]:
        """The document on the server."""
        return self.team["Ada"].ask("GET", f"/workflows/{self.id}")["workflow"]

    def close(self) -> None:
        for one in self.people:
            one.context.close()


def node(page: Page, id: str) -> Locator:
    return page.locator(f".react-flow__node[data-id='{id}']")


def state(page: Page) -> Locator:
    return page.locator("header").get_by_role("status")


def saved(page: Page, words: str = "Saved") -> None:
    expect(state(page)).to_have_text(words, timeout=SLOW)


def choose(page: Page, id: str) -> None:
    node(page, id).click(position={"x": 40, "y": 18})


def rename(page: Page, id: str, name: str) -> None:
    choose(page, id)
    page.get_by_label("Name of the block").fill(name)
    page.keyboard.press("Enter")


def field(page: Page, name: str) -> Locator:
    return page.locator(f"[data-field='{name}']")


def place_of(page: Page, id: str) -> tuple[float, float]:
    box = node(page, id).bounding_box()
    assert box
    return box["x"], box["y"]
