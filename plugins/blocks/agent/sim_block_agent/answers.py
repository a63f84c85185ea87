"""The form an answer must have, and the answer as a block's output."""

from collections.abc import Mapping
from typing import Any, NamedTuple, cast

from sim_core.plugin import Answer, Invalid, OutputField, from_json

KINDS = {"string", "number", "integer", "boolean", "object", "array"}


class Form(NamedTuple):
    """A JSON Schema and what it is called."""

    name: str
    schema: dict[str, Any]


def form(value: Any) -> Form | None:
    """The form that a response format asks for; `None` when there is none; raises `Invalid` when it is no schema."""
    found: Any = from_json(value)
    if isinstance(found, str):
        text = found.strip()
        if not text or (text.startswith("<") and text.endswith(">")):
            return None  # a reference to something that gave nothing
        raise Invalid("the response format is not JSON", code="bad_schema")
    if not found:
        return None
    if not isinstance(found, Mapping):
        raise Invalid("the response format is not a JSON Schema", code="bad_schema")
    outer = cast("Mapping[str, Any]", found)
    inner = cast("Mapping[str, Any]", outer.get("json_schema") or outer)
    if isinstance(inner.get("fields"), list):
        return Form(_name(inner), _of_fields(inner["fields"]))
    schema = inner.get("schema") if isinstance(inner.get("schema"), Mapping) else inner
    return Form(_name(inner), dict(cast("Mapping[str, Any]", schema)))


def promised(values: Mapping[str, Any]) -> tuple[OutputField, ...]:
    """The fields of the response format that a block holds; none while it is not written out or not right."""
    try:
        found = form(values.get("response_format"))
    except Invalid:
        return ()
    return _fields(found.schema) if found else ()


def answered(answer: Answer, *, with_form: bool) -> dict[str, Any]:
    """What later blocks see: the fields of the form, or the words, with what it took."""
    plain = answer.took
    took: dict[str, Any] = {
        "model": plain["model"],
        "tokens": {**plain["tokens"], "cached": answer.usage.cached, "thinking": answer.usage.thinking},
        "tool_calls": {"list": [_use(use) for use in answer.uses], "count": len(answer.uses)},
        "cost": plain["cost"],
        "timing": {"ms": answer.ms, "first_token_ms": answer.first_token_ms, "rounds": answer.rounds},
    }
    if answer.thinking:
        took["thinking"] = answer.thinking
    if answer.citations:
        took["citations"] = [{"url": one.url, "title": one.title, "text": one.text} for one in answer.citations]
    value: Any = answer.value
    if with_form and isinstance(value, dict):
        return took | cast("dict[str, Any]", value)
    return {"content": value if with_form and value is not None else answer.text, **took}


def _fields(schema: Any) -> tuple[OutputField, ...]:
    if not isinstance(schema, Mapping):
        return ()
    fields: Any = cast("Mapping[str, Any]", schema).get("properties")
    if not isinstance(fields, Mapping):
        return ()
    return tuple(_field(name, field) for name, field in cast("Mapping[str, Any]", fields).items())


def _field(name: str, field: Any) -> OutputField:
    told: Mapping[str, Any] = cast("Mapping[str, Any]", field) if isinstance(field, Mapping) else {}
    kind, items = told.get("type"), told.get("items")
    of = cast("Mapping[str, Any]", items).get("type") if isinstance(items, Mapping) else None
    return OutputField(
        name=name,
        type=kind if isinstance(kind, str) else "any",
        doc=str(told.get("description") or ""),
        items=of if isinstance(of, str) else "",
        fields=_fields(items if kind == "array" else told),
    )


def _use(use: Any) -> dict[str, Any]:
    made = {"name": use.name, "arguments": use.arguments, "result": use.result, "ms": use.ms}
    return made | ({"error": use.error} if use.error is not None else {})


def _name(inner: Mapping[str, Any]) -> str:
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "_-") else "_" for c in str(inner.get("name") or ""))
    return plain.strip("_")[:64] or "answer"


def _of_fields(rows: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for row in rows:
        kind = row.get("type") if row.get("type") in KINDS else "string"
        fields[str(row["name"])] = {"type": kind, "description": row.get("description") or ""}
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}
