"""Our own file form of a workflow, as JSON and as YAML: `{"sim": 1, "workflow": {…}}`, made to be read in diffs."""

import json
import re
from typing import Any, Literal, TypeAlias, cast

import msgspec
from msgspec import Struct

from sim_core.document.json_reading import locate_json, read_json
from sim_core.document.plain import from_plain, to_plain
from sim_core.document.workflow import SCHEMA_VERSION, Workflow
from sim_core.errors import Invalid, Problem, TooLarge

Format: TypeAlias = Literal["json", "yaml"]
MAX_JSON = 50 * 1024 * 1024
MAX_YAML = 10 * 1024 * 1024
MAX_DEPTH = 100

_LONE_HALF = re.compile(r"\\u[dD][89a-fA-F]")


class Decoded(Struct, frozen=True):
    """What a file holds, and the text to find places in."""

    value: Any
    text: str
    format: Format


def dump_json(workflow: Workflow) -> bytes:
    """A workflow as JSON, always the same for the same workflow."""
    return (json.dumps(_envelope(workflow), ensure_ascii=False, indent=2) + "\n").encode()


def dump_yaml(workflow: Workflow) -> bytes:
    """A workflow as YAML, always the same for the same workflow."""
    from sim_core.document.yaml_writing import write_yaml  # YAML is read and written rarely: not at start-up

    return write_yaml(_envelope(workflow)).encode()


def load(data: bytes | str, format: Format | None = None) -> Workflow:
    """The workflow in a file of ours; raises `Invalid` whose problems have pointer, line and column."""
    return read_ours(decode(data, format))


def _envelope(workflow: Workflow) -> dict[str, Any]:
    return {"sim": SCHEMA_VERSION, "workflow": to_plain(workflow)}


def decode(data: bytes | str, format: Format | None = None) -> Decoded:
    """The data in a JSON or YAML file; what begins with a brace is taken for JSON. Raises `Invalid`."""
    text = _text(data)
    found: Format = format or ("json" if text.lstrip()[:1] in ("{", "[") else "yaml")
    if format == "yaml" and text.lstrip()[:1] == "{" and _is_json(text):
        found = "json"
    if len(text) > (MAX_JSON if found == "json" else MAX_YAML):
        limit = (MAX_JSON if found == "json" else MAX_YAML) // 1024**2
        raise TooLarge(f"a workflow has at most {limit} MB as {found.upper()}")
    if found == "json":
        value = read_json(text, MAX_DEPTH)
        if _LONE_HALF.search(text):
            _refuse_halves(value)
        return Decoded(value, text, found)
    from sim_core.document.yaml_reading import read_yaml

    return Decoded(read_yaml(text, MAX_DEPTH), text, found)


def _text(data: bytes | str) -> str:
    if isinstance(data, str):
        return data.removeprefix("\ufeff")
    if len(data) > MAX_JSON:
        raise TooLarge(f"a workflow has at most {MAX_JSON // 1024**2} MB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        words = f"line {line}: this is not UTF-8: {error.reason}"
        problem = Problem(code="bad_encoding", message=words, line=line, column=column)
        raise Invalid(words, code="bad_encoding", problems=[problem]) from error


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _refuse_halves(value: Any) -> None:
    try:
        msgspec.json.encode(value)
    except UnicodeError as error:
        raise Invalid("a text holds half a character, which UTF-8 cannot write", code="bad_encoding") from error


def is_ours(value: Any) -> bool:
    """Whether decoded data is a workflow file of ours."""
    return isinstance(value, dict) and "sim" in value and "workflow" in value


def read_ours(decoded: Decoded) -> Workflow:
    """The workflow in decoded data; raises `Invalid` with every problem at once."""
    problems: list[Problem] = []
    workflow = _read(decoded.value, problems)
    if not problems and workflow is not None:
        return workflow
    placed = _placed(problems, decoded)
    first = placed[0]
    where = f"line {first.line}: " if first.line else ""
    more = f" (and {len(placed) - 1} more)" if len(placed) > 1 else ""
    raise Invalid(f"{where}{first.message}{more}", code="bad_document", problems=placed)


def _read(value: Any, problems: list[Problem]) -> Workflow | None:
    if not is_ours(value):
        words = "a workflow file has `sim: 1` and `workflow`"
        problems.append(Problem(code="bad_document", message=words))
        return None
    envelope = cast("dict[str, Any]", value)
    version = envelope["sim"]
    if isinstance(version, bool) or version != SCHEMA_VERSION:
        words = f"this file has version {version!r}; this platform reads version {SCHEMA_VERSION}"
        problems.append(Problem(code="bad_version", message=words, pointer="/sim", expected=str(SCHEMA_VERSION)))
        return None
    for key in envelope.keys() - {"sim", "workflow"}:
        words = f"a workflow file has no {key!r}; it has `sim` and `workflow`"
        problems.append(Problem(code="unknown_key", message=words, pointer=f"/{key}"))
    return from_plain(envelope["workflow"], "/workflow", problems)


def _placed(problems: list[Problem], decoded: Decoded) -> list[Problem]:
    places: dict[str, tuple[int, int]] = {}
    if decoded.format == "json":
        locate_json(decoded.text, places)
    else:
        from sim_core.document.yaml_reading import read_yaml

        read_yaml(decoded.text, MAX_DEPTH, places)
    return [_with_place(problem, places) for problem in problems]


def _with_place(problem: Problem, places: dict[str, tuple[int, int]]) -> Problem:
    at = problem.pointer
    while at and at not in places:
        at = at.rpartition("/")[0]
    if at not in places:
        return problem
    line, column = places[at]
    return msgspec.structs.replace(problem, line=line, column=column)
