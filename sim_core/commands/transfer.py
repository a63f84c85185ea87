"""`sim import` and `sim export`: workflows into files and out of them."""

import sys
from collections import Counter
from typing import Annotated, Any, Literal

import cyclopts
import msgspec

from sim_core.commands.terminal import FAILED, Json, emit, line_of, run_async
from sim_core.errors import Problem


def import_file(
    file: str,
    /,
    *,
    check: Annotated[bool, cyclopts.Parameter(negative="", help="Only read it and say what is in it.")] = False,
    name: Annotated[str, cyclopts.Parameter(help="Another name for it.")] = "",
    json: Json = False,
) -> int:
    """Bring a workflow file into the workspace: JSON, YAML or an export of Sim Studio; `-` is the pipe."""
    from sim_core.commands.offline import open_file, registry
    from sim_core.document.validate import check as validate

    plugins = registry()
    imported = open_file(file, plugins)
    workflow = imported.workflow
    if name:
        workflow = msgspec.structs.replace(workflow, name=name)
    found = (*imported.problems, *validate(workflow, plugins.block))
    problems = tuple(dict.fromkeys(found)) if _hashable(found) else found
    facts = {
        "name": workflow.name,
        "blocks": len(workflow.blocks),
        "edges": len(workflow.edges),
        "containers": len(workflow.subflows),
        "variables": len(workflow.variables),
        "types": dict(sorted(Counter(block.type for block in workflow.blocks.values()).items())),
        "unknown_types": sorted({block.type for block in workflow.blocks.values() if not plugins.block(block.type)}),
    }
    if not check:
        facts["id"] = run_async(_store(workflow))
    errors = [problem for problem in problems if problem.severity == "error"]
    if json:
        emit({**facts, "problems": problems})
    else:
        _print(facts, problems, stored=not check)
    return FAILED if check and errors else 0


def export(
    workflow_id: str,
    /,
    *,
    format: Annotated[
        Literal["json", "yaml", "sim"], cyclopts.Parameter(help="`sim` is the export of Sim Studio.")
    ] = "json",
    json: Json = False,
) -> None:
    """Write a workflow of the workspace to the standard output."""
    text = run_async(_read(workflow_id, format))
    sys.stdout.write(text if text.endswith("\n") else text + "\n")


def _print(facts: dict[str, Any], problems: tuple[Problem, ...], *, stored: bool) -> None:
    counted = ", ".join(
        f"{facts[name]} {name if facts[name] != 1 else name[:-1]}"
        for name in ("blocks", "edges", "containers", "variables")
    )
    print(f"{facts['name'] or 'Unnamed workflow'}: {counted}")
    print("Types: " + ", ".join(f"{kind} x{count}" if count > 1 else kind for kind, count in facts["types"].items()))
    if facts["unknown_types"]:
        print(f"Unknown types, kept as they are: {', '.join(facts['unknown_types'])}")
    for problem in problems:
        print(f"- {line_of(problem)}")
    if not problems:
        print("No problems.")
    if stored:
        print(f"Imported as {facts['id']}.")


def _hashable(problems: tuple[Problem, ...]) -> bool:
    try:
        hash(problems)
    except TypeError:
        return False
    return True


async def _store(workflow: Any) -> str:
    from sim_core.commands.database import desk
    from sim_core.store.documents import create_workflow

    async with desk() as here:
        created = await create_workflow(
            here.store, document=workflow, workspace_id=here.workspace_id, actor=here.user_id
        )
        return created.id


async def _read(workflow_id: str, format: Literal["json", "yaml", "sim"]) -> str:
    from sim_core.commands.database import desk
    from sim_core.commands.offline import registry
    from sim_core.rest.documents import written
    from sim_core.store.documents import load

    async with desk() as here:
        stored = await load(here.store, workflow_id, here.workspace_id)
        return written(stored.workflow, format, registry().block)[0].decode()
