"""An instance with people of their own: its owner, a colleague who writes, and somebody who only reads."""

import http.cookiejar
import json
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlsplit

from tests.support.stack import Stack

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
            with self._opener.open(request, timeout=60) as reply:
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
        link = self.ask("POST", f"/organizations/{organization}/invitations", offer)["link"]
        return Seat(self._stack).sign_up(name, urlsplit(link).query.removeprefix("token="))
