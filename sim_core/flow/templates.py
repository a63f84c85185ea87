"""A block's values, compiled: what is fixed is kept, what refers to something becomes a function of the scope."""

import re
from collections.abc import Callable
from typing import Any, Literal, TypeAlias, cast

import msgspec
from msgspec import Struct

from sim_core.document.references import MISSING, Place, Reference, SecretName, bind, parse
from sim_core.flow.forms import Field, convert, form, text
from sim_core.flow.lookups import Lookup
from sim_core.flow.regions import Filled, Get, Region, Scope

Fill: TypeAlias = Callable[[Scope], Filled]
Names: TypeAlias = tuple[tuple[str, Get], ...]
_NO_NAMES: dict[str, Any] = {}
_QUOTES = re.compile(r'\\.|"', re.DOTALL)


class Values:
    """Compiles the values of one block."""

    def __init__(self, lookup: Lookup, region: Region) -> None:
        self.lookup = lookup
        self.region = region
        self.texts: dict[str, str] = {}
        """References in code as they were typed, by the names that stand for them."""

    def knows(self, place: Place) -> bool:
        """Whether something stands behind a place."""
        return self.lookup.knows(place, self.region)

    def value(self, value: Any, *, json: bool = False) -> Get | None:
        """How to work out a value, or `None` when it is what it says."""
        if isinstance(value, str):
            return self._text(value, json=json)
        if isinstance(value, dict):
            entries = cast("dict[str, Any]", value)
            return _object(entries, {key: self.value(inner) for key, inner in entries.items()})
        if isinstance(value, list | tuple):
            items = cast("list[Any]", value)
            return _list(list(items), [self.value(item) for item in items])
        return None

    def _text(self, value: str, *, json: bool) -> Get | None:
        if "<" not in value and "{{" not in value:
            return None
        template = parse(value)
        if template.is_literal:
            return None
        whole = template.whole
        if whole is not None:
            return self.lookup.place(whole, self.region)
        parts: list[str | Get] = []
        for part in template.parts:
            get = None if isinstance(part, str) else self.lookup.place(part, self.region)
            parts.append(get or (part if isinstance(part, str) else part.text))
        if all(isinstance(part, str) for part in parts):
            return None
        return (_json(parts) if json else None) or _joined(parts)

    def code(self, value: Any, language: Literal["python", "javascript"], prefix: str) -> tuple[Any, Names]:
        """Code with a name for each reference, wherever it stands in a value, and how to read what they name."""
        if isinstance(value, str):
            bound = bind(value, prefix, language=language, knows=self.knows)
            self.texts.update((name, place.text) for name, place in bound.names)
            return bound.text, tuple((name, self._named(place)) for name, place in bound.names)
        if isinstance(value, dict):
            entries = cast("dict[str, Any]", value)
            pairs = {
                key: self.code(inner, language, f"{prefix}{at}_") for at, (key, inner) in enumerate(entries.items())
            }
            return {key: code for key, (code, _) in pairs.items()}, tuple(
                n for _, names in pairs.values() for n in names
            )
        if isinstance(value, list | tuple):
            done = [self.code(item, language, f"{prefix}{at}_") for at, item in enumerate(cast("list[Any]", value))]
            return [code for code, _ in done], tuple(name for _, names in done for name in names)
        return value, ()

    def _named(self, place: Place) -> Get:
        get = self.lookup.place(place, self.region)
        assert get is not None
        return get


def fill(values: dict[str, Any], struct: type[Struct], compiler: Values, *, block: str, name: str) -> Fill:
    """How to make a block's inputs: worked out, converted to its struct, and as they are shown."""
    fields = form(struct)
    given = {key: value for key, value in values.items() if key in fields}
    dynamic: list[tuple[Field, Get]] = []
    named: list[tuple[str, Get]] = []
    coded = dict(given)
    for at, (key, value) in enumerate(given.items()):
        field = fields[key]
        language = _language(field, fields, given)
        if field.verbatim:
            continue
        if language in ("python", "javascript"):
            coded[key], names = compiler.code(value, language, "__ref_" if at == 0 else f"__ref_{at}_")
            named += names
        else:
            get = compiler.value(value, json=language == "json")
            if get is not None:
                dynamic.append((field, _without_secrets(get) if field.prompted else get))
    if not dynamic:
        return _fixed(given, coded, struct, tuple(named), block, name)
    return _filling(given, coded, struct, tuple(dynamic), tuple(named), block, name)


def _without_secrets(get: Get) -> Get:
    """What a model reads holds no secret, not even one that came through another block."""
    return lambda scope: scope.shared.secrets.mask(get(scope))


