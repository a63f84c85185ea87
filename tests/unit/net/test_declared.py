"""What a declaration becomes: paths, queries, bodies and spellings."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import pytest

from sim_core.errors import Invalid
from sim_core.net.inputs import as_input, plain
from sim_core.net.retries import asked_wait
from sim_core.net.wire import settle
from sim_core.plugin import Doc, Input, Integration, Output, Pages, Reply, Request

Text = Annotated[str, Doc("Text.")]


class Tape:
    """Answers, and keeps what was asked."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)
        self.sent: list[Request] = []

    @property
    def credential(self) -> Mapping[str, str]:
        return {}

    async def send(self, request: Request) -> Reply:
        self.sent.append(request)
        return self.replies.pop(0)


def of(method: Literal["get", "post", "put", "delete"], path: str, **facts: Any) -> Integration:
    made = Integration("shop", title="Shop", base_url="https://a.example", spelling=facts.pop("spelling", "same"))

    class Inner(Input):
        """A part."""

        first_name: Text = ""

    class Call(Input):
        """Call."""

        some_path: Text = "x"
        user_name: Text = ""
        parts: Annotated[tuple[Inner, ...], Doc("Parts.")] = ()
        free_form: Annotated[dict[str, Any], Doc("Anything.")] = {}
        content: Annotated[bytes, Doc("Bytes.")] = b""

    class Required(Call):
        """Call."""

        some_path: Text

    getattr(made, method)(path, returns=facts.pop("returns", None), **facts)(Required if "{" in path else Call)
    return made


async def asked(made: Integration, inputs: dict[str, Any]) -> Request:
    [tool] = made.tools.values()
    tape = Tape(Reply(200, b"{}"))
    await tool.run(as_input(tool, inputs), tape)
    return tape.sent[0]


@pytest.mark.parametrize(
    ("path", "value", "url"),
    [
        ("/a/{some_path}", "b/c d", "/a/b%2Fc%20d"),
        ("/a/{+some_path}", "/b/c d/", "/a/b/c%20d"),
        ("/a/{some_path}:go", "ü?#", "/a/%C3%BC%3F%23:go"),
        ("/a/{+some_path}", ".github/x", "/a/.github/x"),
    ],
)
async def test_a_field_goes_into_the_path_whole(path: str, value: str, url: str):
    assert (await asked(of("get", path), {"some_path": value})).url == f"https://a.example{url}"


@pytest.mark.parametrize("value", ["..", ".", "", "a/../b", "/", "../../x"])
async def test_no_field_leads_to_another_path(value: str):
    with pytest.raises(Invalid):
        await asked(of("get", "/a/{+some_path}"), {"some_path": value})


async def test_fixed_values_queries_and_wrapping():
    made = of("post", "/a", query=("user_name",), fixed={"state": "closed"}, wrap="call")
    request = await asked(made, {"user_name": "ada", "free_form": {"a_b": 1}})
    assert request.query == {"user_name": "ada"}
    assert request.json == {"call": {"state": "closed", "free_form": {"a_b": 1}}}


async def test_camel_case_is_for_names_and_not_for_data():
    made = of("post", "/a/{some_path}", spelling="camel")
    inputs = {"some_path": "p", "user_name": "ada", "parts": [{"first_name": "x"}], "free_form": {"a_b": 1}}
    request = await asked(made, inputs)
    assert request.url == "https://a.example/a/p"
    assert request.json == {"userName": "ada", "parts": [{"firstName": "x"}], "freeForm": {"a_b": 1}}


async def test_bytes_stay_bytes():
    assert (await asked(of("put", "/a", body="bytes"), {"content": "AAE="})).content == b"\0\1"
    sent = await asked(of("post", "/a", body="multipart"), {"content": "AAE=", "user_name": "ada"})
    assert sent.multipart and sent.multipart["content"].content == b"\0\1"
    assert b'filename="content"' in (settle(sent).content or b"")


class Part(Output):
    """A part."""

    full_name: str
    by_id: dict[str, Any] = {}


class Whole(Output):
    """A whole."""

    the_parts: list[Part]
    one_part: Part | None = None


def test_an_answer_in_camel_case_is_read_by_our_names():
    made = Integration("shop", title="Shop", spelling="camel")
    body = b'{"theParts":[{"fullName":"a","byId":{"keyX":{"inY":1}}}],"onePart":{"fullName":"b"},"other":1}'
    assert plain(made.read(Reply(200, body), Whole)) == {
        "the_parts": [{"full_name": "a", "by_id": {"keyX": {"inY": 1}}}],
        "one_part": {"full_name": "b", "by_id": {}},
    }


def test_pages_go_on_within_their_origin_only():
    pages, here = Pages(), Request(url="https://a.example/x?page=1", query={"q": 1})

    def link(url: str) -> Reply:
        return Reply(200, b"[]", {"link": f'<https://a.example/x?page=0>; rel="prev", <{url}>; rel="next"'})

    following = pages.following(here, link("https://a.example/x?page=2"))
    assert following and (following.url, following.query) == ("https://a.example/x?page=2", {})
    assert pages.following(here, link("https://evil.example/x")) is None
    assert pages.following(here, Reply(200, b"[]")) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("3", 3.0), ("0.5", 0.5), ("-1", 0.0), ("Thu, 01 Jan 1970 00:01:10 GMT", 10.0), ("soon", None), ("", None)],
)
def test_a_wait_is_a_number_or_a_date(text: str, seconds: float | None):
    assert asked_wait({"retry-after": text} if text else {}, now=60.0) == seconds
