"""Which document a run is about to run: the draft, the live version, or a numbered one."""

from collections import OrderedDict

from msgspec import Struct

from sim_core.document.workflow import Workflow
from sim_core.errors import Invalid
from sim_core.store.deployments import get_version, live_version
from sim_core.store.documents import load
from sim_core.store.pool import Store
from sim_core.store.runs import kept_document

MOST = 128
_frozen: OrderedDict[str, Workflow] = OrderedDict()
"""Documents that were run, by digest; they never change."""


class Picked(Struct, frozen=True, kw_only=True):
    """A document, and where in the workflow's history it stands."""

    workflow: Workflow
    seq: int
    version: int | None = None
    durable: bool = False
    """Whether another process goes on with its runs when theirs dies: as the deployed version says, never a draft's."""


async def pick(store: Store, workflow_id: str, workspace_id: str, wanted: str) -> Picked:
    """The document of `draft`, `live`, or a version's number; raises `Missing`."""
    if wanted == "draft":
        stored = await load(store, workflow_id, workspace_id)
        return Picked(workflow=stored.workflow, seq=stored.seq)
    if wanted != "live" and not (wanted.isdecimal() and wanted.isascii() and len(wanted) < 9):
        raise Invalid(f"The version is {wanted[:40]!r}; it can be draft, live or a number.", code="bad_version")
    if wanted == "live":
        found = await live_version(store, workflow_id, workspace_id)
    else:
        found = await get_version(store, workflow_id, workspace_id, version=int(wanted))
    return Picked(
        workflow=await document(store, found.digest), seq=found.seq, version=found.version, durable=found.durable
    )


async def document(store: Store, digest: str) -> Workflow:
    """The document with a digest; raises `Missing`."""
    workflow = _frozen.get(digest)
    if workflow is None:
        workflow = _frozen[digest] = await kept_document(store, digest)
        if len(_frozen) > MOST:
            _frozen.popitem(last=False)
    return workflow
