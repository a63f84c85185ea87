import asyncio

import pytest

from sim_core.document.operations import UpdateWorkflow
from sim_core.document.workflow import Block, Workflow
from sim_core.errors import Invalid, Missing
from sim_core.spec.prompts import TextPart, Turn
from sim_core.store.deployments import deploy, document_of, get_version, list_versions, promote, undeploy
from sim_core.store.documents import (
    archive,
    create_workflow,
    delete,
    duplicate,
    list_workflows,
    load,
)
from sim_core.store.folders import create_folder, delete_folder, list_folders, rename_folder
from sim_core.store.memory import conversations, forget, recall, remember
from sim_core.store.operations import append_ops
from sim_core.store.order import place_folder, place_workflow
from sim_core.store.plugins import forget_plugin, list_plugins, record_plugin
from sim_core.store.pool import Store
from sim_core.store.runs import keep_document, kept_document
from tests.store.places import a_workspace

DOCUMENT = Workflow(name="W", blocks={"b": Block(id="b", type="function", name="B", values={"z": 1, "a": 2.0})})


async def test_workflows_are_listed_page_by_page_newest_first(store: Store) -> None:
    here, there = await a_workspace(store), await a_workspace(store)
    made = [await create_workflow(store, workspace_id=here, actor="u", name=f"W{n}") for n in range(5)]
    await create_workflow(store, workspace_id=there, actor="u", name="Theirs")
    await delete(store, made[4].id, here)
    await archive(store, made[3].id, here)
    first = await list_workflows(store, workspace_id=here, limit=2)
    assert [one.name for one in first.items] == ["W2", "W1"]
    second = await list_workflows(store, workspace_id=here, limit=2, after=first.next)
    assert [one.name for one in second.items] == ["W0"]
    assert second.next is None
    assert len((await list_workflows(store, workspace_id=here, archived=True)).items) == 4
    with pytest.raises(Missing):
        await load(store, made[4].id, here)


async def test_a_copy_stands_beside_its_original_and_changes_alone(store: Store) -> None:
    workspace = await a_workspace(store)
    original = await create_workflow(store, workspace_id=workspace, actor="u", document=DOCUMENT)
    copy = await duplicate(store, original.id, workspace, actor="u")
    assert copy.workflow.name == "W (copy)"
    assert copy.workflow.blocks == original.workflow.blocks
    await append_ops(store, copy.id, [UpdateWorkflow(set={"name": "Mine"})], workspace_id=workspace, actor="u")
    assert (await load(store, original.id, workspace)).workflow.name == "W"


async def test_folders_hold_workflows_and_each_other_but_not_themselves(store: Store) -> None:
    here, there = await a_workspace(store), await a_workspace(store)
    outer = await create_folder(store, workspace_id=here, name="Outer")
    inner = await create_folder(store, workspace_id=here, name="Inner", parent_id=outer.id)
    made = await create_workflow(store, workspace_id=here, actor="u", folder_id=inner.id)
    assert [one.id for one in (await list_workflows(store, workspace_id=here, folder_id=inner.id)).items] == [made.id]
    with pytest.raises(Invalid):
        await place_folder(store, outer.id, here, parent_id=inner.id)
    for attempt in (
        create_folder(store, workspace_id=there, name="x", parent_id=outer.id),
        create_workflow(store, workspace_id=there, actor="u", folder_id=outer.id),
        rename_folder(store, outer.id, there, "x"),
        place_folder(store, outer.id, there, parent_id=None),
        place_workflow(store, made.id, there, folder_id=None),
        delete_folder(store, outer.id, there),
        place_workflow(store, made.id, here, folder_id="nowhere"),
    ):
        with pytest.raises(Missing):
            await attempt
    await rename_folder(store, inner.id, here, "Renamed")
    await delete_folder(store, inner.id, here)
    assert (await load(store, made.id, here)).folder_id == outer.id
    await delete_folder(store, outer.id, here)
    assert (await load(store, made.id, here)).folder_id is None
    assert await list_folders(store, here) == ()


