"""A document that stores an older major version."""

from typing import Any

from sim_core.document.majors import modernise
from sim_core.document.workflow import Block, Workflow
from sim_core.plugin import BlockType, Input, Migration


class Mail(Input):
    to: list[str] = []


def _up(values: dict[str, Any]) -> dict[str, Any]:
    return {"to": values["to"].split(",")}


mail = BlockType(
    id="mail", title="Mail", doc="Send.", input=Mail, version=2, migrations=(Migration(to=2, up=_up, down=dict),)
)


def document(**blocks: Block) -> Workflow:
    return Workflow(blocks=blocks)


def find(stored: str) -> BlockType | None:
    return mail if stored.startswith("mail") else None


def test_old_blocks_are_read_as_new_ones_and_the_stored_document_stays() -> None:
    other = Block(id="o", type="other@7", name="Other")
    stored = document(m=Block(id="m", type="mail", name="Mail", values={"to": "a,b"}), o=other)
    modern, notes = modernise(stored, find)
    assert (modern.blocks["m"].type, modern.blocks["m"].values) == ("mail@2", {"to": ["a", "b"]})
    assert modern.blocks["o"] is other
    assert stored.blocks["m"].type == "mail"
    assert [(note.code, note.severity, note.pointer) for note in notes] == [
        ("type_migrated", "warning", "/blocks/m/type")
    ]


def test_a_migration_that_fails_is_an_error_at_the_block_not_a_crash() -> None:
    stored = document(m=Block(id="m", type="mail", name="Mail", values={}))
    modern, (problem,) = modernise(stored, find)
    assert modern is stored
    assert (problem.code, problem.severity, problem.block) == ("migration_failed", "error", "m")
    assert "KeyError: 'to'" in problem.message


def test_a_document_of_today_is_not_copied() -> None:
    stored = document(m=Block(id="m", type="mail@2", name="Mail"))
    assert modernise(stored, find) == (stored, ())
    assert modernise(stored, find)[0] is stored
