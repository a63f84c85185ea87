"""Workflows as files: imported from ours, YAML and foreign forms, and exported again."""

from collections.abc import Callable
from typing import Annotated, Literal

import msgspec
from litestar.response.base import ASGIResponse
from msgspec import Meta, Struct

from sim_core.document.foreign import open_document, write_foreign
from sim_core.document.text import dump_json, dump_yaml
from sim_core.document.workflow import Workflow
from sim_core.errors import Problem
from sim_core.rest.routes import Call, route
from sim_core.rest.workflows import validation
from sim_core.spec.blocks import BlockType
from sim_core.store import documents

Format = Literal["json", "yaml", "sim"]
YAML = "application/yaml"


class ImportQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the file is taken in."""

    dry_run: bool = False
    """Only say what is in it; nothing is stored."""
    name: Annotated[str, Meta(max_length=255)] = ""
    """Another name for it."""
    filename: Annotated[str, Meta(max_length=255)] = ""
    """What the file was called, where its form should be told by that."""


class Imported(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What came of an import."""

    id: str | None = None
    """`None` when nothing was stored."""
    name: str
    blocks: int
    edges: int
    containers: int
    variables: int
    unknown_types: tuple[str, ...] = ()
    """Types that no installed plugin brings; such blocks keep everything they hold."""
    problems: tuple[Problem, ...] = ()
    workflow: Workflow | None = None


class ExportQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The form of the file."""

    format: Format = "json"
    """`json` and `yaml` are ours; `sim` is the export of Sim Studio."""


@route(
    "POST",
    "/workflows/import",
    scope="write",
    raw="application/json, application/yaml, application/x-yaml, text/yaml, text/plain, application/octet-stream",
    query=ImportQuery,
    reply=Imported,
    status=201,
    also={200: "It was a dry run."},
)
async def import_workflow(call: Call[None, ImportQuery]) -> ASGIResponse:
    """Import a workflow from a file: ours as JSON or YAML, or an export of Sim Studio.

    The body is the file itself. Unknown block types are kept and reported, not refused.
    """
    opened = open_document(call.raw, call.query.filename, call.services.registry.alias)
    workflow = opened.workflow
    if call.query.name:
        workflow = msgspec.structs.replace(workflow, name=call.query.name)
    find = call.services.registry.block
    checked = validation(workflow, call)
    problems = {(p.code, p.pointer, p.message): p for p in (*opened.problems, *checked.problems)}
    id = None
    if not call.query.dry_run:
        stored = await documents.create_workflow(
            call.services.store, document=workflow, workspace_id=call.workspace_id, actor=call.user_id
        )
        id = stored.id
    answer = Imported(
        id=id,
        name=workflow.name,
        blocks=len(workflow.blocks),
        edges=len(workflow.edges),
        containers=len(workflow.subflows),
        variables=len(workflow.variables),
        unknown_types=tuple(sorted({block.type for block in workflow.blocks.values() if not find(block.type)})),
        problems=tuple(problems.values()),
        workflow=workflow if call.query.dry_run else None,
    )
    status = 200 if call.query.dry_run else 201
    return ASGIResponse(body=msgspec.json.encode(answer), status_code=status, media_type="application/json")


@route(
    "GET",
    "/workflows/{workflow_id}/export",
    scope="read",
    query=ExportQuery,
    produces="application/json, application/yaml",
)
async def export_workflow(call: Call[None, ExportQuery]) -> ASGIResponse:
    """Export a workflow as a file."""
    stored = await documents.load(call.services.store, call.id("workflow_id"), call.workspace_id)
    content, media_type = written(stored.workflow, call.query.format, call.services.registry.block)
    ending = "yaml" if call.query.format == "yaml" else "json"
    disposition = f'attachment; filename="{_file_name(stored.workflow.name)}.{ending}"'
    return ASGIResponse(body=content, media_type=media_type, headers={"content-disposition": disposition})


def written(workflow: Workflow, format: Format, find: Callable[[str], BlockType | None]) -> tuple[bytes, str]:
    """A document as a file, and that file's media type."""
    match format:
        case "yaml":
            return _bytes(dump_yaml(workflow)), YAML
        case "sim":
            raw = msgspec.json.encode(write_foreign(workflow, find))
            return msgspec.json.format(raw, indent=2), "application/json"
        case "json":
            return _bytes(dump_json(workflow)), "application/json"


def _bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text


def _file_name(name: str) -> str:
    kept = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_") else "-" for letter in name)
    return kept.strip("-").lower()[:80] or "workflow"


ROUTES = (import_workflow, export_workflow)
