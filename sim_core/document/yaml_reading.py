"""YAML as data: no anchors, no tags, no doubled keys, bounded in depth; every fault with its line."""

import re
from typing import Any

import yaml
from msgspec import Struct

from sim_core.document.references import pointer
from sim_core.errors import Invalid, Problem

_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,18})")
_FLOAT = re.compile(r"[-+]?(?:[0-9]{1,400}(?:\.[0-9]{0,400})?|\.[0-9]{1,400})(?:[eE][-+]?[0-9]{1,4})?")
_WORDS: dict[str, Any] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_STANDARD_TEXT = ("!", "tag:yaml.org,2002:str")


class _Open(Struct):
    """A list or an object that is being read."""

    value: Any
    at: str
    is_object: bool
    key: str | None = None
    waits_for_key: bool = False


def read_yaml(text: str, max_depth: int, places: dict[str, tuple[int, int]] | None = None) -> Any:
    """The data in a YAML text; with `places`, line and column of every value by its JSON pointer."""
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    try:
        return _Builder(max_depth, places).build(loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _fault(error.problem or "this is no YAML", mark, "") from error
    except yaml.YAMLError as error:
        raise _fault(str(error).splitlines()[0], None, "") from error
    finally:
        loader.dispose()


def _fault(words: str, mark: Any, at: str, code: str = "bad_yaml") -> Invalid:
    line, column = (mark.line + 1, mark.column + 1) if mark is not None else (None, None)
    where = f"line {line}: " if line else ""
    problem = Problem(code=code, message=words, pointer=at, line=line, column=column)
    return Invalid(f"{where}{words}", code=code, problems=[problem])


class _Builder:
    """Data made of the events of one document."""

    def __init__(self, max_depth: int, places: dict[str, tuple[int, int]] | None) -> None:
        self.max_depth = max_depth
        self.places = places
        self.open: list[_Open] = []
        self.root: Any = None
        self.documents = 0

    def build(self, loader: Any) -> Any:
        while loader.check_event():
            self.take(loader.get_event())
        return self.root

    def take(self, event: Any) -> None:
        match event:
            case yaml.DocumentStartEvent():
                self.documents += 1
                if self.documents > 1:
                    raise _fault("a file holds one document", event.start_mark, "")
            case yaml.AliasEvent():
                raise _fault("anchors and aliases are not allowed", event.start_mark, self._at())
            case yaml.ScalarEvent():
                self._scalar(event)
            case yaml.MappingStartEvent():
                self._begin(event, {}, waits_for_key=True)
            case yaml.SequenceStartEvent():
                self._begin(event, [], waits_for_key=False)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self.open.pop()
            case _:
                pass

    def _at(self) -> str:
        if not self.open:
            return ""
        top = self.open[-1]
        if top.key is None and not top.is_object:
            return f"{top.at}/{len(top.value)}"
        return top.at if top.key is None else f"{top.at}/{pointer(top.key)}"

    def _begin(self, event: Any, value: Any, *, waits_for_key: bool) -> None:
        self._refuse_extras(event)
        if len(self.open) >= self.max_depth:
            words = f"nested more than {self.max_depth} deep"
            raise _fault(words, event.start_mark, self._at(), "too_deep")
        if self.open and self.open[-1].waits_for_key:
            raise _fault("a key is a text, not a list or an object", event.start_mark, self._at())
        at = self._at()
        self._put(value, event)
        self.open.append(_Open(value=value, at=at, is_object=waits_for_key, waits_for_key=waits_for_key))

    def _refuse_extras(self, event: Any) -> None:
        if event.anchor:
            raise _fault("anchors and aliases are not allowed", event.start_mark, self._at())
        if event.tag and event.tag not in _STANDARD_TEXT:
            raise _fault(f"the tag {event.tag!r} is not allowed", event.start_mark, self._at())

    def _scalar(self, event: Any) -> None:
        self._refuse_extras(event)
        is_plain = event.style is None or event.style == ""
        if self.open and self.open[-1].waits_for_key:
            self._key(event)
            return
        if event.tag or not is_plain:
            self._put(event.value, event)
            return
        self._put(self._plain(event), event)

    def _plain(self, event: Any) -> Any:
        text: str = event.value
        if text in _WORDS:
            return _WORDS[text]
        if _INT.fullmatch(text):
            return int(text)
        if text[-1:].isdigit() or text[-1:] == ".":
            if _FLOAT.fullmatch(text):
                number = float(text)
                if abs(number) == float("inf"):
                    raise _fault(f"{text[:40]} is no number that can be kept", event.start_mark, self._at())
                return number
            return text
        return text

    def _key(self, event: Any) -> None:
        top = self.open[-1]
        key: str = event.value
        if key in top.value:
            words = f"the key {key!r} stands here twice"
            raise _fault(words, event.start_mark, f"{top.at}/{pointer(key)}", "duplicate_key")
        top.key, top.waits_for_key = key, False

    def _put(self, value: Any, event: Any) -> None:
        if self.places is not None:
            mark = event.start_mark
            self.places[self._at()] = (mark.line + 1, mark.column + 1)
        if not self.open:
            self.root = value
            return
        top = self.open[-1]
        if not top.is_object:
            top.value.append(value)
        else:
            top.value[top.key] = value
            top.key, top.waits_for_key = None, True
