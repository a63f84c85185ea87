"""The answer to a pause, against the form that was asked."""

from collections.abc import Iterable, Mapping
from typing import Any

from sim_core.errors import Invalid, Problem

KINDS: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "boolean": (bool,),
    "object": (dict,),
    "array": (list,),
    "files": (list,),
    "file[]": (list,),
}


def check_answer(form: Iterable[Mapping[str, Any]], answer: Mapping[str, Any]) -> dict[str, Any]:
    """The answer with the form's own values where it says nothing; raises `Invalid` with everything that is wrong."""
    complete = dict(answer)
    problems: list[Problem] = []
    for row in form:
        name = str(row.get("name", ""))
        if name not in complete and row.get("value") not in (None, ""):
            complete[name] = row["value"]
        value = complete.get(name)
        if value in (None, ""):
            if row.get("required"):
                problems.append(_problem("required", name, f"the answer lacks {name!r}", row))
        elif not _fits(value, str(row.get("type") or "")):
            found = type(value).__name__
            problems.append(_problem("wrong_type", name, f"{name!r} is a {row.get('type')}, not a {found}", row))
    if problems:
        words = "; ".join(problem.message for problem in problems)
        raise Invalid(f"The answer does not fit the form: {words}.", code="bad_answer", problems=problems)
    return complete


def _fits(value: Any, kind: str) -> bool:
    kinds = KINDS.get(kind)
    if kinds is None:
        return True
    return isinstance(value, kinds) and not (kind == "number" and isinstance(value, bool))


def _problem(code: str, name: str, message: str, row: Mapping[str, Any]) -> Problem:
    return Problem(
        code=code, message=message, pointer=f"/input/{name}", field=name, expected=str(row.get("type") or "")
    )