async def test_workflows_and_folders_stand_where_they_are_put(store: Store) -> None:
    here = await a_workspace(store)
    a, b, c = [await create_workflow(store, workspace_id=here, actor="u", name=name) for name in "abc"]

    async def names(folder_id: str | None = None) -> str:
        page = await list_workflows(store, workspace_id=here)
        inside = [one for one in page.items if one.folder_id == folder_id]
        return "".join(one.name for one in sorted(inside, key=lambda one: one.position or 0))

    assert await names() == "cba"
    await place_workflow(store, a.id, here, folder_id=None, before=c.id)
    assert await names() == "acb"
    await place_workflow(store, a.id, here, folder_id=None)
    assert await names() == "cba"
    one, two = [await create_folder(store, workspace_id=here, name=name) for name in ("one", "two")]
    await place_workflow(store, b.id, here, folder_id=two.id)
    await place_workflow(store, c.id, here, folder_id=two.id, before=b.id)
    assert (await names(), await names(two.id)) == ("a", "cb")
    await place_folder(store, two.id, here, parent_id=None, before=one.id)
    assert [folder.name for folder in await list_folders(store, here)] == ["two", "one"]
    await place_folder(store, one.id, here, parent_id=two.id)
    assert {folder.name: folder.parent_id for folder in await list_folders(store, here)} == {"two": None, "one": two.id}


async def test_versions_are_frozen_numbered_and_one_is_live(store: Store) -> None:
    workspace, there = await a_workspace(store), await a_workspace(store)
    made = await create_workflow(store, workspace_id=workspace, actor="u", document=DOCUMENT)
    with pytest.raises(Missing):
        await get_version(store, made.id, workspace)
    one = await deploy(store, made.id, workspace, actor="u", note="first")
    await append_ops(store, made.id, [UpdateWorkflow(set={"name": "Later"})], workspace_id=workspace, actor="u")
    two = await deploy(store, made.id, workspace, actor="u")
    assert (one.version, two.version) == (1, 2)
    assert (await document_of(store, one)).name == "W"
    assert list((await document_of(store, one)).blocks["b"].values) == ["z", "a"]
    assert (await get_version(store, made.id, workspace)).version == 2
    assert (await promote(store, made.id, workspace, version=1)).live
    assert [(v.version, v.live) for v in await list_versions(store, made.id, workspace)] == [(2, False), (1, True)]
    await asyncio.gather(*(deploy(store, made.id, workspace, actor="u") for _ in range(4)))
    versions = await list_versions(store, made.id, workspace)
    assert [v.version for v in versions] == [6, 5, 4, 3, 2, 1]
    assert [v.live for v in versions].count(True) == 1
    await undeploy(store, made.id, workspace)
    for attempt in (
        get_version(store, made.id, workspace),
        get_version(store, made.id, there, version=1),
        promote(store, made.id, workspace, version=99),
        promote(store, made.id, there, version=1),
        deploy(store, made.id, there, actor="u"),
    ):
        with pytest.raises(Missing):
            await attempt


async def test_the_same_document_is_kept_once(store: Store) -> None:
    first = await keep_document(store, DOCUMENT)
    assert await keep_document(store, DOCUMENT) == first
    assert await store.value("SELECT count(*) FROM workflow_execution_snapshots") == 1
    assert await kept_document(store, first) == DOCUMENT
    with pytest.raises(Missing):
        await kept_document(store, "nothing")


async def test_a_conversation_remembers_each_addition_once(store: Store) -> None:
    here, there = await a_workspace(store), await a_workspace(store)
    hello = [Turn("user", (TextPart("Hello\x00"),)), Turn("assistant", (TextPart("Hi"),))]
    for _ in range(2):
        await remember(store, here, "c", hello, key="run:block")
    await remember(store, here, "c", [Turn("user", (TextPart("Again"),))], key="run2:block")
    assert [turn.text for turn in await recall(store, here, "c")] == ["Hello\x00", "Hi", "Again"]
    assert [turn.text for turn in await recall(store, here, "c", limit=1)] == ["Again"]
    assert await recall(store, there, "c") == ()
    assert [(one.name, one.additions) for one in await conversations(store, here)] == [("c", 2)]
    assert await forget(store, here, "c") == 2


async def test_plugins_are_noted_with_their_origin(store: Store) -> None:
    await record_plugin(store, "sim-tool-x", version="1.0", origin="index", by="u", facts={"sha": "a"})
    await record_plugin(store, "sim-tool-x", version="1.1", origin="file", by="u2")
    (one,) = await list_plugins(store)
    assert (one.version, one.origin, one.installed_by, one.enabled, one.facts) == ("1.1", "file", "u2", True, {})
    assert await forget_plugin(store, "sim-tool-x")
    assert not await forget_plugin(store, "sim-tool-x")


async def test_what_refers_to_nothing_is_missing_and_what_is_no_text_is_invalid(store: Store) -> None:
    with pytest.raises(Missing):
        await create_workflow(store, workspace_id="nowhere", actor="u", document=DOCUMENT)
    workspace = await a_workspace(store)
    with pytest.raises(Invalid):
        await create_workflow(store, workspace_id=workspace, actor="u", name="nul \x00")
    with pytest.raises(Invalid):
        await load(store, "nul \x00", workspace)
    assert (await list_workflows(store, workspace_id=workspace)).items == ()
