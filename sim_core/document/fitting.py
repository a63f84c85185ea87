"""Saved values of imports brought into the types of our fields, and back into what they were."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal, TypeAlias, cast, get_args, get_origin

import msgspec
from msgspec import UNSET, Struct

from sim_core.document.references import pointer
from sim_core.spec.fields import Code, Table, Widget
from sim_core.spec.kinds import Peeled, is_struct, peel
from sim_core.spec.tools import snake

Rest: TypeAlias = dict[str, Any]
"""What fits nowhere, by the JSON pointer to where it stood."""

_SEQUENCES = (list, tuple, set, frozenset, Sequence)


def fit(value: Any, kind: Any, at: str, rest: Rest) -> Any:
    """A value as a field of that type keeps it; `UNSET` when it says nothing.

    Text that holds JSON becomes data where the field wants data, text that holds a number or a truth becomes one where
    it wants that, names of nested objects are put into snake_case, and nulls of fields are dropped; in data that may be
    anything they stay. What has a reference stays.
    """
    if value is None:
        return UNSET
    wanted = peel(kind)
    if isinstance(value, str):
        value = _read_text(value, wanted)
        if value is UNSET or isinstance(value, str):
            return value
    if isinstance(value, dict):
        return _fit_object(cast("Rest", value), wanted, at, rest)
    if isinstance(value, list | tuple):
        item = next((_item(one) for one in wanted.types if _origin(one) in _SEQUENCES), Any)
        fitted = (_inner(one, item, f"{at}/{index}", rest) for index, one in enumerate(cast("list[Any]", value)))
        return [one for one in fitted if one is not UNSET]
    if wanted.types == (str,) and not isinstance(value, str):
        return json.dumps(value) if not isinstance(value, float) or not value.is_integer() else str(int(value))
    return value


def _inner(value: Any, kind: Any, at: str, rest: Rest) -> Any:
    """A value inside an object or a list: where anything may stand, a null is data."""
    return None if value is None and _takes_anything(peel(kind)) else fit(value, kind, at, rest)


def _read_text(text: str, wanted: Peeled) -> Any:
    if _takes_text(wanted):
        return text
    if not text.strip():
        return UNSET if not _takes_anything(wanted) else text
    if text.lstrip()[0] in "[{" and _wants_data(wanted):
        found = _json(text)
        return text if found is UNSET else found
    if bool in wanted.types and text.strip().lower() in ("true", "false"):
        return text.strip().lower() == "true"
    if int in wanted.types or float in wanted.types:
        found = _json(text.strip())
        return found if isinstance(found, int | float) and not isinstance(found, bool) else text
    return text


def _json(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return UNSET


def _refuse(name: str) -> Any:
    raise ValueError(name)


def _takes_text(wanted: Peeled) -> bool:
    if Any in wanted.types or any(_origin(one) in (*_SEQUENCES, dict, Mapping) for one in wanted.types):
        return str in wanted.types
    literal = any(_origin(one) is Literal and any(isinstance(v, str) for v in get_args(one)) for one in wanted.types)
    return literal or (str in wanted.types and not {int, float, bool} & set(wanted.types))


def _takes_anything(wanted: Peeled) -> bool:
    return Any in wanted.types


def _wants_data(wanted: Peeled) -> bool:
    if Any in wanted.types:
        return any(isinstance(mark, Table | Widget) or _is_json(mark) for mark in wanted.marks)
    return any(is_struct(one) or _origin(one) in (*_SEQUENCES, dict, Mapping) for one in wanted.types)


def _is_json(mark: Any) -> bool:
    return isinstance(mark, Code) and mark.language == "json"


def _fit_object(value: Rest, wanted: Peeled, at: str, rest: Rest) -> Any:
    struct = next((one for one in wanted.types if is_struct(one)), None)
    if struct is None:
        kinds = next((get_args(one) for one in wanted.types if _origin(one) in (dict, Mapping)), ())
        inner = kinds[1] if len(kinds) == 2 else Any
        fitted = {key: _inner(one, inner, f"{at}/{pointer(key)}", rest) for key, one in value.items()}
        return {key: one for key, one in fitted.items() if one is not UNSET}
    kinds = fields_of(struct)
    fitted: Rest = {}
    for key, one in value.items():
        name = key if key in kinds else snake(key)
        here = f"{at}/{pointer(key)}"
        if name not in kinds:
            if one is not None:
                rest[here] = one
            continue
        found = fit(one, kinds[name], here, rest)
        if found is not UNSET:
            fitted[name] = found
    return fitted


@lru_cache(maxsize=1024)
def fields_of(struct: type[Struct]) -> dict[str, Any]:
    """The types of a struct's fields, by the name they have in JSON."""
    return {info.encode_name: info.type for info in msgspec.structs.fields(struct)}


def _origin(kind: Any) -> Any:
    return get_origin(kind) or kind


def _item(kind: Any) -> Any:
    args = get_args(kind)
    return args[0] if args else Any


def unfit(value: Any, kind: Any) -> Any:
    """A fitted value as the reference product keeps it: names in camelCase, data of text editors as text."""
    wanted = peel(kind)
    given = _unfit(value, wanted)
    as_text = any(_is_json(mark) for mark in wanted.marks) or any(
        isinstance(mark, Widget) and mark.kind in ("conditions", "routes") for mark in wanted.marks
    )
    return json.dumps(given, indent=2, ensure_ascii=False) if as_text and isinstance(given, dict | list) else given


def _unfit(value: Any, wanted: Peeled) -> Any:
    if isinstance(value, list | tuple):
        item = next((_item(one) for one in wanted.types if _origin(one) in _SEQUENCES), Any)
        return [_unfit(one, peel(item)) for one in cast("list[Any]", value)]
    if isinstance(value, dict):
        struct = next((one for one in wanted.types if is_struct(one)), None)
        kinds = fields_of(struct) if struct else {}
        entries = cast("Rest", value).items()
        return {camel(key) if key in kinds else key: _unfit(one, peel(kinds.get(key, Any))) for key, one in entries}
    return value


def camel(name: str) -> str:
    """`input_format` as `inputFormat`."""
    first, *others = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in others)
