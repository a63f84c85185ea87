from sim_core.accounts.keys import create_key
from sim_core.ids import new_id
from sim_core.store.tables import Permission, User
from tests.rest.conftest import Api

BLOCKS = {"a": {"id": "a", "type": "start", "name": "Start"}}


async def colleague(api: Api) -> str:
    """A key of somebody else, who may read."""
    store = api.platform.services.store
    workspace_id = await store.value("SELECT workspace_id FROM api_key WHERE name = 'test' ORDER BY id LIMIT 1")
    user_id = new_id()
    await store.add(
        User(id=user_id, name="Colleague", email="colleague@example.com"),
        Permission(id=new_id(), workspace_id=workspace_id, user_id=user_id, role="read"),
    )
    scopes = ("read", "write")
    return (await create_key(store, user_id=user_id, name="theirs", workspace_id=workspace_id, scopes=scopes)).text


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


async def test_what_others_said_is_unread_until_one_has_read_it(api: Api) -> None:
    id = await api.make({"name": "w", "blocks": BLOCKS})
    first = (await api.ask("POST", f"/workflows/{id}/comments", {"body": "one"})).json()
    mine = (await api.ask("GET", f"/workflows/{id}/comments")).json()
    assert mine["unread"] == [], "nobody has to read their own words"
    assert list(mine["names"]) == [first["created_by"]]
    headers = {"x-api-key": await colleague(api)}
    theirs = (await api.ask("GET", f"/workflows/{id}/comments", headers=headers)).json()
    assert theirs["unread"] == [first["id"]]
    second = (await api.ask("POST", f"/workflows/{id}/comments", {"body": "two", "thread_id": first["id"]})).json()
    path = f"/workflows/{id}/comments/{second['id']}/read"
    assert (await api.ask("PUT", path, headers={"x-api-key": api.other_key})).status_code == 404
    assert (await api.ask("PUT", path, headers=headers)).status_code == 204
    assert (await api.ask("GET", f"/workflows/{id}/comments", headers=headers)).json()["unread"] == []
    older = f"/workflows/{id}/comments/{first['id']}/read"
    assert (await api.ask("PUT", older, headers=headers)).status_code == 204
    assert (await api.ask("GET", f"/workflows/{id}/comments", headers=headers)).json()["unread"] == [], "never back"


async def test_people_of_a_workflow_are_named_and_can_be_mentioned(api: Api) -> None:
    id = await api.make({"name": "w", "blocks": BLOCKS})
    await colleague(api)
    people = (await api.ask("GET", f"/workflows/{id}/people")).json()["items"]
    assert {one["name"]: one["role"] for one in people} == {"Owner": "admin", "Colleague": "read"}
    said = await api.ask("POST", f"/workflows/{id}/comments", {"body": "x", "mentions": [one["id"] for one in people]})
    assert said.status_code == 201
    assert (await api.ask("GET", f"/workflows/{id}/people", headers={"x-api-key": api.other_key})).status_code == 404
    assert (await api.ask("GET", f"/workflows/{id}/history")).json()["names"]


async def test_a_run_says_who_started_it(api: Api) -> None:
    id = await api.make({"name": "w", "blocks": BLOCKS})
    run = (await api.ask("POST", f"/workflows/{id}/execute", {"input": {}})).json()["run_id"]
    store = api.platform.services.store
    owner = await store.row(
        'SELECT u.id, u.name FROM "user" u JOIN api_key k ON k.user_id = u.id WHERE k.name = $1', "test"
    )
    assert owner
    whole = (await api.ask("GET", f"/runs/{run}")).json()
    [listed] = (await api.ask("GET", f"/runs?workflow_id={id}")).json()["items"]
    assert whole["started_by"] == listed["started_by"] == {"id": owner["id"], "name": owner["name"]}
