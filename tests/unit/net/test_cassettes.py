"""Cassettes: what they compare, and what they refuse to hold."""

import json
from pathlib import Path
from typing import Annotated, Any

import pytest

from sim_core.errors import Invalid
from sim_core.net import cassettes
from sim_core.net.cassettes import Cassette, Exchanged, Taped
from sim_core.plugin import Context, Doc, Input, Integration, Output, Refused, Request

shop = Integration("shop", title="Shop", base_url="https://shop.example", headers={"X-Version": "1"})


class Thing(Output):
    id: int


@shop.post("/things", returns=Thing)
class CreateThing(Input):
    """Make a thing."""

    name: Annotated[str, Doc("Its name.")]


class Asked(Input):
    """Nothing to say."""


@shop.tool
async def follow(call: Asked, context: Context) -> str:
    """Ask twice, the second time piece by piece."""
    await context.send(Request(url=shop.url("/a")))
    async with context.stream(Request(url=shop.url("/b"), query={"n": 1})) as opened:
        return "|".join([piece.decode() async for piece in opened.pieces()])


@shop.tool
async def enter(call: Asked, context: Context) -> None:
    """Use a driver."""
    await context.open(context.credential["host"], 5432)
    raise Refused("a cassette ends at the door")


REQUEST: dict[str, Any] = {"method": "POST", "url": "https://shop.example/things", "json": {"name": "a"}}


def create(**facts: Any) -> Cassette:
    request = facts.pop("request", REQUEST)
    reply = facts.pop("reply", Taped(json={"id": 1, "more": 2}))
    exchanges = facts.pop("exchanges", (Exchanged(request=request, reply=reply),))
    given: dict[str, Any] = {"arguments": {"name": "a"}, "exchanges": exchanges, "result": {"id": 1}, **facts}
    return Cassette(source="recorded", **given)


async def played(cassette: Cassette, name: str = "create_thing") -> list[str]:
    return await cassettes.play(shop.tools[f"shop.{name}"], cassette)


async def test_a_cassette_that_fits_plays_without_a_word():
    assert await played(create()) == []
    assert await played(create(request={**REQUEST, "headers": {"x-version": "1"}})) == []


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"request": {**REQUEST, "method": "PUT"}}, 'method is "POST", expected "PUT"'),
        ({"request": {**REQUEST, "url": "https://shop.example/other"}}, "url is"),
        ({"request": {**REQUEST, "json": {"name": "b"}}}, 'json.name is "a", expected "b"'),
        ({"request": {"method": "POST", "url": "https://shop.example/things"}}, "json is"),
        ({"request": {**REQUEST, "query": {"q": 1}}}, "query is absent"),
        ({"request": {**REQUEST, "headers": {"x-other": "1"}}}, "header x-other is None"),
        ({"request": {**REQUEST, "colour": "red"}}, "names ['colour']"),
        ({"result": {"id": 2}}, "result: .id is 1, expected 2"),
        ({"exchanges": ()}, "asks more than the cassette knows"),
        ({"reply": Taped(status=500, text="sorry")}, "it failed with refused: Shop answered 500: sorry"),
        ({"error": {"code": "refused"}}, "where the error"),
        ({"reply": Taped(status=404), "error": {"code": "denied"}}, "expected denied"),
    ],
)
async def test_every_difference_is_told(facts: dict[str, Any], words: str):
    assert any(words in told for told in await played(create(**facts)))


async def test_several_exchanges_and_pieces_are_played_in_order():
    first = Exchanged(request={"method": "GET", "url": "https://shop.example/a"})
    last = {"method": "GET", "url": "https://shop.example/b", "query": {"n": 1}}
    second = Exchanged(request=last, reply=Taped(pieces=("x", "y")))
    whole = create(arguments={}, exchanges=(first, second), result="x|y")
    assert await played(whole, "follow") == []
    more = create(arguments={}, exchanges=(first, second, second), result="x|y")
    assert await played(more, "follow") == ["was not asked: GET https://shop.example/b"]


async def test_a_driver_is_played_up_to_its_door():
    facts: dict[str, Any] = {"arguments": {}, "exchanges": (), "credential": {"host": "db.example"}}
    assert await played(create(**facts, opens=("db.example:5432",)), "enter") == []
    assert "expected ['other:1']" in (await played(create(**facts, opens=("other:1",)), "enter"))[0]


@pytest.mark.parametrize(
    ("source", "value", "code"),
    [
        ("made up", "a", "bad_cassette"),
        ("vendor example", "a", "bad_cassette"),
        ("recorded", "Bearer abcdefghijklmnop123", "secret_in_cassette"),
        ("recorded", "ghp_" + "a" * 36, "secret_in_cassette"),
        ("recorded", "xoxb-12345678901-abc", "secret_in_cassette"),
        ("recorded", "AKIAABCDEFGHIJKLMNOP", "secret_in_cassette"),
    ],
)
def test_a_source_is_named_and_no_secret_is_kept(tmp_path: Path, source: str, value: str, code: str):
    path = tmp_path / "create_thing.json"
    path.write_text(json.dumps({"source": source, "arguments": {"name": value}, "result": 1}))
    with pytest.raises(Invalid) as refused:
        cassettes.read(path)
    assert refused.value.reason == code


def test_the_cassettes_of_a_tool_are_found_by_their_names(tmp_path: Path):
    folder = tmp_path / "cassettes"
    folder.mkdir()
    for name in ("create_thing", "create_thing.refused", "create_thing_again"):
        (folder / f"{name}.json").write_text(json.dumps({"source": "recorded", "result": 1}))
    found = cassettes.of_tool(tmp_path, shop.tools["shop.create_thing"])
    assert list(found) == ["create_thing.json", "create_thing.refused.json"]
