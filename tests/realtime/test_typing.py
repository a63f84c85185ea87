"""People in one room of a real service who type into one text, or into rows."""

import asyncio
from typing import Any

from sim_core.document.operations import UpdateValues, ValueChange
from sim_core.store.documents import load
from sim_core.store.operations import append_ops
from sim_realtime import protocol
from sim_realtime.client import Client
from sim_realtime.replica_text import ReplicaText
from tests.realtime.service import Service


def value(id: str, field: str, value: Any) -> UpdateValues:
    return UpdateValues(items=(ValueChange(block_id=id, field=field, value=value),))


async def edits(client: Client, replica: Any, heard: list[Any]) -> ReplicaText:
    text = ReplicaText(replica, "a", "prompt")
    client.heard = lambda message: (heard.append(message), text.hear(message))
    text.open()
    await client.until(lambda: text.is_open)
    return text


async def test_two_type_in_one_field_and_nothing_is_lost(service: Service) -> None:
    """RT-30, RT-31, RT-32: relayed at once, durable with the plain text, few writes."""
    async with service.client() as one, service.client() as two:
        first, second = one.open(service.workflow_id), two.open(service.workflow_id)
        await one.saved()
        await two.saved()
        heard: list[Any] = []
        left, right = await edits(one, first, []), await edits(two, second, heard)
        for letter in "ab🐎":
            left.type(left.text + letter)
            right.type(letter + right.text)
            await asyncio.sleep(0.02)
        await two.until(lambda: left.text == right.text and len(right.text) == len("hello") + 6)
        first_news = next(message for message in heard if isinstance(message, protocol.Typed | protocol.Committed))
        assert isinstance(first_news, protocol.Typed), "it is relayed before it is durable"
        left.close()
        await one.until(lambda: left.durable == left.n)
        await two.until(lambda: right.durable == right.n)
        stored = await load(service.store, service.workflow_id, service.home.workspace_id)
        assert stored.workflow.blocks["a"].values["prompt"] == left.text


async def test_a_typist_costs_few_writes(service: Service) -> None:
    """RT-33."""
    async with service.client() as one:
        replica = one.open(service.workflow_id)
        await one.saved()
        before = replica.seq or 0
        text = await edits(one, replica, [])
        for _ in range(50):
            text.type(text.text + "x")
            await asyncio.sleep(0.005)
        text.close()
        await one.until(lambda: text.durable == text.n)
        await one.until(lambda: len(replica.confirmed.blocks["a"].values["prompt"]) == 55)
        assert (replica.seq or 0) - before <= 2


async def test_a_whole_write_of_an_open_text_becomes_an_edit(service: Service) -> None:
    """RT-34, RT-35: REST writes the field while two people type in it."""
    async with service.client() as one:
        replica = one.open(service.workflow_id)
        await one.saved()
        text = await edits(one, replica, [])
        text.type("hello!")
        await append_ops(
            service.store, service.workflow_id, (value("a", "prompt", "well hello"),),
            workspace_id=service.home.workspace_id, actor="rest", client_id="rest",
        )  # fmt: skip
        await one.until(lambda: text.text == "well hello!")
        one.say(protocol.Flush(r=service.workflow_id))
        await one.until(lambda: text.durable == text.n)
        await one.until(lambda: replica.confirmed.blocks["a"].values["prompt"] == "well hello!")


async def test_rows_are_typed_into_while_others_move_add_and_remove_them(service: Service) -> None:
    """RT-36, RT-34: a row is itself wherever it stands."""
    async with service.client() as one, service.client() as two:
        mine, theirs = one.open(service.workflow_id), two.open(service.workflow_id)
        await one.saved()
        rows = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hello"}]
        mine.change(value("a", "messages", rows))
        await one.saved()
        (left, said), (right, _) = [
            await edits_rows(client, replica) for client, replica in ((one, mine), (two, theirs))
        ]
        first, second = left.text
        assert [first["content"], second["content"]] == ["Be kind.", "Hello"]
        assert first["id"] != second["id"]
        assert right.text == left.text
        # at once: one types into the second row, the other turns the rows around, adds one and changes a role
        left.type([first, {**second, "content": "Hello there"}])
        added = {"id": "new", "role": "assistant", "content": "Yes?"}
        right.type([{**second, "role": "assistant"}, first, added])
        wanted = [{**second, "role": "assistant", "content": "Hello there"}, first, added]
        await one.until(lambda: left.text == wanted)
        await two.until(lambda: right.text == wanted)
        left.close()
        await one.until(lambda: left.durable == left.n)
        stored = (
            (await load(service.store, service.workflow_id, service.home.workspace_id))
            .workflow.blocks["a"]
            .values["messages"]
        )
        assert stored == wanted
        # a whole write by another door becomes the smallest edit, while somebody types
        right.type([wanted[0], {**first, "content": "Be kind. Always."}, added])
        await append_ops(
            service.store, service.workflow_id,
            [value("a", "messages", [wanted[0], {"role": "system", "content": "Be very kind."}])],
            workspace_id=service.home.workspace_id, actor=service.home.user_id,
        )  # fmt: skip
        await two.until(lambda: [row["content"] for row in right.text] == ["Hello there", "Be very kind. Always."])
        right.type([{**right.text[1]}])
        await two.until(lambda: right.durable == right.n)
        assert not [message for message in said if isinstance(message, protocol.TextReject)]
        # no rows, or the other shape
        for block, field, texts in (("a", "messages", None), ("b", "code", ("content",))):
            mine.change(value("b", "code", "return 1"))
            await one.saved()
            other = ReplicaText(mine, block, field, texts)
            one.heard = other.hear
            other.open()
            await one.until(lambda other=other: other.refused == "not_text")


async def edits_rows(client: Client, replica: Any) -> tuple[ReplicaText, list[Any]]:
    text, heard = ReplicaText(replica, "a", "messages", ("content",)), list[Any]()
    client.heard = lambda message: (heard.append(message), text.hear(message))
    text.open()
    await client.until(lambda: text.is_open)
    return text, heard
