"""Links between workspaces: a person finds what is in any of theirs, a guest only where they were let in."""

from tests.accounts.conftest import Site

START = {"name": "W", "blocks": {"s": {"id": "s", "type": "start", "name": "Start"}}}


async def test_each_person_finds_what_their_own_workspaces_hold(site: Site) -> None:
    owner = await site.owner()
    (first,) = (await owner.must("GET", "/workspaces"))["items"]
    body = {"name": "Second", "organization_id": first["organization_id"]}
    second = await owner.must("POST", "/workspaces", body)
    made = {}
    for place in (first, second):
        headers = {"x-workspace-id": place["id"]}
        made[place["id"]] = (await owner.must("POST", "/workflows", {"name": "W", "workflow": START}, headers=headers))[
            "id"
        ]
    grants = [{"workspace_id": second["id"], "role": "read"}]
    guest = await site.guest(owner, "grace@example.com", grants=grants)
    for id, workflow in made.items():
        (found,) = (await owner.must("GET", f"/addresses?id={workflow}"))["items"]
        assert (found["kind"], found["workspace_id"]) == ("workflow", id)
        seen = (await guest.must("GET", f"/addresses?id={workflow}"))["items"]
        assert [one["workspace_id"] for one in seen] == ([id] if id == second["id"] else [])
