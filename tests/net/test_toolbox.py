"""Tools used as runs use them: over the guarded client, against a local service."""

from collections.abc import Mapping
from typing import Annotated, Any

import pytest

from sim_core.errors import Denied, Fault, Invalid, Missing, Refused
from sim_core.net.client import Exchange
from sim_core.net.tools import ToolBox
from sim_core.plugin import (
    ApiKey,
    AwsKeys,
    Basic,
    Bearer,
    Connection,
    Context,
    Doc,
    Input,
    Integration,
    OAuth,
    Output,
    Pages,
    Request,
    Secret,
)
from sim_core.spec.auth import AnyAuth
from sim_core.spec.tools import Tool
from tests.net.conftest import Told
from tests.support.http import Answer, Seen, Server, serve


class Thing(Output):
    id: int
    full_name: str = ""


class Shelf:
    """A registry with one integration."""

    def __init__(self, *integrations: Integration) -> None:
        self.integrations = {one.id: one for one in integrations}

    def tool(self, id: str) -> Tool | None:
        return next((one.tools[id] for one in self.integrations.values() if id in one.tools), None)

    def integration(self, id: str) -> Integration | None:
        return self.integrations.get(id)


class Vault:
    """Stored credentials; what was asked of it."""

    def __init__(self, values: Mapping[str, str], renewed: Mapping[str, str] | None = None) -> None:
        self.values = values
        self.renewed = renewed
        self.asked: list[tuple[str, bool]] = []

    async def __call__(self, credential: str, integration: Integration, *, renew: bool) -> Mapping[str, str]:
        self.asked.append((credential, renew))
        return self.renewed if renew and self.renewed else self.values


def shop(server: Server, auth: AnyAuth | None = None, **facts: Any) -> Integration:
    made = Integration("shop", title="Shop", base_url=server.url, auth=auth, headers={"X-Version": "1"}, **facts)

    @made.post("/things/{kind}", returns=Thing, once=True)
    class CreateThing(Input):  # pyright: ignore[reportUnusedClass]
        """Make a thing."""

        kind: Annotated[str, Doc("Its kind.")]
        name: Annotated[str, Doc("Its name.")] = ""
        count: Annotated[int, Doc("How many.", ge=1)] = 1
        tags: Annotated[tuple[str, ...], Doc("Its tags.")] = ()
        facts: Annotated[dict[str, Any] | None, Doc("More of it.")] = None

    @made.get("/things", returns=list[Thing], pick="result.things", pages=Pages(cursor="next", parameter="after"))
    class ListThings(Input):  # pyright: ignore[reportUnusedClass]
        """List things."""

    class Elsewhere(Input):
        """Where to go."""

        url: Annotated[str, Doc("Address.")]

    @made.tool
    async def visit(call: Elsewhere, context: Context) -> dict[str, Any]:
        """Go somewhere."""
        await context.send(Request(url=call.url))
        return {"seen": dict(context.credential)}

    @made.tool
    async def twice(call: Elsewhere, context: Context) -> None:
        """Send two requests that must not happen twice."""
        for _ in range(2):
            await context.send(Request(method="POST", url=made.url("/x"), once=True))

    @made.tool
    async def broken(call: Elsewhere, context: Context) -> None:
        """Break."""
        raise KeyError(call.url)

    @made.tool
    async def unfold(call: Elsewhere, context: Context) -> str:
        """Read piece by piece."""
        async with context.stream(Request(url=made.url("/stream"))) as opened:
            return b"|".join([piece async for piece in opened.pieces()]).decode()

    return made


def box(told: Told, server: Server, made: Integration, vault: Vault | None = None) -> ToolBox:
    client = told.client(server.allow)
    return ToolBox(Shelf(made), client, accounts=vault) if vault else ToolBox(Shelf(made), client)


async def test_a_tool_goes_from_plain_inputs_to_a_plain_result(told: Told):
    async with serve(Answer(201, {"id": 7, "full_name": "a", "extra": 1})) as server:
        traced: list[Exchange] = []
        tools = box(told, server, shop(server, Bearer("SHOP_TOKEN")))
        inputs = {"kind": "a b/c", "name": "x"}
        result = await tools.call(
            "shop.create_thing", inputs, secrets={"SHOP_TOKEN": "t0ps3cret\n"}, key="run:1", trace=traced.append
        )
    assert result == {"id": 7, "full_name": "a"}
    [seen] = server.seen
    assert (seen.target, seen.json) == ("/things/a%20b%2Fc", {"name": "x"})
    assert seen.headers["authorization"] == "Bearer t0ps3cret"
    assert (seen.headers["idempotency-key"], seen.headers["x-version"]) == ("run:1", "1")
    assert (traced[0].status, traced[0].method) == (201, "POST")


