"""Several keys of one vendor: asked in turn, left alone when they are refused, as every process knows."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from sim_core.app.keys import StoredRests
from sim_core.errors import Refused
from sim_core.models.asking import Patience
from sim_core.models.resting import OwnRests, Rest, Rests
from sim_core.spec.prompts import Prompt, TextPart, Turn
from sim_core.store.pool import Store
from sim_core.store.rests import KeyRests
from tests.models.desk import Desk, models, provider
from tests.support import vendors
from tests.support.http import Answer, Seen, Server, serve

HELLO = Prompt(turns=(Turn("user", (TextPart("Hello"),)),))
KEYS = {"ACME_KEY": "k1", "ACME_KEY_1": "k2", "ACME_KEY_2": "k3", "ACME_KEY_3": "k4"}
SECRET = "0123456789abcdef" * 4


class Vendor:
    """Answers with the keys that are good, and refuses the others as it was told."""

    def __init__(self, **refused: Answer) -> None:
        self.refused = refused
        self.asked: Counter[str] = Counter()

    def __call__(self, seen: Seen) -> Answer:
        key = seen.headers["authorization"].removeprefix("Bearer ")
        self.asked[key] += 1
        return self.refused.get(key) or vendors.chat("ok")


def stored(store: Store) -> Rests:
    return StoredRests(KeyRests(store, SECRET))


def a_process(http: Any, server: Server, rests: Rests, **keys: str) -> Desk:
    """What a process asks with."""
    quick = Patience(first_wait_s=0.001, longest_wait_s=0.05)
    return Desk(models(http, provider(server.url), patience=quick, rests=rests), keys or KEYS)


async def test_keys_are_asked_in_turn(http: Any) -> None:
    vendor = Vendor()
    async with serve(vendor) as server:
        step = a_process(http, server, OwnRests())
        for _ in range(12):
            await step.ask("acme/m", HELLO)
    assert vendor.asked == {"k1": 3, "k2": 3, "k3": 3, "k4": 3}


@pytest.mark.parametrize("status", [401, 403, 429, 402])
async def test_a_refused_key_rests_in_every_process(http: Any, store: Store, status: int) -> None:
    vendor = Vendor(
        k1=vendors.refusal(status, "no"), k2=vendors.refusal(status, "no"), k3=vendors.refusal(status, "no")
    )
    async with serve(vendor) as server:
        one, other = (a_process(http, server, stored(store)) for _ in range(2))
        for _ in range(8):
            assert (await one.ask("acme/m", HELLO)).text == "ok"
        assert {key: count for key, count in vendor.asked.items() if key != "k4"} == {"k1": 1, "k2": 1, "k3": 1}
        for _ in range(8):
            await other.ask("acme/m", HELLO)
    assert vendor.asked == {"k1": 1, "k2": 1, "k3": 1, "k4": 16}
    rows = await store.rows("SELECT digest, status FROM key_rest")
    assert {row["status"] for row in rows} == {status}
    assert not any(key in row["digest"] for row in rows for key in KEYS.values())


async def test_a_key_rests_as_long_as_the_vendor_says_and_is_asked_again_then(http: Any, store: Store) -> None:
    vendor = Vendor(k1=vendors.refusal(429, "slow down", headers={"retry-after": "120"}))
    rests = stored(store)
    async with serve(vendor) as server:
        keys = {"ACME_KEY": "k1", "ACME_KEY_1": "k2"}
        step = a_process(http, server, rests, **keys)
        for _ in range(4):
            await step.ask("acme/m", HELLO)
        assert vendor.asked["k1"] == 1
        left = await store.value("SELECT extract(epoch FROM until - now())::float8 FROM key_rest")
        assert 90 < left <= 120
        await store.execute("UPDATE key_rest SET until = now() - interval '1 second'")
        vendor.refused = {}
        for _ in range(4):
            await step.ask("acme/m", HELLO)
    assert vendor.asked["k1"] == 3
    assert await store.value("SELECT count(*) FROM key_rest") == 0


async def test_when_all_keys_are_refused_the_vendors_words_are_told(http: Any, store: Store) -> None:
    vendor = Vendor(**{key: vendors.refusal(401, "who are you") for key in KEYS.values()})
    async with serve(vendor) as server:
        step = a_process(http, server, stored(store))
        with pytest.raises(Refused, match="401: who are you"):
            await step.ask("acme/m", HELLO)
        assert sum(vendor.asked.values()) == 4
        with pytest.raises(Refused, match="401: who are you"):
            await step.ask("acme/m", HELLO)
        assert sum(vendor.asked.values()) == 5, "only the key whose rest ends first is tried"
        vendor.refused = {}
        await step.ask("acme/m", HELLO)
        assert sum(vendor.asked.values()) == 6


async def test_what_is_not_the_keys_fault_leaves_it_awake(http: Any, store: Store) -> None:
    async with serve([vendors.refusal(500, "broken"), vendors.chat("ok")]) as server:
        await a_process(http, server, stored(store)).ask("acme/m", HELLO)
    async with serve(vendors.refusal(404, "no such model")) as server:
        with pytest.raises(Refused):
            await a_process(http, server, stored(store)).ask("acme/m", HELLO)
    assert await store.value("SELECT count(*) FROM key_rest") == 0


async def test_a_single_key_is_always_asked(http: Any, store: Store) -> None:
    vendor = Vendor(k1=vendors.refusal(401, "no"))
    async with serve(vendor) as server:
        step = a_process(http, server, stored(store), ACME_KEY="k1")
        for _ in range(3):
            with pytest.raises(Refused):
                await step.ask("acme/m", HELLO)
    assert vendor.asked == {"k1": 3}


@pytest.mark.parametrize("where", ["memory", "database"])
async def test_a_rest_doubles_with_each_refusal_that_follows_one_and_ends_at_an_hour(store: Store, where: str) -> None:
    now = 1000.0
    rests: Rests = OwnRests(lambda: now) if where == "memory" else stored(store)

    async def pass_time() -> None:
        nonlocal now
        now += 100_000
        await store.execute("UPDATE key_rest SET until = now() - interval '1 second'")

    rest = Rest(status=429, seconds=100)
    await asyncio.gather(*(rests.refused("k", rest) for _ in range(8)))
    assert 50 < (await rests.left(["k", "other"]))["k"] <= 100, "eight that are refused together are one"
    await pass_time()
    assert (await rests.left(["k"]))["k"] < 0
    await rests.refused("k", rest)
    assert 150 < (await rests.left(["k"]))["k"] <= 200
    for _ in range(12):
        await pass_time()
        await rests.refused("k", rest)
    assert 3550 < (await rests.left(["k"]))["k"] <= 3600
    await pass_time()
    await rests.refused("k", Rest(status=429, seconds=7, exact=True))
    assert 0 < (await rests.left(["k"]))["k"] <= 7
    await rests.accepted("k")
    assert await rests.left(["k"]) == {}


async def test_a_digest_is_of_no_use_without_the_instances_secret(store: Store) -> None:
    await KeyRests(store, "one").refused("k", status=401, seconds=60, exact=False, longest=3600)
    assert await KeyRests(store, "two").left(["k"]) == {}
    assert len(await KeyRests(store, "one").left(["k"])) == 1
