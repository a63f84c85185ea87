"""Whether the page of cases is whole, and says what is so."""

import ast
import re
from collections import Counter
from pathlib import Path

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "engine-cases.md"
CASES = range(1, 279)
ROW = re.compile(r"^\| (\d+) \| (.+?) \| (.+) \|$", re.MULTILINE)
NAMED = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
SAYS_WHY = re.compile(r"E(?:[1-9]|1[0-6])\b|Does not apply: \w")
NUMBERS = re.compile(r"Cases? ((?:\d+)(?:, \d+)*)\.")


def rows() -> dict[int, str]:
    """What the page says of each case."""
    return {int(number): ours for number, _, ours in ROW.findall(PAGE.read_text())}


def said_by_tests(place: Path) -> dict[str, str]:
    """The tests of a file and what their docstrings say."""
    tree = ast.parse(place.read_text())
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    return {node.name: ast.get_docstring(node) or "" for node in ast.walk(tree) if isinstance(node, kinds)}


def test_every_case_is_on_the_page_once() -> None:
    numbers = Counter(int(number) for number, _, _ in ROW.findall(PAGE.read_text()))
    assert [number for number in CASES if numbers[number] != 1] == []
    assert set(numbers) == set(CASES)


def test_every_case_has_a_test_that_is_there_or_says_why_it_has_none() -> None:
    known: dict[str, dict[str, str]] = {}
    for number, ours in rows().items():
        named = NAMED.findall(ours)
        assert named or SAYS_WHY.search(ours), f"case {number} has neither a test nor a reason"
        for file, name in named:
            if file not in known:
                known[file] = said_by_tests(TESTS / file)
            assert name in known[file], f"case {number} names {file}::{name}, which is not there"


def test_what_a_test_says_it_holds_is_on_the_page() -> None:
    page = rows()
    for place in sorted(TESTS.glob("run/test_cases_*.py")):
        for name, doc in said_by_tests(place).items():
            found = NUMBERS.match(doc)
            if name.startswith("test_"):
                assert found, f"{name} does not say which cases it holds"
            for number in map(int, found[1].split(", ")) if found else ():
                assert f"{place.relative_to(TESTS)}::{name}" in page[number], f"case {number} does not name {name}"


def test_no_case_is_left_open() -> None:
    assert [number for number, ours in rows().items() if "Open" in ours] == []
