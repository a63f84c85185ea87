"""A service with accounts, run here: people grant access (with PKCE), tokens end, and are renewed once each."""

import base64
import hashlib
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from tests.support.http import Answer, Seen, Server
from tests.support.packages import install

PLUGIN = '''
    shop = Integration(
        "shop",
        title="Shop",
        doc="A shop.",
        base_url="{url}",
        auth=Bearer("SHOP_TOKEN")
        | Basic("SHOP_USER", "SHOP_PASSWORD")
        | OAuth(
            "shop",
            scopes=("orders", "profile"),
            authorize_url="{url}/authorize",
            token_url="{url}/token",
            revoke_url="{url}/revoke",
            account_url="{url}/me",
            account=("nothing", "account.name"),
            asks={{"access_type": "offline"}},
        ),
    )

    class Orders(Output):
        """What was ordered."""

        of: str

    @shop.get("/orders", returns=Orders)
    class ListOrders(Input):
        """List the orders."""

    class Shelf(Output):
        """Where things stand."""

        id: str
        name: str

    @shop.get("/halls/{{hall}}/shelves", returns=list[Shelf])
    class ListShelves(Input):
        """List the shelves of a hall."""

        hall: Annotated[str, Doc("Which hall.")]

    @shop.post("/halls/{{hall}}/things", returns=Orders)
    class PutThing(Input):
        """Put a thing on a shelf."""

        hall: Annotated[str, Doc("Which hall.")]
        shelf: Annotated[str, Doc("Which shelf."), Options("list_shelves", inputs={{"hall": "$hall"}})]
        name: Annotated[str, Doc("What it is called.")] = ""

    @hookimpl
    def register_integrations() -> Iterable[Integration]:
        return [shop]
'''


def install_shop(site: Path, url: str) -> None:
    """Put the shop's plugin into a folder of packages."""
    install(site, "sim-tool-shop", PLUGIN.format(url=url), group="sim.tools", name="shop")


class Shop:
    """The service."""

    def __init__(self) -> None:
        self.server: Server
        self.client = ("sim", "s3cret")
        self.account = "ada"
        self.lives_s = 3600
        self.forgets = True
        """Whether it ends access when it is asked to."""
        self.codes: dict[str, dict[str, str]] = {}
        self.tokens: dict[str, str] = {}
        """Whose each access token is."""
        self.renewals: dict[str, str] = {}
        """Whose each refresh token is; each is good once."""
        self.renewed = 0

    @property
    def url(self) -> str:
        return self.server.url

    def consent(self, location: str) -> str:
        """What its page does when a person agrees: where the browser goes next."""
        asked = self.asked(location)
        assert (asked["code_challenge_method"], asked["response_type"]) == ("S256", "code")
        assert (asked["scope"], asked["access_type"], asked["client_id"]) == ("orders profile", "offline", "sim")
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def refusal(self, location: str) -> str:
        """Where the browser goes when the person does not agree."""
        asked = self.asked(location)
        return f"{asked['redirect_uri']}?{urlencode({'error': 'access_denied', 'state': asked['state']})}"

    def asked(self, location: str) -> dict[str, str]:
        assert location.startswith(f"{self.url}/authorize?")
        return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}

    def forget(self) -> None:
        """Every access that was granted is over."""
        self.tokens.clear()
        self.renewals.clear()

    def answer(self, seen: Seen) -> Answer:
        token = seen.headers.get("authorization", "").removeprefix("Bearer ")
        match seen.path:
            case "/authorize":
                return Answer(body=self._page(seen), headers={"content-type": "text/html; charset=utf-8"})
            case "/revoke":
                return self._revoke(dict(parse_qsl(seen.body.decode())))
            case "/token":
                return self._token(dict(parse_qsl(seen.body.decode())))
            case "/me" if token in self.tokens:
                return Answer(body={"account": {"name": self.tokens[token]}})
            case "/halls/slow/shelves" if token in self.tokens:
                return Answer(body=[], delay_s=1.0)
            case "/halls/closed/shelves" if token in self.tokens:
                return Answer(403, body={"error": f"closed to {token}"})
            case path if path.startswith("/halls/") and token in self.tokens:
                hall = path.split("/")[2]
                return Answer(
                    body=[{"id": f"{hall}-{n}", "name": f"Shelf {n} of {self.tokens[token]}"} for n in (1, 2)]
                )
            case "/orders" if token in self.tokens:
                return Answer(body={"of": self.tokens[token]})
            case _:
                return Answer(401, body={"error": "who are you"})

    def _page(self, seen: Seen) -> str:
        """Where a person who stands in a browser agrees, or does not."""
        there = self.url + seen.target
        return (
            "<!doctype html><title>Shop</title><h1>May Sim see your orders?</h1>"
            f'<p><a href="{escape(self.consent(there))}">Allow</a> <a href="{escape(self.refusal(there))}">Deny</a></p>'
        )

    def _revoke(self, form: dict[str, str]) -> Answer:
        if not self.forgets or (form["client_id"], form["client_secret"]) != self.client:
            return Answer(503, body={"error": f"temporarily_unavailable for {form['token']}"})
        account = self.renewals.get(form["token"]) or self.tokens.get(form["token"])
        for held in (self.tokens, self.renewals):
            for token in [token for token, whose in held.items() if whose == account]:
                del held[token]
        return Answer()  # also for tokens that it does not know

    def _token(self, form: dict[str, str]) -> Answer:
        if (form["client_id"], form["client_secret"]) != self.client:
            return Answer(401, body={"error": "invalid_client"})
        if form["grant_type"] == "refresh_token":
            account = self.renewals.pop(form["refresh_token"], None)
            self.renewed += account is not None
            return self._issue(account) if account else Answer(400, body={"error": "invalid_grant"})
        asked = self.codes.pop(form.get("code", ""), None)
        proof = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if asked is None or proof.decode().rstrip("=") != asked["code_challenge"]:
            return Answer(400, body={"error": "invalid_grant"})
        if form["redirect_uri"] != asked["redirect_uri"]:
            return Answer(400, body={"error": "invalid_grant"})
        return self._issue(self.account)

    def _issue(self, account: str) -> Answer:
        number = len(self.tokens) + len(self.renewals) + self.renewed
        access, refresh = f"access-token-{account}-{number}", f"refresh-token-{account}-{number}"
        self.tokens[access] = self.renewals[refresh] = account
        told: dict[str, Any] = {"access_token": access, "refresh_token": refresh, "expires_in": self.lives_s}
        return Answer(body={**told, "token_type": "Bearer"})
