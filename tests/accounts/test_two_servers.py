"""What has to hold across processes: two real servers and a realtime service on one database."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest

from sim_core.accounts.bootstrap import bootstrap
from sim_core.accounts.keys import create_key
from sim_core.store.pool import Store
from sim_realtime import protocol
from sim_realtime.client import Client
from tests.accounts.conftest import Browser
from tests.support.servers import Servers, servers


async def _many(count: int, at_once: int, ask: Callable[[int], Awaitable[httpx2.Response]]) -> Counter[int]:
    statuses: Counter[int] = Counter()
    numbers = iter(range(count))

    async def some() -> None:
        for number in numbers:
            statuses[(await ask(number)).status_code] += 1

    await asyncio.gather(*(some() for _ in range(at_once)))
    return statuses


async def _guess(running: Servers, count: int) -> Counter[int]:
    browsers = [Browser(url) for url in running.urls for _ in range(4)]
    try:
        await browsers[0].sign_up("owner@example.com")
        return await _many(
            count, 8, lambda number: browsers[number % 8].sign_in("owner@example.com", f"wrong password {number}")
        )
    finally:
        for browser in browsers:
            await browser.client.aclose()


async def test_sign_in_is_held_exactly_and_keys_within_a_lease_for_each_process(
    clean_postgres: str, store: Store
) -> None:
    home = await bootstrap(store)
    async with servers(clean_postgres, 2, SIM_KEY_RATE="60") as running:
        began = time.monotonic()
        statuses = await _guess(running, 80)
        minutes = (time.monotonic() - began) / 60
        assert set(statuses) == {403, 429}
        assert 10 <= statuses[403] <= 10 + minutes

        key = await create_key(store, user_id=home.user_id, name="k")
        client = httpx2.AsyncClient(trust_env=False, headers={"x-api-key": key.text}, timeout=30)
        async with client:
            began = time.monotonic()
            answers = await _many(200, 8, lambda number: client.get(f"{running.urls[number % 2]}/api/v1/me"))
            allowed = 60 + (time.monotonic() - began) * 60 / 60
            lease = 6
            assert 60 <= answers[200] <= allowed + 2 * lease, (answers, allowed)
            assert answers[200] + answers[429] == 200


@pytest.mark.full
async def test_ten_thousand_wrong_passwords_are_held_by_two_servers(clean_postgres: str, store: Store) -> None:
    await bootstrap(store)
    async with servers(clean_postgres, 2) as running:
        began = time.monotonic()
        statuses = await _guess(running, 10_000)
        took = time.monotonic() - began
        print(f"{statuses[403]} of 10,000 were looked at in {took:.0f} s, {10_000 / took:.0f} tries a second")
        assert statuses[403] + statuses[429] == 10_000
        assert 10 <= statuses[403] <= 10 + took / 60


async def test_a_changed_right_counts_everywhere(clean_postgres: str, store: Store) -> None:
    await bootstrap(store)
    async with servers(clean_postgres, 2, realtime=True) as running:
        owner, bob, elsewhere = (Browser(running.urls[at]) for at in (0, 0, 1))
        try:
            await owner.sign_up("owner@example.com")
            me = await owner.must("GET", "/me")
            workspace, organization = next(iter(me["workspaces"])), next(iter(me["organizations"]))
            grants = [{"workspace_id": workspace, "role": "write"}]
            place = f"/organizations/{organization}/invitations"
            sent = await owner.must("POST", place, {"email": "bob@example.com", "grants": grants})
            await bob.sign_up("bob@example.com", invitation=sent["link"].split("token=")[1])
            bob_id = (await bob.must("GET", "/me"))["id"]
            elsewhere.client.cookies = bob.client.cookies
            (workflow,) = (await elsewhere.must("GET", "/workflows"))["items"]

            async def enter() -> dict[str, str]:
                return {"ticket": (await bob.must("POST", "/realtime/ticket"))["ticket"]}

            client = Client(f"ws://127.0.0.1:{running.realtime_port}/ws", enter)
            heard: list[Any] = []
            client.heard = heard.append
            async with client:
                replica = client.open(workflow["id"])
                await client.saved()
                assert replica.role == "write"
                await owner.must("PUT", f"/workspaces/{workspace}/members/{bob_id}", {"role": "read"})
                await _until(lambda: _status(elsewhere, "POST", "/workflows/import?dry_run=true"), 403)
                await client.until(lambda: replica.role == "read", within=60)
                await owner.must("DELETE", f"/workspaces/{workspace}/members/{bob_id}")
                await _until(lambda: _status(elsewhere, "GET", f"/workflows/{workflow['id']}"), 403, 404)
                await client.until(
                    lambda: any(isinstance(one, protocol.Evict) and one.code == "access" for one in heard),
                    within=60,
                )
        finally:
            for browser in (owner, bob, elsewhere):
                await browser.client.aclose()


async def _status(browser: Browser, method: str, path: str) -> int:
    return (await browser.ask(method, path, {} if method == "POST" else None)).status_code


async def _until(ask: Callable[[], Awaitable[int]], *wanted: int) -> None:
    async with asyncio.timeout(60):
        while await ask() not in wanted:
            await asyncio.sleep(0.01)