def _language(field: Field, fields: dict[str, Field], values: dict[str, Any]) -> Any:
    if field.language is None or not field.language.startswith("$"):
        return field.language
    sibling = field.language[1:]
    return values.get(sibling, "python") if sibling in fields else "python"


def _fixed(
    shown: dict[str, Any], values: dict[str, Any], struct: type[Struct], names: Names, block: str, name: str
) -> Fill:
    """Inputs in which nothing changes; made once when nothing in them can be changed by a careless block."""
    made: list[Any] = []
    may_share = all(isinstance(value, str | int | float | bool | None) for value in values.values())

    def get(scope: Scope) -> Filled:
        if made:
            inputs = made[0]
        else:
            inputs = convert(values if may_share else _copy(values), struct, block=block, name=name)
            if may_share:
                made.append(inputs)
        return inputs, shown, {key: _some(read(scope)) for key, read in names} if names else _NO_NAMES

    return get


def _filling(
    shown: dict[str, Any],
    values: dict[str, Any],
    struct: type[Struct],
    dynamic: tuple[tuple[Field, Get], ...],
    names: Names,
    block: str,
    name: str,
) -> Fill:
    work = [(field.name, get, field.wants_text, field) for field, get in dynamic]
    fixed = {key for key in values if key not in {field.name for field, _ in dynamic}}
    careful = any(isinstance(values[key], list | dict) for key in fixed)

    def get(scope: Scope) -> Filled:
        fresh = {**values, **{key: _copy(values[key]) for key in fixed}} if careful else dict(values)
        for key, read, wants_text, field in work:
            value = read(scope)
            if value is MISSING or (wants_text and type(value) is not str):
                _put(fresh, field, value)
            else:
                fresh[key] = value
        inputs = convert(fresh, struct, block=block, name=name)
        seen = {**shown, **{key: fresh.get(key) for key, _, _, _ in work}}
        return inputs, seen, {key: _some(read(scope)) for key, read in names} if names else _NO_NAMES

    return get


def _put(values: dict[str, Any], field: Field, value: Any) -> None:
    """A value that is missing, or that is no text where text is wanted."""
    if value is not MISSING and (value is not None or "null" not in field.kinds):
        values[field.name] = text(value) if value is not None else ""
    elif value is None:
        values[field.name] = None
    elif field.required or "str" in field.kinds:
        values[field.name] = "" if "str" in field.kinds else None
    else:
        values.pop(field.name, None)


def _some(value: Any) -> Any:
    return None if value is MISSING else value


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copy(inner) for key, inner in cast("dict[str, Any]", value).items()}
    return [_copy(item) for item in cast("list[Any]", value)] if isinstance(value, list) else value


def _object(fixed: dict[str, Any], gets: dict[str, Get | None]) -> Get | None:
    work = [(key, get) for key, get in gets.items() if get is not None]
    if not work:
        return None
    return lambda scope: {**_copy(fixed), **{key: _some(get(scope)) for key, get in work}}


def _list(fixed: list[Any], gets: list[Get | None]) -> Get | None:
    if not any(gets):
        return None
    pairs = list(zip(fixed, gets, strict=True))
    return lambda scope: [_copy(item) if get is None else _some(get(scope)) for item, get in pairs]


def _joined(parts: list[str | Get]) -> Get:
    def join(scope: Scope) -> str:
        return "".join([part if isinstance(part, str) else text(part(scope)) for part in parts])

    return join


def _json(parts: list[str | Get]) -> Get | None:
    """JSON in which values are put as JSON, or as JSON's text within quotes; `None` when the whole is no JSON."""
    quoted: list[bool] = []
    inside = False
    for part in parts:
        if isinstance(part, str):
            inside ^= sum(found.group() == '"' for found in _QUOTES.finditer(part)) % 2 == 1
        quoted.append(inside)
    try:
        sample = (
            part if isinstance(part, str) else "x" if q else "null" for part, q in zip(parts, quoted, strict=True)
        )
        msgspec.json.decode("".join(sample))
    except msgspec.DecodeError:
        return None
    pieces = list(zip(parts, quoted, strict=True))

    def put(scope: Scope) -> str:
        return "".join([part if isinstance(part, str) else _as_json(part(scope), q) for part, q in pieces])

    return put


def _as_json(value: Any, quoted: bool) -> str:
    if quoted:
        return msgspec.json.encode(text(value)).decode()[1:-1]
    return msgspec.json.encode(_some(value)).decode()


__all__ = ["Fill", "Names", "Reference", "SecretName", "Values", "fill"]
