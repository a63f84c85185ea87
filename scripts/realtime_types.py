"""JSON Schema and TypeScript types of the realtime protocol, from its structs."""

from typing import Any, cast

import msgspec

from sim_realtime import protocol

HEAD = """// Made by scripts/generate.py from sim_realtime/protocol.py: change it there.
// Bytes are base64 text.

"""


def json_schema() -> dict[str, Any]:
    """The schema of both directions, with every struct under `$defs`."""
    kinds: list[Any] = [protocol.FromClient, protocol.FromServer]
    (client, server), parts = msgspec.json.schema_components(kinds, ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Realtime protocol, version 1",
        "$defs": {**parts, "FromClient": client, "FromServer": server},
    }


def typescript() -> str:
    """The same as TypeScript interfaces."""
    schema = json_schema()
    lines = [HEAD]
    for name, part in sorted(schema["$defs"].items()):
        doc = part.get("description", "").strip().splitlines()
        lines += [f"/** {doc[0]} */\n"] if doc else []
        lines.append(_declared(name, part))
    operations: list[Any] = list(cast("Any", protocol.Operation).__args__)
    names = " | ".join(kind.__name__ for kind in operations)
    lines.append(f"export type Operation = {names};\n\n")
    lines.append(f"export const VERSION = {protocol.VERSION};\n")
    return "".join(lines)


def _declared(name: str, part: dict[str, Any]) -> str:
    if "properties" not in part:
        return f"export type {name} = {_type(part)};\n\n"
    required = set(part.get("required", ()))
    rows = [f"  {key}{'' if key in required else '?'}: {_type(value)};\n" for key, value in part["properties"].items()]
    return f"export interface {name} {{\n{''.join(rows)}}}\n\n"


def _type(part: dict[str, Any]) -> str:
    match part:
        case {"$ref": ref}:
            return str(ref).rsplit("/", 1)[-1]
        case {"anyOf": options}:
            return " | ".join(dict.fromkeys(_type(option) for option in options))
        case {"enum": values}:
            return " | ".join(msgspec.json.encode(value).decode() for value in values)
        case {"type": "array", "prefixItems": items}:
            return f"[{', '.join(_type(item) for item in items)}]"
        case {"type": "array", "items": items} if items:
            inner = _type(items)
            return f"({inner})[]" if "|" in inner else f"{inner}[]"
        case {"type": "object", "additionalProperties": inner} if inner and inner is not True:
            return f"Record<string, {_type(inner)}>"
        case {"type": "object"}:
            return "Record<string, unknown>"
        case {"type": "array"}:
            return "unknown[]"
        case {"type": "integer"} | {"type": "number"}:
            return "number"
        case {"type": "string"} | {"type": "boolean"} | {"type": "null"}:
            return str(part["type"])
        case _:
            return "unknown"
