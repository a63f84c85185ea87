import time

import pytest

from sim_core.document.references import (
    MISSING,
    Reference,
    SecretName,
    names,
    navigate,
    normalise,
    parse,
    rename,
    walk,
)
from sim_core.document.workflow import Block, Workflow


def only(text: str) -> Reference:
    [found] = parse(text).references
    return found


@pytest.mark.parametrize(
    ("text", "head", "path"),
    [
        ("<agent.content>", "agent", ("content",)),
        ("<My Agent.content>", "myagent", ("content",)),
        ("<start>", "start", ()),
        ("<a.rows.0.x>", "a", ("rows", 0, "x")),
        ("<a.rows[0][1].x>", "a", ("rows", 0, 1, "x")),
        ("<a[2].x>", "a", (2, "x")),
        ("<1password1.secret>", "1password1", ("secret",)),
        ("<variable.My Counter.n>", "variable", ("My Counter", "n")),
        ("<loop.currentItem>", "loop", ("currentItem",)),
        ("<a.007>", "a", ("007",)),
    ],
)
def test_a_whole_reference_has_head_and_path(text: str, head: str, path: tuple[str | int, ...]) -> None:
    assert parse(text).whole == Reference(head, path, text)


@pytest.mark.parametrize(
    "text",
    [
        "a < b > c", "1 <2> 3", "<123>", "<b 3>", "<foo<bar>", "<a.>", "<.a>", "<>", "< a.b>", "<a.b >", "<a. b>",
        "</a.b>", "<!-- a.b -->", '<a href="x.y">', "Ann <ann@example.com>", "<https://a.b>", "x<y && z.a>w",
        "<div>text</div>", "if (i<n.x+1 && j>2)", "{{ two words }}", "{{}}", "{{1}}", "<a\nb.c>",
    ],
)  # fmt: skip
def test_tags_comparisons_and_prose_stay_text(text: str) -> None:
    assert parse(text).is_literal
    assert parse(text).parts == (text,)


def test_a_bare_name_is_a_reference_only_when_it_is_the_whole_text() -> None:
    assert parse("<b>").whole == Reference("b", (), "<b>")
    assert parse("make it <b>bold</b>").is_literal
    assert only("<b>bold</b> <b.x>").path == ("x",)


def test_text_references_and_secrets_come_in_order_and_say_the_text_again() -> None:
    text = "x <a.b>< <c.d> {{ KEY }}{{K2}}<= <e.f>"
    parts = parse(text).parts
    assert parts[3] == Reference("c", ("d",), "<c.d>")
    assert parts[5:7] == (SecretName("KEY", "{{ KEY }}"), SecretName("K2", "{{K2}}"))
    assert "".join(part if isinstance(part, str) else part.text for part in parts) == text


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("a", "b"), 1), (("list", 1, "x"), None), (("list", 9), MISSING), (("a", 0), MISSING),
        (("none", "x"), MISSING),
        (("none",), None), (("bodyText",), "t"), (("list", "length"), 2), (("digits", 0), "zero"), ((), {"a": {"b": 1},
          "list": [0, {"x": None}], "none": None, "body_text": "t", "digits": {"0": "zero"}}),
    ],
)  # fmt: skip
def test_a_path_finds_what_stands_there_or_says_that_nothing_does(path: tuple[str | int, ...], value: object) -> None:
    tree = {
        "a": {"b": 1},
        "list": [0, {"x": None}],
        "none": None,
        "body_text": "t",
        "digits": {"0": "zero"},
    }
    assert navigate(tree, path) == value


def test_of_two_names_that_collide_the_one_without_a_dot_owns_it() -> None:
    blocks = [Block(id=id, type="t", name=name) for id, name in (("1", "A.B"), ("2", "a b"), ("3", "Other"))]
    index = names(Workflow(blocks={block.id: block for block in blocks}))
    assert index == {"ab": "2", "other": "3"}
    assert normalise("A Block.1") == "ablock1"


def test_walking_gives_every_text_with_its_pointer() -> None:
    value = {"a/b": ["x", {"c~": "y"}], "n": 1, "z": "w"}
    assert list(walk(value)) == [("/a~1b/0", "x"), ("/a~1b/1/c~0", "y"), ("/z", "w")]


def test_renaming_a_block_rewrites_what_names_it_and_nothing_else() -> None:
    value = {"t": "hi <Old Name.x[0]> <b>", "rows": ["<oldname>", "<other.oldname>", "<oldname.y.z>"], "n": 3}
    renamed = rename(value, "Old Name", "New Name")
    assert renamed == {"t": "hi <newname.x[0]> <b>", "rows": ["<newname>", "<other.oldname>", "<newname.y.z>"], "n": 3}
    assert rename(value, "nobody", "x") is value
    assert rename("if <old> then", "old", "new", bare=True) == "if <new> then"
    assert rename("<variable.old.x> <old.x>", "Old", "New One", head="variable") == "<variable.newone.x> <old.x>"


@pytest.mark.parametrize(
    "text",
    ["<" * 100_000, "{" * 100_000, "<a." * 33_000, "<" + " a" * 50_000 + ">", "{{" + "a" * 100_000, "{{ " * 33_000,
     "<a[0" * 25_000, "<" + "a" * 99_000 + ">"],
)  # fmt: skip
def test_hostile_text_is_read_in_a_moment(text: str) -> None:
    began = time.process_time()
    parse(text)
    rename(text, "a", "b")
    assert time.process_time() - began < 5
