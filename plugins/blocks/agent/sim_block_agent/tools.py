"""Tools of an agent, as our forms and imports keep them."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, cast

from sim_core.plugin import Choice, Code, Doc, Input, Invalid, LongText, ToolChoice, Widget, from_json

USES = ("auto", "force", "none")
DROPPED = {"apiKey", "accessToken", "authMethod", "manualCredential"}
"""Keys are no inputs here: they are the workspace's secrets and credentials."""
OURS = {"tool", "use", "inputs", "credential", "name", "doc", "schema", "id"}


class FunctionTool(Input):
    """A function of your own."""

    name: Annotated[str, Doc("What the model calls it.", min_length=1, max_length=64)]
    description: Annotated[str, Doc("What it does, for the model."), LongText(2)] = ""
    schema: Annotated[Any, Doc("JSON Schema of its arguments."), Widget("json")] = None
    code: Annotated[str, Doc("Its body; the arguments are names, `return` gives the result."), Code("$language")] = ""
    language: Annotated[
        Literal["python", "javascript"],
        Doc("Language of the code."),
        Choice((("python", "Python"), ("javascript", "JavaScript"))),
    ] = "python"
    use: Annotated[
        Literal["auto", "force", "none"], Doc("Whether the model may, must or must not use it."), Choice(USES)
    ] = "auto"


def choices(rows: Sequence[Mapping[str, Any]] | str, functions: Sequence[FunctionTool]) -> tuple[ToolChoice, ...]:
    """Everything that may be used; raises `Invalid` that names a row nobody can make sense of."""
    found: Any = from_json(rows) if isinstance(rows, str) and rows.strip() else rows or ()
    if not isinstance(found, list | tuple):
        raise Invalid("tools are not a list", code="bad_tools")
    offered = [_choice(row, at) for at, row in enumerate(cast("list[Any]", found))]
    written = [_function(one) for one in functions]
    return tuple(made for made in (*offered, *written) if made.use != "none")


def own(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of an import as a row of ours; one of ours comes back as it is."""
    if "tool" in row:
        return dict(row)
    kind = str(row.get("type") or "")
    params = {name: value for name, value in _mapping(row.get("params")).items() if name not in DROPPED}
    made: dict[str, Any] = {"use": row.get("usageControl") or row.get("usage_control") or "auto"}
    credential = row.get("credentialId") or row.get("credential_id") or params.pop("credential", "") or ""
    if kind in ("workflow", "workflow_input"):
        id = params.pop("workflowId", None) or params.pop("workflow_id", "") or ""
        mapped = _mapping(params.pop("inputMapping", None) or params.pop("input_mapping", None))
        made |= {"tool": f"workflow:{id}", "inputs": dict(mapped)}
    else:
        made |= {"tool": _tool_id(kind, row), "inputs": {_snake(name): value for name, value in params.items()}}
    extra = {"credential": credential, "name": "", "doc": ""}
    return made | {name: value for name, value in extra.items() if value}


def is_function(row: Mapping[str, Any]) -> bool:
    """Whether a row of an import brings code of its own."""
    return bool(row.get("code")) or row.get("type") == "custom-tool"


def as_function(row: Mapping[str, Any]) -> dict[str, Any]:
    """A function of an import, whose schema may be wrapped as models are told about functions."""
    told = _mapping(row.get("schema"))
    told = _mapping(told.get("function")) or told
    return {
        "name": str(told.get("name") or row.get("title") or "function")[:64],
        "description": str(told.get("description") or ""),
        "schema": told.get("parameters") or told,
        "code": str(row.get("code") or ""),
        "language": "javascript",
        "use": row.get("usageControl") or "auto",
    }


def _choice(row: Any, at: int) -> ToolChoice:
    if not isinstance(row, Mapping):
        raise Invalid(f"tool {at + 1} is not an object", code="bad_tools")
    row = cast("Mapping[str, Any]", row)
    if is_function(row) and "tool" not in row:
        # Its code stood where references are resolved; only `functions` keeps code as it is written.
        raise Invalid(f"tool {at + 1} is a function: it belongs to `functions`", code="bad_tools")
    made = own(row)
    if unknown := set(made) - OURS:
        raise Invalid(f"tool {at + 1} has {sorted(unknown)}, which a tool does not have", code="bad_tools")
    if not made["tool"] or made.get("use", "auto") not in USES:
        raise Invalid(f"tool {at + 1} names no tool, or a use that is none of {', '.join(USES)}", code="bad_tools")
    return ToolChoice(
        tool=str(made["tool"]),
        use=made.get("use") or "auto",
        inputs=_mapping(made.get("inputs")),
        credential=str(made.get("credential") or ""),
        name=str(made.get("name") or ""),
        doc=str(made.get("doc") or ""),
        schema=dict(_mapping(made["schema"])) if made.get("schema") else None,
    )


def _function(one: FunctionTool) -> ToolChoice:
    schema: Any = from_json(one.schema) or {"type": "object", "properties": {}}
    if not isinstance(schema, dict):
        raise Invalid(f"the schema of the function {one.name!r} is not an object", code="bad_tools")
    return ToolChoice(
        tool=f"function:{one.name}",
        use=one.use,
        name=one.name,
        doc=one.description,
        schema=cast("dict[str, Any]", schema),
        code=one.code,
        language=one.language,
    )


def _tool_id(kind: str, row: Mapping[str, Any]) -> str:
    """`slack` and `slack_message` as `slack.message`; versions in an integration's name are left out."""
    named = str(row.get("toolId") or row.get("tool_id") or "")
    service = re.sub(r"_v\d+$", "", kind.replace("-", "_"))
    operation = named.removeprefix(f"{service}_") or str(row.get("operation") or "").removeprefix(f"{service}_")
    operation = re.sub(r"_v\d+$", "", operation)
    return f"{service}.{operation}" if service and operation else service or named


def _mapping(value: Any) -> Mapping[str, Any]:
    found = from_json(value)
    return cast("Mapping[str, Any]", found) if isinstance(found, Mapping) else {}


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