@pytest.mark.parametrize(
    ("inputs", "sent"),
    [
        ({"count": "3"}, {"count": 3}),
        ({"count": ""}, {}),
        ({"count": None, "tags": None}, {}),
        ({"name": 1.5}, {"name": "1.5"}),
        ({"name": {"a": 1}}, {"name": '{"a":1}'}),
        ({"tags": '["a","b"]'}, {"tags": ["a", "b"]}),
        ({"tags": "a, b,"}, {"tags": ["a", "b"]}),
        ({"facts": '{"a": [1]}'}, {"facts": {"a": [1]}}),
    ],
)
async def test_text_from_templates_is_read_as_what_the_field_wants(told: Told, inputs: Any, sent: Any):
    async with serve(Answer(body={"id": 1})) as server:
        await box(told, server, shop(server)).call("shop.create_thing", {"kind": "k", **inputs})
    assert server.seen[0].json == sent


@pytest.mark.parametrize(
    ("inputs", "field", "words"),
    [
        ({}, "kind", "missing required field `kind`"),
        ({"kind": "k", "color": "red"}, "color", "unknown field `color`"),
        ({"kind": "k", "count": "many"}, "count", "Expected `int`"),
        ({"kind": "k", "count": 0}, "count", "`int` >= 1"),
        ({"kind": ".."}, None, "lead somewhere else"),
        ({"kind": ""}, None, "lead somewhere else"),
    ],
)
async def test_a_wrong_input_names_the_field_and_what_it_expects(told: Told, inputs: Any, field: Any, words: str):
    async with serve(Answer(body={"id": 1})) as server:
        with pytest.raises(Invalid) as wrong:
            await box(told, server, shop(server)).call("shop.create_thing", inputs)
    assert words.lower() in wrong.value.message.lower()
    assert [p.field for p in wrong.value.problems] == ([field] if field else [])
    assert not server.seen


async def test_what_is_missing_is_said(told: Told):
    async with serve(Answer(body={"id": 1})) as server:
        auth = Bearer("SHOP_TOKEN") | OAuth("shop")
        tools = box(told, server, shop(server, auth))
        with pytest.raises(Denied, match="set the secret SHOP_TOKEN in the workspace, or connect a Shop account"):
            await tools.call("shop.create_thing", {"kind": "k"})
        with pytest.raises(Missing, match=r"no tool 'shop\.nope'"):
            await tools.call("shop.nope", {})
        with pytest.raises(Missing, match="no account"):
            await tools.call("shop.create_thing", {"kind": "k"}, credential="c1")


@pytest.mark.parametrize(
    ("auth", "secrets", "header", "value"),
    [
        (ApiKey("KEY"), {"KEY": "abcd"}, "x-api-key", "abcd"),
        (ApiKey("KEY", header="Authorization", prefix="Token "), {"KEY": "abcd"}, "authorization", "Token abcd"),
        (Basic("USER", "PASS"), {"USER": "ada", "PASS": "pw:1"}, "authorization", "Basic YWRhOnB3OjE="),
    ],
)
async def test_each_way_puts_its_credential_where_the_service_wants_it(
    told: Told, auth: AnyAuth, secrets: dict[str, str], header: str, value: str
):
    async with serve(Answer(body={"id": 1})) as server:
        await box(told, server, shop(server, auth)).call("shop.create_thing", {"kind": "k"}, secrets=secrets)
    assert server.seen[0].headers[header] == value


async def test_a_key_in_the_query_and_a_signature_of_aws(told: Told):
    async with serve(Answer(body={"id": 1})) as server:
        tools = box(told, server, shop(server, ApiKey("KEY", query="api_key")))
        await tools.call("shop.create_thing", {"kind": "k"}, secrets={"KEY": "a b"})
        keys = {"AWS_ACCESS_KEY_ID": "AK", "AWS_SECRET_ACCESS_KEY": "sk", "AWS_REGION": "eu-west-1"}
        await box(told, server, shop(server, AwsKeys("things"))).call("shop.create_thing", {"kind": "k"}, secrets=keys)
    assert server.seen[0].query == {"api_key": ["a b"]}
    assert "a%20b" not in told.exchanges[0].url
    assert "Credential=AK/" in server.seen[1].headers["authorization"]
    assert "/eu-west-1/things/aws4_request" in server.seen[1].headers["authorization"]


