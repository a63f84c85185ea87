"""Runs of a workflow file, without a server or a database: memory lasts as long as the process."""

import asyncio
import os
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from sim_core import settings as configuration
from sim_core.app.diary import Diary
from sim_core.app.parts import open_runners, world_of
from sim_core.document.foreign import open_document
from sim_core.document.references import normalise
from sim_core.document.workflow import Workflow
from sim_core.errors import Invalid, Missing, Refused
from sim_core.flow.events import BlockFailed, BlockFinished, BlockPaused, BlockStarted, Event, TextDelta
from sim_core.flow.run import Outcome, run
from sim_core.flow.world import Child, Site, World
from sim_core.ids import new_id
from sim_core.jobs.plans import Plans
from sim_core.registry import Registry
from sim_core.spec.prompts import Turn

Tell = Callable[[str], None]


class Ran(Struct, frozen=True, kw_only=True):
    """What a run of a file came to."""

    outcome: Outcome

    @property
    def ok(self) -> bool:
        """Whether it ended well."""
        return self.outcome.status == "finished"

    @property
    def output(self) -> Any:
        """Its output."""
        return self.outcome.output

    def words(self) -> str:
        """Why it did not end well, in one line."""
        if self.outcome.status == "paused":
            return f"the run waits for {', '.join(self.outcome.pauses)}; only a server can keep it until it is answered"
        error = self.outcome.error
        if error is None:
            return "the run failed"
        where = f"block {error.block_name or error.block!r} failed: " if error.block else ""
        return f"{where}{error.message}"

    def facts(self) -> dict[str, Any]:
        """All of it as data."""
        told = msgspec.to_builtins(self.outcome, enc_hook=str)
        if self.ok:
            return {"status": told["status"], "output": told["output"], "ms": told["ms"]}
        return {
            "type": "urn:sim:problem:run_failed",
            "title": self.words(),
            "code": "run_failed" if self.outcome.status == "failed" else f"run_{self.outcome.status}",
            "status": told["status"],
            "error": told["error"],
            "pauses": told["pauses"],
            "output": told["output"],
        }


class Turns:
    """Memory of conversations, kept in the process."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._turns: dict[str, list[Turn]] = defaultdict(list)
        self._seen: set[tuple[str, str]] = set()

    async def recall(self, workspace_id: str, conversation: str) -> Sequence[Turn]:
        """Turns of a conversation, oldest first."""
        return tuple(self._turns[conversation])

    async def remember(self, workspace_id: str, conversation: str, turns: Sequence[Turn], key: str) -> None:
        """Add turns, once for a key."""
        if (conversation, key) not in self._seen:
            self._seen.add((conversation, key))
            self._turns[conversation].extend(turns)


class Neighbours:
    """Other workflows are other files of the same folder, by file name."""

    def __init__(self, folder: Path, plans: Plans, registry: Registry) -> None:
        """Look for workflows in a folder."""
        self.folder = folder
        self.plans = plans
        self.registry = registry
        self.world: World | None = None

    async def look(self, site: Site, workflow_id: str) -> Workflow:
        """A workflow file beside this one; raises `Missing`."""
        place = (self.folder / workflow_id).resolve()
        for found in (place, *(place.with_name(place.name + ending) for ending in (".yaml", ".yml", ".json"))):
            if found.is_file() and found.is_relative_to(self.folder):
                return open_document(found.read_bytes(), found.name, self.registry.alias).workflow
        raise Missing(f"There is no workflow file {workflow_id!r} beside this one; without a server there is no other.")

    async def run(self, site: Site, workflow_id: str, input: Any, deployed: bool) -> Child:
        """Run a workflow file to its end."""
        workflow = await self.look(site, workflow_id)
        plan = self.plans.get(workflow_id, workflow, surface="child")
        run_id = new_id()
        assert self.world is not None
        outcome = await run(
            plan,
            input,
            world=self.world,
            record=lambda event: None,
            run_id=run_id,
            secrets=site.secrets,
            workflow_id=workflow_id,
            depth=site.depth + 1,
            parent=site.run_id,
        )
        if outcome.status != "finished":
            raise Refused(Ran(outcome=outcome).words(), code="child_failed")
        return Child(run_id=run_id, name=workflow.name, output=outcome.output)


async def run_file(
    name: str,
    content: bytes,
    *,
    input: Any,
    secrets: Mapping[str, str],
    start: str | None = None,
    until: str | None = None,
    from_block: str | None = None,
    journal: str = "",
    pins: bool = True,
    timeout_s: float | None = None,
    tell: Tell | None = None,
) -> Ran:
    """Run a workflow file to its end; raises `Invalid` when it cannot run.

    `journal` names a file that keeps what happens; with `from_block` it is read first, and what does not depend on that
    block is taken from it.
    """
    settings = configuration.read(keep=False)
    registry = Registry.open(settings.data / "cache")
    workflow = open_document(content, os.path.basename(name), registry.alias).workflow
    plans = Plans(registry.block, lambda: registry.digest)
    at = _block(workflow, start)
    plan = plans.get("file", workflow, start=at, surface="manual", whole=from_block is not None)
    diary = Diary(journal, keep=from_block is not None)
    neighbours = Neighbours(Path(name).resolve().parent, plans, registry)
    runners = open_runners(settings, registry)
    neighbours.world = world_of(runners, settings, memory=Turns(), children=neighbours)
    try:
        outcome = await asyncio.ensure_future(
            run(
                plan,
                input,
                world=neighbours.world,
                record=diary.teller(_teller(workflow, tell)),
                run_id=new_id(),
                secrets=secrets,
                deadline_s=timeout_s,
                stream_blocks=("*",) if tell else (),
                history=diary.events,
                from_block=_block(workflow, from_block),
                stop_after=_block(workflow, until),
                pins=pins,
            )
        )
    finally:
        diary.close()
        await runners.close()
    return Ran(outcome=outcome)


def _block(workflow: Workflow, wanted: str | None) -> str | None:
    if wanted is None or wanted in workflow.blocks:
        return wanted
    for block in workflow.blocks.values():
        if normalise(block.name) == normalise(wanted):
            return block.id
    raise Invalid(f"There is no block {wanted!r}.", code="unknown_block")


def _teller(workflow: Workflow, tell: Tell | None) -> Callable[[Event], None]:
    if tell is None:
        return lambda event: None

    def record(event: Event) -> None:
        match event:
            case BlockStarted(block=block, path=path):
                tell(f"{_name(workflow, block, path)} begins")
            case BlockFinished(block=block, path=path, ms=ms):
                tell(f"{_name(workflow, block, path)} ended after {ms:.1f} ms")
            case BlockFailed(block=block, path=path, message=message):
                tell(f"{_name(workflow, block, path)} failed: {message}")
            case BlockPaused(block=block, path=path, kind=kind):
                tell(f"{_name(workflow, block, path)} waits ({kind})")
            case TextDelta(text=text, kind="text"):
                tell(text)
            case _:
                pass

    return record


def _name(workflow: Workflow, block: str, path: Sequence[tuple[str, int]]) -> str:
    found = workflow.blocks.get(block)
    where = "".join(f" [{index + 1}]" for _, index in path)
    return (found.name if found else block) + where
