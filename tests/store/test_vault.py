import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from sim_core.errors import Fault, Invalid, Missing, TooLarge
from sim_core.store.credentials import (
    Credential,
    delete_credential,
    list_credentials,
    put_credential,
    update_credential,
    use_credential,
)
from sim_core.store.pool import Store
from sim_core.store.secrets import delete_secret, get_secrets, list_secrets, set_secret
from sim_core.store.vault import Vault
from tests.store.places import a_workspace

KEY = "ab" * 32
OTHER = "cd" * 32


async def test_a_secret_goes_in_and_out_and_is_never_listed(store: Store) -> None:
    vault = Vault(store, KEY)
    await set_secret(vault, "w", "TOKEN", value="s3cret ü", actor="u")
    await set_secret(vault, "w", "TOKEN", value="n3w", actor="u2")
    await set_secret(vault, "w", "OTHER", value="")
    await set_secret(vault, "elsewhere", "TOKEN", value="theirs")
    assert await get_secrets(Vault(store, KEY), "w") == {"TOKEN": "n3w", "OTHER": ""}
    assert await get_secrets(vault, "w", ("TOKEN", "GONE")) == {"TOKEN": "n3w"}
    listed = await list_secrets(vault, "w")
    assert [(one.name, one.updated_by) for one in listed] == [("OTHER", None), ("TOKEN", "u2")]
    stored = b"".join(row["value"] for row in await store.rows("SELECT value FROM secret"))
    assert b"s3cret" not in stored
    assert b"n3w" not in stored
    await delete_secret(vault, "w", "TOKEN")
    with pytest.raises(Missing):
        await delete_secret(vault, "w", "TOKEN")


@pytest.mark.parametrize("name", ["", "1A", "A B", "A" * 129, "Ä", "A\n"])
async def test_a_name_that_no_reference_can_spell_is_refused(store: Store, name: str) -> None:
    with pytest.raises(Invalid):
        await set_secret(Vault(store, KEY), "w", name, value="x")


async def test_a_value_that_cannot_be_kept_is_refused(store: Store) -> None:
    vault = Vault(store, KEY)
    with pytest.raises(TooLarge):
        await set_secret(vault, "w", "A", value="x" * 70_000)
    with pytest.raises(Invalid):
        await set_secret(vault, "w", "A", value="\ud800")


async def test_the_wrong_key_is_said_and_gives_no_garbage(store: Store) -> None:
    await set_secret(Vault(store, KEY), "w", "TOKEN", value="x")
    for wrong in (OTHER, "a passphrase that somebody made up"):
        with pytest.raises(Invalid) as caught:
            await get_secrets(Vault(store, wrong), "w")
        assert caught.value.reason == "wrong_encryption_key"
        with pytest.raises(Invalid):
            await set_secret(Vault(store, wrong), "w", "TOKEN", value="y")
    with pytest.raises(Invalid, match="needs 32 or more"):
        Vault(store, "short")


async def test_a_value_that_was_moved_or_damaged_does_not_open(store: Store) -> None:
    vault = Vault(store, KEY)
    await set_secret(vault, "w", "A", value="a")
    await set_secret(vault, "w", "B", value="b")
    await store.execute("UPDATE secret SET value = (SELECT value FROM secret WHERE name = 'A') WHERE name = 'B'")
    with pytest.raises(Fault):
        await get_secrets(vault, "w", ("B",))
    await store.execute("UPDATE secret SET value = set_byte(value, 40, get_byte(value, 40) # 1) WHERE name = 'A'")
    with pytest.raises(Fault):
        await get_secrets(vault, "w", ("A",))
    await store.execute("UPDATE secret SET value = 'short'::bytea WHERE name = 'A'")
    with pytest.raises(Fault):
        await get_secrets(vault, "w", ("A",))


async def test_the_master_key_can_be_changed(store: Store) -> None:
    for owner in ("w1", "w2"):
        await set_secret(Vault(store, KEY), owner, "TOKEN", value=owner)
    fresh = Vault(store, OTHER)
    assert await fresh.rotate(KEY) == 2
    assert await fresh.rotate(KEY) == 0
    assert await get_secrets(Vault(store, OTHER), "w2") == {"TOKEN": "w2"}
    with pytest.raises(Invalid):
        await get_secrets(Vault(store, KEY), "w1")


async def test_workspaces_that_begin_at_once_share_one_key(store: Store) -> None:
    vaults = [Vault(store, KEY) for _ in range(5)]
    await asyncio.gather(*(set_secret(vault, "w", f"S{n}", value=str(n)) for n, vault in enumerate(vaults)))
    assert await get_secrets(Vault(store, KEY), "w") == {f"S{n}": str(n) for n in range(5)}
    assert await store.value("SELECT count(*) FROM data_key") == 1


async def test_credentials_belong_to_their_workspace(store: Store) -> None:
    vault = Vault(store, KEY)
    here, there = await a_workspace(store), await a_workspace(store)
    made = await put_credential(
        vault, here, kind="api_key", provider="github", name="Mine", values={"token": "t"}, facts={"login": "me"}
    )
    assert (await use_credential(vault, here, made.id)).values == {"token": "t"}
    with pytest.raises(Missing):
        await use_credential(vault, there, made.id)
    listed = await list_credentials(vault, here, provider="github")
    assert [(one.id, one.values, one.facts) for one in listed] == [(made.id, {}, {"login": "me"})]
    assert await list_credentials(vault, here, provider="slack") == ()
    with pytest.raises(Missing):
        await delete_credential(vault, there, made.id)
    await delete_credential(vault, here, made.id)


async def test_of_many_who_find_a_token_expired_one_renews_it(store: Store) -> None:
    vault = Vault(store, KEY)
    workspace = await a_workspace(store)
    past, future = datetime.now(UTC) - timedelta(hours=1), datetime.now(UTC) + timedelta(hours=1)
    made = await put_credential(
        vault, workspace, kind="oauth", provider="x", name="X", values={"access": "0"}, expires_at=past
    )
    asked: list[str] = []

    async def refresh(credential: Credential) -> tuple[dict[str, str], datetime] | None:
        if credential.expires_at and credential.expires_at > datetime.now(UTC):
            return None
        asked.append(credential.values["access"])
        await asyncio.sleep(0.02)
        return {"access": str(int(credential.values["access"]) + 1)}, future

    renewed = await asyncio.gather(*(update_credential(vault, made.id, refresh) for _ in range(6)))
    assert asked == ["0"]
    assert {one.values["access"] for one in renewed} == {"1"}

    async def fail(credential: Credential) -> None:
        raise Invalid("the service said no")

    with pytest.raises(Invalid):
        await update_credential(vault, made.id, fail)
    assert (await use_credential(vault, workspace, made.id)).values == {"access": "1"}