async def test_a_plugin_reaches_its_own_hosts_only_and_sees_no_secret(told: Told):
    async with serve(Answer()) as other, serve(Answer(302, headers={"location": other.url})) as server:
        made = shop(server, Bearer("SHOP_TOKEN"))
        made.base_url = server.url.replace("127.0.0.1", "localhost")
        client = told.client(server.allow, other.allow, f"localhost:{server.port}")
        tools = ToolBox(Shelf(made), client)
        for url in (other.url, "http://169.254.169.254/", made.base_url):
            with pytest.raises(Denied, match="may not reach") as denied:
                await tools.call("shop.visit", {"url": url}, secrets={"SHOP_TOKEN": "abcdef"})
            assert denied.value.reason == "host_not_declared"
        made.base_url, made.hosts = "", ("127.0.0.1",)
        result = await tools.call("shop.visit", {"url": other.url}, secrets={"SHOP_TOKEN": "abcdef"})
    assert result == {"seen": {}}


async def test_the_account_names_the_host(told: Told):
    class Account(Input):
        """An account."""

        subdomain: Annotated[str, Doc("Its name.")]
        token: Annotated[str, Doc("Its token."), Secret()]

    async with serve(Answer(body={"id": 1})) as server:
        auth = Connection(Account, hosts=(), signed=Bearer("token"))
        made = shop(server, auth)
        made.base_url = f"http://{{subdomain}}:{server.port}"
        vault = Vault({"subdomain": "127.0.0.1", "token": "abcdef"})
        tools = box(told, server, made, vault)
        assert await tools.call("shop.create_thing", {"kind": "k"}, credential="c1") == {"id": 1, "full_name": ""}
        assert server.seen[0].headers["authorization"] == "Bearer abcdef"
        vault.values = {"subdomain": "evil.example/x?", "token": "abcdef"}
        with pytest.raises(Denied, match="no part of a host"):
            await tools.call("shop.create_thing", {"kind": "k"}, credential="c1")


async def test_a_token_that_is_refused_is_renewed_once(told: Told):
    def answer(seen: Seen) -> Answer:
        return Answer(body={"id": 1}) if seen.headers["authorization"] == "Bearer new1" else Answer(401, {"e": "old"})

    async with serve(answer) as server:
        vault = Vault({"access_token": "old1"}, {"access_token": "new1"})
        tools = box(told, server, shop(server, OAuth("shop")), vault)
        assert (await tools.call("shop.create_thing", {"kind": "k"}, credential="c1"))["id"] == 1
        vault.renewed = None
        with pytest.raises(Refused, match="401"):
            await tools.call("shop.create_thing", {"kind": "k"}, credential="c1")
    assert vault.asked == [("c1", False), ("c1", True), ("c1", False), ("c1", True)]
    assert len(server.seen) == 4


async def test_a_list_is_followed_to_its_end(told: Told):
    def answer(seen: Seen) -> Answer:
        after = int(seen.query.get("after", ["0"])[0])
        return Answer(body={"result": {"things": [{"id": after}]}, "next": after + 1 if after < 2 else None})

    async with serve(answer) as server:
        assert [t["id"] for t in await box(told, server, shop(server)).call("shop.list_things", {})] == [0, 1, 2]


async def test_secrets_are_taken_out_of_what_services_and_plugins_say(told: Told):
    async with serve(Answer(400, {"error": "bad token abcdef12"})) as server:
        tools = box(told, server, shop(server, Bearer("SHOP_TOKEN")))
        secrets = {"SHOP_TOKEN": "abcdef12", "OTHER": "other-secret"}
        with pytest.raises(Refused, match=r"bad token {{SHOP_TOKEN}}"):
            await tools.call("shop.create_thing", {"kind": "k"}, secrets=secrets)
        with pytest.raises(Fault, match=r"shop.broken broke: KeyError: '{{OTHER}}'"):
            await tools.call("shop.broken", {"url": "other-secret"}, secrets=secrets)


async def test_requests_of_one_tool_have_keys_of_their_own_that_stay(told: Told):
    async with serve(Answer()) as server:
        tools = box(told, server, shop(server))
        for _ in range(2):
            await tools.call("shop.twice", {"url": ""}, key="r:b:0")
    assert [s.headers["idempotency-key"] for s in server.seen] == ["r:b:0", "r:b:0:2"] * 2


async def test_an_unexpected_shape_is_the_services_fault(told: Told):
    async with serve([Answer(body={"id": "x"}), Answer(body="<html>")]) as server:
        tools = box(told, server, shop(server))
        for _ in range(2):
            with pytest.raises(Refused, match="unexpected shape"):
                await tools.call("shop.create_thing", {"kind": "k"})


async def test_a_tool_can_read_piece_by_piece(told: Told):
    async with serve(Answer(pieces=[b"a", b"b"], pause_s=0.02)) as server:
        assert await box(told, server, shop(server)).call("shop.unfold", {"url": ""}) == "a|b"
