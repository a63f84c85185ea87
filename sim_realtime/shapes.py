"""What a shared document holds, and how it is a field's value: one text, or rows of which some facts are texts."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias, cast

from pycrdt import Doc, Map, Text

from sim_core.ids import new_id

TEXT = "text"
"""How a text is called in its Yjs document, and how its writer is called in the history."""
ROWS = "rows"
PLACE = ""
"""The fact of a row that says where it stands: rows are sorted by this number, then by their ids."""
FACTS = 64
"""Facts of one row, and facts of rows that may be texts."""

Row: TypeAlias = dict[str, Any]


class Shape(Protocol):
    """How a value lives in a Yjs document."""

    def normal(self, value: Any, doc: Doc[Any]) -> Any:
        """A stored value as the document would give it back; `None` for one that it cannot hold."""
        ...

    def read(self, doc: Doc[Any]) -> Any:
        """The value that a document holds."""
        ...

    def write(self, doc: Doc[Any], value: Any) -> None:
        """Make the document hold a normal value, by the smallest edits."""
        ...

    def empty(self, value: Any) -> bool:
        """Whether there is nothing in a value."""
        ...


class Whole:
    """A field that is one text."""

    def normal(self, value: Any, doc: Doc[Any]) -> Any:
        """The text; nothing is an empty one."""
        return value if isinstance(value, str) else "" if value is None else None

    def read(self, doc: Doc[Any]) -> Any:
        """The text."""
        return str(doc.get(TEXT, type=Text))

    def write(self, doc: Doc[Any], value: Any) -> None:
        """One edit in the middle."""
        rewrite(doc.get(TEXT, type=Text), value)

    def empty(self, value: Any) -> bool:
        """Whether it is an empty text."""
        return not value


class Rows:
    """A field that holds rows, each known by its id wherever it stands; facts named in `texts` are texts."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.texts = frozenset(texts)

    def normal(self, value: Any, doc: Doc[Any]) -> Any:
        """Rows with ids of their own and all their texts; one without an id takes that of the row in its place."""
        if value is None:
            return []
        if not isinstance(value, list | tuple) or not all(isinstance(row, dict) for row in cast("list[Any]", value)):
            return None
        rows = cast("Sequence[Row]", value)
        given = [row["id"] for row in rows if "id" in row]
        if not all(isinstance(id, str) and id for id in given) or len(set(given)) < len(given):
            return None
        if any(PLACE in row or len(row) > FACTS for row in rows):
            return None
        now = [row["id"] for row in self.read(doc)]
        free = [id if id not in given else new_id() for id in now[: len(rows)]]
        free += [new_id() for _ in range(len(rows) - len(free))]
        lacking = {name: "" for name in self.texts}
        return [{"id": id, **lacking, **row} for id, row in zip(free, rows, strict=True)]

    def read(self, doc: Doc[Any]) -> Any:
        """The rows in their order."""
        found: list[tuple[float, Row]] = []
        rows = doc.get(ROWS, type=Map)
        for id in rows.keys():  # noqa: SIM118 - it is no mapping to type checkers
            if isinstance(rows[id], Map):
                facts = cast("Map[Any]", rows[id])
                row: Row = {name: _plain(facts[name]) for name in facts.keys()}  # noqa: SIM118
                place = row.pop(PLACE, 0)
                found.append((place if isinstance(place, int | float) else 0, {**row, "id": id}))
        found.sort(key=lambda one: (one[0], one[1]["id"]))
        return [row for _, row in found]

    def write(self, doc: Doc[Any], value: Any) -> None:
        """Only what differs, row by row and fact by fact; texts by one edit each."""
        rows = doc.get(ROWS, type=Map)
        now = {row["id"]: row for row in self.read(doc)}
        wanted = {row["id"]: row for row in value}
        with doc.transaction():
            for id in [id for id in now if id not in wanted]:
                del rows[id]
            moved = [id for id in now if id in wanted] != [id for id in wanted if id in now]
            places = moved or list(wanted)[: len(now)] != list(now)
            for place, (id, row) in enumerate(wanted.items()):
                if id not in now:
                    rows[id] = Map({name: self._born(name, fact) for name, fact in row.items()} | {PLACE: place})
                    continue
                facts = rows[id]
                if places:
                    facts[PLACE] = place
                _change(facts, now[id], row)

    def empty(self, value: Any) -> bool:
        """Whether there is no row."""
        return not value

    def _born(self, name: str, fact: Any) -> Any:
        return Text(fact) if name in self.texts and isinstance(fact, str) else fact


def shape_of(texts: Sequence[str] | None) -> Shape:
    """The shape that was asked for: rows with these texts, or one text."""
    return Whole() if texts is None else Rows(texts)


def _change(facts: Any, now: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    for name in [name for name in now if name not in wanted]:
        del facts[name]
    for name, fact in wanted.items():
        if name in now and now[name] == fact:
            continue
        held = facts.get(name)
        if isinstance(held, Text) and isinstance(fact, str):
            rewrite(held, fact)
        else:
            facts[name] = fact


def _plain(fact: Any) -> Any:
    """A fact as JSON has it: whole numbers stay whole."""
    match fact:
        case Text():
            return str(fact)
        case float() if fact.is_integer() and abs(fact) < 2**53:
            return int(fact)
        case dict():
            return {str(name): _plain(one) for name, one in cast("dict[Any, Any]", fact).items()}
        case list():
            return [_plain(one) for one in cast("list[Any]", fact)]
        case bool() | int() | float() | str() | None:
            return fact
        case _:
            return None


def rewrite(text: Text, wanted: str) -> None:
    """Make a text what is wanted by one edit in the middle; Yjs counts in UTF-8 bytes here."""
    now = str(text)
    start, most = 0, min(len(now), len(wanted))
    while start < most and now[start] == wanted[start]:
        start += 1
    end = 0
    while end < most - start and now[-1 - end] == wanted[-1 - end]:
        end += 1
    gone = now[start : len(now) - end]
    fresh = wanted[start : len(wanted) - end]
    at = len(now[:start].encode())
    if gone:
        del text[at : at + len(gone.encode())]
    if fresh:
        text.insert(at, fresh)
