"""JSON Schemas of tools and answers: checked without ever fetching anything."""

from collections.abc import Mapping
from typing import Any, cast

import msgspec

from sim_core.errors import Invalid, Problem


class Checker:
    """Tells whether values follow a schema; raises `Invalid` when the schema itself is none."""

    def __init__(self, schema: Mapping[str, Any], what: str) -> None:
        import jsonschema_rs

        try:
            self._validator = jsonschema_rs.validator_for(dict(schema), offline=True)
        except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
            message = getattr(error, "message", "") or str(error)
            raise Invalid(f"{what} is not a JSON Schema: {message}", code="bad_schema") from error

    def problems(self, value: Any, *, most: int = 10) -> tuple[Problem, ...]:
        """What is wrong with a value, and where."""
        found: list[Problem] = []
        for error in self._validator.iter_errors(value):
            path = "".join(f"/{_escaped(part)}" for part in error.instance_path)
            found.append(Problem(code="schema", message=error.message, pointer=path))
            if len(found) == most:
                break
        return tuple(found)


def told(problems: tuple[Problem, ...]) -> str:
    """Problems in one sentence, each with its place."""
    return "; ".join(f"{problem.message} (at {problem.pointer or 'the top'})" for problem in problems)


def arguments(text: str) -> dict[str, Any]:
    """Arguments of a tool call; raises `Invalid` when they are not a JSON object."""
    try:
        found: Any = msgspec.json.decode(text) if text.strip() else {}
    except msgspec.DecodeError as error:
        raise Invalid(f"the arguments are not JSON: {error}", code="bad_arguments") from error
    if not isinstance(found, dict):
        raise Invalid("the arguments are not a JSON object", code="bad_arguments")
    return cast("dict[str, Any]", found)


def value_in(text: str) -> Any:
    """The JSON value of an answer, code fences and words around it left out; raises `Invalid` when there is none."""
    plain = text.strip()
    try:
        return msgspec.json.decode(plain)
    except msgspec.DecodeError as error:
        starts = [at for at in (plain.find("{"), plain.find("[")) if at >= 0]
        end = max(plain.rfind("}"), plain.rfind("]"))
        if not starts or end < min(starts):
            raise Invalid(f"the answer is not JSON: {error}", code="bad_answer") from error
        try:
            return msgspec.json.decode(plain[min(starts) : end + 1])
        except msgspec.DecodeError:
            raise Invalid(f"the answer is not JSON: {error}", code="bad_answer") from error


def _escaped(part: str | int) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")
