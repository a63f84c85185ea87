"""Saved values from one major version to another."""

from typing import Any

import pytest

from sim_core.errors import Invalid
from sim_core.plugin import BlockType, Input, Migration
from sim_core.spec.migrations import bring, migrate_values, reachable, split, stored


class Mail(Input):
    to: list[str]
    tone: str = "kind"


def _to_list(values: dict[str, Any]) -> dict[str, Any]:
    return {**values, "to": values.pop("to", "").split(",")}


def _to_text(values: dict[str, Any]) -> dict[str, Any]:
    return {**values, "to": ",".join(values["to"])}


mail = BlockType(
    id="mail",
    title="Mail",
    doc="Send mail.",
    input=Mail,
    version=3,
    migrations=(
        Migration(to=2, up=_to_list, down=_to_text),
        Migration(to=3, up=lambda v: {**v, "tone": "kind"}, down=lambda v: {k: x for k, x in v.items() if k != "tone"}),
    ),
)


def test_values_go_up_and_come_down_again() -> None:
    old = {"to": "a,b", "note": "<start.input>"}
    new = migrate_values(mail, 1, 3, old)
    assert new == {"to": ["a", "b"], "note": "<start.input>", "tone": "kind"}
    assert migrate_values(mail, 3, 1, new) == old
    assert old == {"to": "a,b", "note": "<start.input>"}, "what was handed in is left alone"


def test_a_version_without_a_migration_is_named() -> None:
    with pytest.raises(Invalid, match="Mail 3 cannot read values of version 0"):
        migrate_values(mail, 0, 3, {})


def test_old_values_are_brought_up_with_a_note() -> None:
    brought = bring(mail, "mail", {"to": "a"}, block="b1")
    assert brought.values == {"to": ["a"], "tone": "kind"}
    assert brought.note
    assert (brought.note.block, brought.note.severity) == ("b1", "warning")
    assert bring(mail, "mail@3", {"to": ["a"]}).note is None


@pytest.mark.parametrize("text", ["mail@", "mail@x", "mail@0", "mail@-1"])
def test_a_type_that_names_no_version_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="mail@2"):
        split(text)


def test_a_type_is_stored_with_its_major_after_the_first() -> None:
    assert [stored("mail", 1), stored("mail", 2)] == ["mail", "mail@2"]
    assert [split("mail"), split("mail@2")] == [("mail", 1), ("mail", 2)]
    assert reachable(mail, 1)
    assert not reachable(mail, 5)
