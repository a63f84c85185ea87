import asyncio
import contextvars
import statistics
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from pyotp.totp import TOTP

from sim_core import settings as configuration
from sim_core.accounts import passwords
from sim_core.accounts.bootstrap import bootstrap
from sim_core.accounts.keys import create_key
from sim_core.accounts.limits import Allowance, Leases, Limited, Limits
from sim_core.app.motor import Secrets
from sim_core.errors import Invalid
from sim_core.store.pool import Store
from sim_core.store.secrets import get_secrets, set_secret
from sim_core.store.vault import Vault
from tests.accounts.conftest import Browser, Open, Site


async def _guess(site: Site, times: int, browsers: int = 4) -> list[int]:
    """What so many wrong passwords are answered, from several connections at once."""
    statuses: list[int] = []
    people = [await site.browser() for _ in range(browsers)]

    async def guess(browser: Browser, count: int) -> None:
        for number in range(count):
            statuses.append((await browser.sign_in("owner@example.com", f"wrong password {number}")).status_code)

    await asyncio.gather(*(guess(browser, times // browsers) for browser in people))
    return statuses


async def test_wrong_passwords_are_held_at_the_limit(site: Site) -> None:
    await site.owner()
    statuses = await _guess(site, 200)
    assert set(statuses) == {403, 429}
    assert 10 <= statuses.count(403) <= 11
    held = await (await site.browser()).sign_in("owner@example.com")
    assert held.status_code == 429
    assert 1 <= int(held.headers["retry-after"]) <= 600


@pytest.mark.full
async def test_ten_thousand_wrong_passwords_are_held_at_the_limit(site: Site) -> None:
    await site.owner()
    began = time.monotonic()
    statuses = await _guess(site, 10_000, 8)
    minutes = (time.monotonic() - began) / 60
    assert statuses.count(403) <= 10 + minutes + 1
    assert statuses.count(403) + statuses.count(429) == 10_000
    print(f"{statuses.count(403)} of 10,000 were looked at, in {minutes:.1f} minutes")


class Counting(PasswordHasher):
    """Does all the work of argon2, and counts it."""

    def __init__(self, real: PasswordHasher) -> None:
        super().__init__(real.time_cost, real.memory_cost, real.parallelism)
        self.done: Counter[str] = Counter()

    def verify(self, *given: Any) -> Any:
        self.done["verified"] += 1
        return super().verify(*given)

    def hash(self, *given: Any, **more: Any) -> str:
        self.done["hashed"] += 1
        return super().hash(*given, **more)


async def test_a_sign_in_costs_the_same_whoever_has_an_account(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    await site.owner()
    bob, carol = await site.join("bob@example.com"), await site.join("carol@example.com")
    await carol.must("DELETE", "/me")
    await site.store.execute("UPDATE \"user\" SET password = NULL WHERE email = 'bob@example.com'")
    browser = await site.browser()
    counting = Counting(passwords._hasher)
    monkeypatch.setattr(passwords, "_hasher", counting)
    for email in ("owner@example.com", "nobody@example.com", "bob@example.com", "carol@example.com"):
        counting.done.clear()
        reply = await browser.sign_in(email, "a wrong password")
        assert (reply.status_code, reply.json()["code"]) == (403, "wrong_password"), email
        assert counting.done == {"verified": 1}, email
        counting.done.clear()
        facts = {"email": email, "name": "N", "password": "a long new password"}
        assert (await browser.must("POST", "/auth/sign-up", facts))["status"] == "code_sent"
        assert counting.done == {"hashed": 1}, email
        counting.done.clear()
        for purpose in ("login", "reset"):
            await browser.must("POST", "/auth/codes", {"email": email, "purpose": purpose})
        assert counting.done == {}
    assert (await bob.ask("GET", "/me")).status_code == 200


@pytest.mark.full
async def test_the_time_of_a_sign_in_does_not_tell_who_has_an_account(site: Site) -> None:
    owner = await site.owner()
    reception = site.platform.services.reception
    took: dict[str, list[float]] = {"owner@example.com": [], "nobody@example.com": []}
    for number in range(200):
        for email, times in took.items():
            await reception.limits.forget(f"in:{email}", f"in:{email}:127.0.0.1", "from:127.0.0.1")
            began = time.perf_counter()
            assert (await owner.sign_in(email, f"wrong password {number}")).status_code == 403
            times.append(time.perf_counter() - began)
    known, unknown = (statistics.median(times) for times in took.values())
    print(f"median {known * 1000:.2f} ms with an account, {unknown * 1000:.2f} ms without")
    assert abs(known - unknown) < 0.3 * max(known, unknown), (known, unknown)


async def test_a_limit_is_exact_however_many_ask_at_once(store: Store) -> None:
    limits = Limits(store)

    async def take() -> bool:
        try:
            await limits.take("k", Allowance(7, 60))
        except Limited:
            return False
        return True

    assert sum(await asyncio.gather(*(take() for _ in range(50)))) == 7
    with pytest.raises(Limited) as held:
        await limits.take("k", Allowance(7, 60))
    assert 1 <= held.value.retry_after <= 60, "until the first of them is back"
    await limits.forget("k")
    assert await take()


async def test_leases_let_through_at_most_one_lease_more_for_each_process(store: Store) -> None:
    processes = [Leases(store, 100), Leases(store, 100)]
    through = 0
    for number in range(400):
        try:
            await processes[number % 2].take("k")
            through += 1
        except Limited:
            pass
    assert 100 <= through <= 100 + 2 * processes[0].lease


async def test_a_key_is_held_at_its_rate(open_site: Open) -> None:
    async with open_site(SIM_KEY_RATE="20") as site:
        home = await bootstrap(site.store)
        key = await create_key(site.store, user_id=home.user_id, name="k")
        browser = await site.browser()
        statuses = [(await browser.ask("GET", "/me", headers={"x-api-key": key.text})).status_code for _ in range(40)]
        assert 20 <= statuses.count(200) <= 24
        assert set(statuses) == {200, 429}


async def test_when_a_key_was_used_is_written_once_a_minute(site: Site) -> None:
    home = await bootstrap(site.store)
    key = await create_key(site.store, user_id=home.user_id, name="k")
    browser = await site.browser()

    async def used() -> Any:
        site.platform.services.door.forget()
        assert (await browser.ask("GET", "/me", headers={"x-api-key": key.text})).status_code == 200
        return await site.store.value("SELECT used_at FROM api_key WHERE id = $1", key.key.id)

    first = await used()
    assert first is not None
    assert await used() == first
    aged = await site.store.value("UPDATE api_key SET used_at = now() - interval '61 seconds' RETURNING used_at")
    assert await used() > aged


async def test_the_second_factor_is_asked_for_and_each_code_is_good_once(site: Site) -> None:
    owner = await site.owner()
    enrolment = await owner.must("POST", "/me/totp")
    clock = TOTP(enrolment["secret"])
    code = clock.now()
    assert (await owner.ask("POST", "/me/totp/activate", {"code": "000000"})).json()["code"] == "wrong_code"
    await owner.must("POST", "/me/totp/activate", {"code": code})
    stored = await site.store.value('SELECT totp FROM "user"')
    assert enrolment["secret"].encode() not in stored

    async def step(code: str) -> Any:
        ticket = (await owner.sign_in("owner@example.com")).json()
        assert ticket["status"] == "second_factor"
        facts = {"ticket": ticket["ticket"], "code": code}
        return (await owner.ask("POST", "/auth/sign-in/second-factor", facts)).json()

    assert (await step(code))["code"] == "wrong_code"
    recovery = enrolment["recovery_codes"][0]
    assert (await step(recovery))["status"] == "signed_in"
    assert (await step(recovery))["code"] == "wrong_code"
    assert (await step(clock.at(time.time() + 30)))["status"] == "signed_in"
    await owner.must("DELETE", "/me/totp")
    assert (await owner.sign_in("owner@example.com")).json()["status"] == "signed_in"


async def test_ones_own_secrets_are_in_ones_own_runs_only(site: Site) -> None:
    owner = await site.owner()
    (workflow,) = (await owner.must("GET", "/workflows"))["items"]
    document = (await owner.must("GET", f"/workflows/{workflow['id']}"))["workflow"]
    document["blocks"]["greet"]["values"]["code"] = "return len({{MINE}})"
    made = await owner.must("POST", "/workflows", {"workflow": document})
    run = f"/workflows/{made['id']}/execute"
    await owner.must("PUT", "/me/secrets/MINE", {"value": "four"})
    assert (await owner.must("POST", run, {"input": {}}))["output"]["result"] == 4
    key = (await owner.must("POST", "/keys", {"name": "k", "scopes": ["run"]}))["key"]
    program = await site.browser()
    theirs = await program.ask("POST", run, {"input": {}}, headers={"x-api-key": key})
    assert theirs.json().get("output", {}).get("result") != 4
    await owner.must("PUT", "/secrets/MINE", {"value": "the workspace's"})
    assert (await owner.must("POST", run, {"input": {}}))["output"]["result"] == 15


async def test_a_secret_that_changes_while_it_is_read_is_read_again(store: Store) -> None:
    vault = Vault(store, "k" * 40)
    secrets = Secrets(vault)
    await set_secret(vault, "w", "A", value="one")
    async with store.transaction() as connection:
        await connection.execute("LOCK TABLE key_order")  # what is read last has to wait
        reading = asyncio.create_task(secrets.of("w"), context=contextvars.Context())
        waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'key_order'::regclass"
        async with asyncio.timeout(30):
            while not await connection.fetchval(waits):
                await asyncio.sleep(0.005)
        await set_secret(vault, "w", "A", value="two")
        secrets.forget("w")
    assert await reading == {"A": "one"}
    assert await secrets.of("w") == {"A": "two"}


async def test_the_master_key_is_changed_while_everything_runs(store: Store, tmp_path: Path) -> None:
    before = configuration.read({"SIM_DATA": str(tmp_path)})
    running = Vault(store, before.encryption_key, again=lambda: configuration.stored_keys(tmp_path))
    await set_secret(running, "w", "A", value="one")
    fresh = configuration.rotate_key(before, {})
    rotating = Vault(store, fresh, earlier=(before.encryption_key,))
    assert await rotating.rotate() == 1
    other = Vault(store, before.encryption_key, again=lambda: configuration.stored_keys(tmp_path))
    for vault in (running, other):
        assert await get_secrets(vault, "w") == {"A": "one"}
        await set_secret(vault, "w", "A", value="one")
    after = configuration.read({"SIM_DATA": str(tmp_path)})
    assert after.encryption_key == fresh
    assert await get_secrets(Vault(store, after.encryption_key), "w") == {"A": "one"}
    with pytest.raises(Invalid):
        await get_secrets(Vault(store, before.encryption_key), "w")


async def test_a_dump_of_the_database_tells_no_secret(site: Site) -> None:
    owner = await site.owner()
    await owner.must("PUT", "/secrets/TOKEN", {"value": "a-very-secret-value"})
    await owner.must("POST", "/auth/codes", {"email": "owner@example.com"})
    code = await site.code("owner@example.com")
    tables = ("secret", "mail", "code", "session", "api_key", "ceremony", '"user"', "audit_log")
    for table in tables:
        rows = await site.store.rows(f"SELECT row_to_json(t)::text AS text FROM {table} t")
        text = "".join(row["text"] for row in rows)
        token = owner.client.cookies["sim_session"]
        hidden = ("a-very-secret-value", code, code.replace("-", ""), token, "correct horse")
        assert not any(secret in text or secret.encode().hex() in text for secret in hidden), table
