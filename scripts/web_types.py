"""The web app's types, from what the API says of itself."""

import json
import re
from typing import Any, cast

from sim_core.rest.openapi import document
from sim_core.rest.server import routes

_PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}
_PREFIX = "#/components/schemas/"


def typescript() -> str:
    """One interface for each schema of the OpenAPI document, in its order."""
    whole = document(routes(), url="")
    schemas: dict[str, Any] = whole["components"]["schemas"]
    lines = ["/** Made from the server's OpenAPI document by `python -m scripts.generate`; do not edit. */", ""]
    lines += ["/** Every address of the API, so that the app asks for nothing that this server does not have. */"]
    lines += ["export const PATHS: readonly string[] = [", *(f"  {json.dumps(path)}," for path in whole["paths"]), "];"]
    for name, schema in schemas.items():
        lines += ["", *_declaration(_name(name), schema)]
    return "\n".join(lines) + "\n"


def _name(schema: str) -> str:
    """The name of a type; of two structs with one short name the place is part of it."""
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"\W", schema.removeprefix("sim_core.")))


def _declaration(name: str, schema: dict[str, Any]) -> list[str]:
    says = (
        [f"/** {schema['description']} */"] if schema.get("description") and "\n" not in schema["description"] else []
    )
    if schema.get("type") != "object" or "properties" not in schema:
        return [*says, f"export type {name} = {_type(schema)};"]
    required = schema.get("required", ())
    fields = [
        f"  {key}{'' if key in required else '?'}: {_type(part)};"
        for key, part in cast("dict[str, Any]", schema["properties"]).items()
    ]
    return [*says, f"export interface {name} {{", *fields, "}"]


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return _name(str(schema["$ref"]).removeprefix(_PREFIX))
    if "enum" in schema:
        return " | ".join(json.dumps(value) for value in schema["enum"])
    if "const" in schema:
        return json.dumps(schema["const"])
    if parts := schema.get("anyOf") or schema.get("oneOf"):
        return " | ".join(dict.fromkeys(_type(part) for part in parts))
    kind: Any = schema.get("type")
    match kind:
        case "array" if "prefixItems" in schema:
            return f"[{', '.join(_type(part) for part in schema['prefixItems'])}]"
        case "array":
            item = _type(schema.get("items") or {})
            return f"({item})[]" if " | " in item else f"{item}[]"
        case "object":
            more: Any = schema.get("additionalProperties")
            inside = _type(cast("dict[str, Any]", more)) if isinstance(more, dict) else "unknown"
            return f"Record<string, {inside}>"
        case str():
            return _PLAIN[kind]
        case _:
            return "unknown"
