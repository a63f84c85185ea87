import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from sim_core.accounts.actors import SCOPES, may, require
from sim_core.accounts.bootstrap import add_workspace, bootstrap
from sim_core.accounts.keys import authenticate, create_key, list_keys, revoke_key
from sim_core.errors import Anonymous, Denied, Invalid, Missing
from sim_core.store.pool import Store


async def test_the_first_start_makes_one_owner_however_many_start(store: Store) -> None:
    homes = await asyncio.gather(*(bootstrap(store) for _ in range(4)))
    assert len({home.workspace_id for home in homes}) == 1
    assert [home.is_new for home in homes].count(True) == 1
    assert await store.value("SELECT name FROM workspace") == "My workspace"
    assert await store.value("SELECT role FROM member") == "owner"


async def test_a_key_speaks_for_its_owner(store: Store) -> None:
    home = await bootstrap(store)
    made = await create_key(store, user_id=home.user_id, name="CI")
    actor = await authenticate(store, made.text)
    assert actor.user_id == home.user_id
    assert actor.roles == {home.workspace_id: "admin"}
    assert actor.scopes == ("read", "run", "write")
    assert may(actor, home.workspace_id, "run")
    assert not may(actor, home.workspace_id, "admin")
    with pytest.raises(Denied):
        require(actor, home.workspace_id, "admin")
    stored = await store.value("SELECT row_to_json(k)::text FROM api_key k")
    assert made.text not in stored
    assert made.text[20:] not in stored


async def test_a_key_of_one_workspace_does_not_see_another(store: Store) -> None:
    home = await bootstrap(store)
    other = await add_workspace(store, organization_id=home.organization_id, user_id=home.user_id, name="Other")
    bound = await create_key(store, user_id=home.user_id, name="bound", workspace_id=other, scopes=SCOPES)
    actor = await authenticate(store, bound.text)
    assert actor.workspace_ids == (other,)
    require(actor, other, "admin")
    for nowhere in (home.workspace_id, "nowhere"):
        assert not may(actor, nowhere, "read")
        with pytest.raises(Missing):
            require(actor, nowhere, "read")
    free = await create_key(store, user_id=home.user_id, name="free")
    assert set((await authenticate(store, free.text)).workspace_ids) == {home.workspace_id, other}


@pytest.mark.parametrize(
    ("role", "scopes", "allowed"),
    [
        ("read", SCOPES, {"read"}),
        ("write", SCOPES, {"read", "run", "write"}),
        ("admin", ("run",), {"run"}),
        ("write", ("write",), {"read", "write"}),
        ("admin", ("read",), {"read"}),
    ],
)
async def test_a_key_does_what_both_role_and_scopes_allow(
    store: Store, role: str, scopes: tuple[str, ...], allowed: set[str]
) -> None:
    home = await bootstrap(store)
    await store.execute("UPDATE member SET role = 'member'")
    await store.execute("UPDATE permission SET role = $1", role)
    actor = await authenticate(store, (await create_key(store, user_id=home.user_id, name="k", scopes=scopes)).text)
    assert {action for action in SCOPES if may(actor, home.workspace_id, action)} == allowed


async def test_keys_that_are_wrong_revoked_or_expired_are_nobody(store: Store) -> None:
    home = await bootstrap(store)
    made = await create_key(store, user_id=home.user_id, name="k")
    with pytest.raises(Missing):
        await revoke_key(store, made.key.id, user_id="somebody else")
    await revoke_key(store, made.key.id, user_id=home.user_id)
    late = await create_key(store, user_id=home.user_id, name="l", expires_at=datetime.now(UTC) + timedelta(days=1))
    await store.execute("UPDATE api_key SET expires_at = now() - interval '1 second' WHERE id = $1", late.key.id)
    for text in (made.text, late.text, "sim_wrong", "", "sim_\ud800", "sim_\x00"):
        with pytest.raises(Anonymous):
            await authenticate(store, text)


async def test_a_key_needs_known_scopes_and_a_future(store: Store) -> None:
    home = await bootstrap(store)
    for facts in ({"scopes": ("fly",)}, {"scopes": ()}, {"expires_at": datetime.now(UTC) - timedelta(days=1)}):
        with pytest.raises(Invalid):
            await create_key(store, user_id=home.user_id, name="k", **facts)


async def test_lists_show_when_a_key_was_used_and_no_secret(store: Store) -> None:
    home = await bootstrap(store)
    made = await create_key(store, user_id=home.user_id, name="k", workspace_id=home.workspace_id)
    assert [key.used_at for key in await list_keys(store, user_id=home.user_id)] == [None]
    await authenticate(store, made.text)
    (key,) = await list_keys(store, user_id="another", workspace_id=home.workspace_id)
    assert key.used_at is not None
    assert made.text.startswith(key.prefix)
    assert len(key.prefix) < 16
