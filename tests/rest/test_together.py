from tests.rest.conftest import Api

BLOCKS = {"a": {"id": "a", "type": "start", "name": "Start"}}


async def test_a_ticket_is_made_for_who_is_asking(api: Api) -> None:
    reply = await api.ask("POST", "/realtime/ticket")
    assert reply.status_code == 201
    assert reply.json()["ticket"].startswith("simt_")
    assert reply.json()["url"].endswith("/ws")


async def test_people_comment_answer_and_settle(api: Api) -> None:
    id = await api.make({"name": "w", "blocks": BLOCKS})
    said = (await api.ask("POST", f"/workflows/{id}/comments", {"body": "why?", "anchor": {"block_id": "a"}})).json()
    answer = await api.ask("POST", f"/workflows/{id}/comments", {"body": "because", "thread_id": said["id"]})
    assert answer.status_code == 201
    settled = await api.ask("PATCH", f"/workflows/{id}/comments/{said['id']}", {"resolved": True, "body": "why??"})
    assert settled.json()["resolved_by"] == said["created_by"]
    items = (await api.ask("GET", f"/workflows/{id}/comments")).json()["items"]
    assert [item["body"] for item in items] == ["why??", "because"]
    assert (
        await api.ask("POST", f"/workflows/{id}/comments", {"body": "x", "mentions": ["nobody"]})
    ).status_code == 422
    headers = {"x-api-key": api.other_key}
    assert (await api.ask("GET", f"/workflows/{id}/comments", headers=headers)).status_code == 404
    assert (await api.ask("POST", f"/workflows/{id}/comments", {"body": "x"}, headers=headers)).status_code == 404
    assert (await api.ask("DELETE", f"/workflows/{id}/comments/{said['id']}")).status_code == 204
    assert (await api.ask("GET", f"/workflows/{id}/comments")).json()["items"] == []


async def test_the_past_can_be_read_and_brought_back_and_that_undone(api: Api) -> None:
    id = await api.make({"name": "w", "blocks": BLOCKS})
    before = (await api.ask("GET", f"/workflows/{id}")).json()["seq"]
    await api.ask("PATCH", f"/workflows/{id}", {"operations": [{"op": "block.remove", "ids": ["a"]}]})
    history = (await api.ask("GET", f"/workflows/{id}/history")).json()
    assert history["items"][-1]["operation"]["op"] == "block.remove"
    past = (await api.ask("GET", f"/workflows/{id}/history/{before}")).json()
    assert "a" in past["workflow"]["blocks"]
    assert (await api.ask("GET", f"/workflows/{id}/history/99")).status_code == 404
    assert (await api.ask("GET", f"/workflows/{id}/history/x")).status_code == 404
    done = await api.ask("POST", f"/workflows/{id}/restore", {"to_seq": before})
    assert done.status_code == 200
    assert "a" in (await api.ask("GET", f"/workflows/{id}")).json()["workflow"]["blocks"]
    await api.ask("POST", f"/workflows/{id}/restore", {"to_seq": before + 1})
    assert not (await api.ask("GET", f"/workflows/{id}")).json()["workflow"].get("blocks")
