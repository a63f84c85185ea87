"""Options that a tool brings: what a careless declaration is told, and what of an answer can be chosen."""

from typing import Annotated

import msgspec

from sim_core.plugin import Context, Doc, Input, Integration, Options, Output
from sim_core.spec.forms import form
from sim_core.spec.options import Offered, misfits, narrowed, options_of, read

library = Integration("library", title="Library")


class Shelf(Output):
    id: int
    name: str = ""
    owner: dict[str, str] = {}


class Shelves(Output):
    shelves: list[Shelf]
    more: str = ""


class ListShelves(Input):
    hall: Annotated[str, Doc("Which hall.")] = ""


@library.tool
async def list_shelves(call: ListShelves, context: Context) -> Shelves:
    """List the shelves."""
    raise NotImplementedError


class PutBook(Input):
    hall: Annotated[str, Doc("Which hall.")]
    good: Annotated[str, Doc("Well."), Options("list_shelves", items="shelves", inputs={"hall": "$hall"}, next="more")]
    bad: Annotated[
        str,
        Doc("Badly."),
        Options("list_shelves", value="key", items="shelves", inputs={"floor": "$level"}, next="rest"),
    ]
    flat: Annotated[str, Doc("No list."), Options("list_shelves")]
    none: Annotated[str, Doc("No tool."), Options("list_halls")]


def complaints(field: str) -> list[str]:
    options = options_of(PutBook, field)
    assert options is not None
    return list(misfits(PutBook, field, options, library.tools.get(f"library.{options.tool}")))


def test_a_careless_declaration_is_told_all_that_is_wrong() -> None:
    assert complaints("good") == []
    assert complaints("bad") == [
        "library.list_shelves takes no 'floor', which the options of bad give it",
        "the options of bad need a field 'level'",
        "the items of library.list_shelves have no 'key', which the options of bad show",
        "library.list_shelves gives nothing at 'rest', where bad looks for the next page",
    ]
    assert complaints("flat") == ["library.list_shelves gives no list at '' for flat"]
    assert complaints("none") == ["none takes its options from 'list_halls', which is no tool"]


def test_a_field_depends_on_what_its_options_are_asked_with() -> None:
    good = next(field for field in form(PutBook) if field.name == "good")
    assert (good.kind, good.options_tool, good.depends_on) == ("combobox", "list_shelves", ("hall",))


def test_options_are_told_apart_named_and_narrowed() -> None:
    options = Options("x", items="shelves", detail="owner.name", only={"owner.hall": "$hall"})
    rows = [
        {"id": 2, "name": "Maps", "owner": {"hall": "a", "name": "Ada"}},
        {"id": 2, "name": "Maps again", "owner": {"hall": "a"}},
        {"id": 0, "name": "", "owner": {"hall": "a"}},
        {"id": 3, "name": "Tales", "owner": {"hall": "b"}},
        {"name": "No id", "owner": {"hall": "a"}},
    ]
    found = read(options, {"shelves": rows}, {"hall": "a"}, text=False).items
    assert found == (Offered(value=2, label="Maps", detail="Ada"), Offered(value=0, label="0"))
    assert narrowed(found, "ADA map") == found[:1]
    assert read(options, {"shelves": None}, {}).items == read(options, "?", {}).items == ()
    assert msgspec.to_builtins(read(options, {"shelves": rows[:1]}, {}).items[0])["value"] == "2"
    begins = (Offered(value="a", label="The map"), Offered(value="b", label="Map room"))
    assert [one.value for one in narrowed(begins, "map")] == ["b", "a"]
