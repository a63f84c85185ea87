"""Links that people send to each other: found where one may look, and nowhere else."""

from sim_core.ids import new_id
from tests.rest.conftest import START, Api, response, workflow

ECHO = workflow(START, response("out", {"n": "<start.n>"}), edges="start>out")


async def test_a_workflow_and_a_run_are_found_where_they_are(api: Api) -> None:
    id = await api.make(ECHO)
    ran = await api.execute(id, {"n": 1})
    run_id = ran.headers["x-run-id"]
    home = (await api.ask("GET", "/me")).json()["workspaces"]
    for wanted, kind in ((id, "workflow"), (run_id, "run")):
        reply = await api.ask("GET", f"/addresses?id={wanted}")
        assert reply.json()["items"] == [{"id": wanted, "kind": kind, "workspace_id": next(iter(home))}]


async def test_what_one_may_not_see_is_as_what_is_not_there(api: Api) -> None:
    id = await api.make(ECHO)
    theirs = await api.ask("GET", f"/addresses?id={id}", headers={"x-api-key": api.other_key})
    nothing = await api.ask("GET", f"/addresses?id={new_id()}")
    assert theirs.json() == nothing.json() == {"items": [], "next_cursor": None}
    await api.ask("DELETE", f"/workflows/{id}")
    assert (await api.ask("GET", f"/addresses?id={id}")).json()["items"] == []


async def test_an_id_has_to_be_one(api: Api) -> None:
    reply = await api.ask("GET", "/addresses?id=' OR 1=1")
    assert (reply.status_code, reply.json()["code"]) == (422, "invalid")
