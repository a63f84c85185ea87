"""Keys of model vendors: whose are used, in which order, which rest, and what a test of one says."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from tests.accounts.conftest import Browser, Open, Site
from tests.support import vendors
from tests.support.http import Answer, Seen, Server, serve

KEYS = ("sk-first-0000", "sk-second-1111", "sk-third-2222")


class Vendor:
    """Speaks OpenAI's responses; refuses the keys that it was told to."""

    def __init__(self) -> None:
        self.refused: dict[str, Answer] = {}
        self.asked: Counter[str] = Counter()
        self.bodies: list[dict[str, Any]] = []

    def __call__(self, seen: Seen) -> Answer:
        key = seen.headers["authorization"].removeprefix("Bearer ")
        self.asked[key] += 1
        self.bodies.append(json.loads(seen.body or b"{}"))
        return self.refused.get(key) or vendors.responses("ok")


@asynccontextmanager
async def shop(open_site: Open) -> AsyncGenerator[tuple[Site, Browser, Vendor, Server]]:
    vendor = Vendor()
    async with serve(vendor) as server, open_site(SIM_ALLOW_HOSTS=server.allow) as site:
        yield site, await site.owner(), vendor, server


async def add(who: Browser, *values: str, base: str = "/model-keys") -> list[str]:
    facts = [{"provider": "openai", "value": value} for value in values]
    return [(await who.must("POST", base, one))["name"] for one in facts]


async def at(who: Browser, server: Server, base: str = "/model-keys") -> None:
    facts = {"provider": "openai", "name": "OPENAI_BASE_URL", "value": f"{server.url}/v1"}
    await who.must("POST", base, facts)


async def openai(who: Browser, base: str = "/model-keys") -> dict[str, Any]:
    return next(one for one in (await who.must("GET", base))["items"] if one["provider"] == "openai")


async def agent(who: Browser) -> str:
    start = {"id": "start", "type": "start", "name": "Start"}
    values = {"model": "openai/gpt-4o-mini", "messages": [{"role": "user", "content": "Hello"}]}
    asks = {"id": "agent", "type": "agent", "name": "Agent", "values": values}
    edges = {"e": {"id": "e", "source": "start", "target": "agent"}}
    document = {"name": "Ask", "blocks": {"start": start, "agent": asks}, "edges": edges}
    return (await who.must("POST", "/workflows", {"workflow": document}))["id"]


async def run(who: Browser, workflow: str) -> Any:
    return (await who.ask("POST", f"/workflows/{workflow}/execute", {"input": {}})).json()


async def test_keys_take_the_first_free_name_and_ten_are_the_most(open_site: Open) -> None:
    async with open_site() as site:
        owner = await site.owner()
        assert await add(owner, "a", "b", "c") == ["OPENAI_API_KEY", "OPENAI_API_KEY_1", "OPENAI_API_KEY_2"]
        await owner.must("DELETE", "/model-keys/OPENAI_API_KEY_1")
        assert await add(owner, "d") == ["OPENAI_API_KEY_1"]
        together = await asyncio.gather(*(add(owner, f"e{number}") for number in range(7)))
        assert len({name for names in together for name in names}) == 7, "none took the place of another"
        full = await owner.ask("POST", "/model-keys", {"provider": "openai", "value": "one too many"})
        assert full.status_code == 409 and "10 keys already" in full.text
        stray = {"provider": "openai", "value": "x", "name": "GITHUB_TOKEN"}
        assert (await owner.ask("POST", "/model-keys", stray)).status_code == 404
        assert (await owner.ask("DELETE", "/model-keys/GITHUB_TOKEN")).status_code == 404
        assert (await owner.ask("POST", "/model-keys", {**stray, "provider": "nobody"})).status_code == 404


async def test_a_refused_key_rests_and_the_page_says_until_when(open_site: Open) -> None:
    async with shop(open_site) as (site, owner, vendor, server):
        await at(owner, server)
        await add(owner, *KEYS[:2])
        vendor.refused = {KEYS[0]: vendors.refusal(429, "slow down", headers={"retry-after": "600"})}
        workflow = await agent(owner)
        for _ in range(4):
            assert (await run(owner, workflow))["output"]["content"] == "ok"
        assert vendor.asked == {KEYS[0]: 1, KEYS[1]: 4}
        first, second = (await openai(owner))["keys"]
        left = await site.store.value("SELECT extract(epoch FROM $1::timestamptz - now())::float8", _when(first))
        assert first["refused_with"] == 429 and 500 < left <= 600 and first["used_at"] is None
        assert second["refused_with"] == 0 and second["rests_until"] is None and second["used_at"]
        assert (first["added_by"], second["added_by"]) == ("Owner", "Owner")
        vendor.refused = {}
        tried = await owner.must("POST", "/model-keys/test", {"provider": "openai", "name": "OPENAI_API_KEY"})
        assert tried["outcome"] == "valid"
        first = (await openai(owner))["keys"][0]
        assert (first["refused_with"], first["rests_until"]) == (0, None) and first["used_at"]


def _when(key: dict[str, Any]) -> Any:
    from datetime import datetime

    return datetime.fromisoformat(key["rests_until"])


async def test_keys_in_order_are_asked_from_the_first_that_does_not_rest(open_site: Open) -> None:
    async with shop(open_site) as (_, owner, vendor, server):
        await at(owner, server)
        names = await add(owner, *KEYS)
        turned = {"provider": "openai", "names": [names[2], names[0], names[1]], "in_order": True}
        await owner.must("PUT", "/model-keys", turned)
        assert (await openai(owner))["in_order"]
        await owner.must("PUT", "/model-keys", {"provider": "openai", "names": turned["names"]})
        assert (await openai(owner))["in_order"], "who puts keys in order leaves alone how they are asked"
        workflow = await agent(owner)
        for _ in range(3):
            await run(owner, workflow)
        assert vendor.asked == {KEYS[2]: 3}
        vendor.refused = {KEYS[2]: vendors.refusal(401, "who are you")}
        for _ in range(3):
            assert (await run(owner, workflow))["output"]["content"] == "ok"
        assert vendor.asked == {KEYS[2]: 4, KEYS[0]: 3}
        await owner.must("PUT", "/model-keys", {"provider": "openai", "in_order": False})
        for _ in range(4):
            await run(owner, workflow)
        assert vendor.asked[KEYS[1]] and vendor.asked[KEYS[2]] == 4, "in turn again, but for the one that rests"
        stale = await owner.ask("PUT", "/model-keys", {**turned, "names": names[:2]})
        assert (stale.status_code, stale.json()["code"]) == (409, "keys_changed")


async def test_a_workspace_without_a_key_uses_the_instances_and_no_address_of_its_own_gets_it(
    open_site: Open,
) -> None:
    async with shop(open_site) as (_, owner, vendor, server):
        await at(owner, server, "/instance/model-keys")
        await add(owner, KEYS[0], base="/instance/model-keys")
        assert (await openai(owner))["of_instance"] == 1
        workflow = await agent(owner)
        assert (await run(owner, workflow))["output"]["content"] == "ok"
        assert vendor.asked == {KEYS[0]: 1}
        await add(owner, KEYS[1])
        await run(owner, workflow)
        assert vendor.asked == {KEYS[0]: 1, KEYS[1]: 1}, "one's own comes first"
        vendor.refused = {KEYS[1]: vendors.refusal(401, "no")}
        refused = await run(owner, workflow)
        assert refused["error"]["code"] == "key_refused" and vendor.asked[KEYS[0]] == 1, "and pays for itself alone"
        await owner.must("DELETE", "/model-keys/OPENAI_API_KEY")
        await at(owner, server)
        lacking = await run(owner, workflow)
        assert lacking["error"]["code"] == "missing_key" and vendor.asked[KEYS[0]] == 1


SAID = [
    (vendors.responses("Hi"), "valid", "answered"),
    (vendors.refusal(401, f"Incorrect API key provided: {KEYS[0]}"), "refused", "does not accept this key (401)"),
    (vendors.refusal(403, f"{KEYS[0][:6]}… may not"), "refused", "does not accept this key (403)"),
    (vendors.refusal(429, "no money", kind="insufficient_quota"), "no_quota", "has nothing left"),
    (vendors.refusal(402, "no money"), "no_quota", "has nothing left"),
    (vendors.refusal(429, "slow", headers={"retry-after": "30"}), "busy", "left alone for 30 seconds"),
    (vendors.refusal(404, "no such model"), "valid", "does not offer it"),
    (vendors.refusal(500, f"broken by {KEYS[0]}"), "failed", "broken by …"),
]


async def test_a_test_says_in_words_what_the_vendor_said_and_never_the_key(open_site: Open) -> None:
    async with shop(open_site) as (site, owner, vendor, server):
        await at(owner, server)
        (name,) = await add(owner, KEYS[0])
        for answer, outcome, words in SAID:
            vendor.refused, before = {KEYS[0]: answer}, vendor.asked.total()
            await site.store.execute("DELETE FROM key_rest")
            tried = await owner.must("POST", "/model-keys/test", {"provider": "openai", "name": name})
            assert tried["outcome"] == outcome and words in tried["words"]
            assert KEYS[0] not in json.dumps(tried) and KEYS[0][:6] not in tried["words"]
            assert vendor.asked.total() == before + 1, "once, whatever comes of it"
            resting = await site.store.value("SELECT count(*) FROM key_rest WHERE until > now()")
            assert resting == (outcome in ("refused", "no_quota", "busy")), outcome
        assert {body["max_output_tokens"] for body in vendor.bodies} == {16}
        everything = json.dumps([dict(row) for row in await site.store.rows("SELECT * FROM audit_log")], default=str)
        assert KEYS[0] not in everything


async def test_a_test_says_when_nobody_answers_or_an_address_lacks(open_site: Open) -> None:
    async with serve(vendors.responses("ok")) as server:
        gone = server
    async with open_site(SIM_ALLOW_HOSTS=gone.allow) as site:
        owner = await site.owner()
        await at(owner, gone)
        (name,) = await add(owner, KEYS[0])
        tried = await owner.must("POST", "/model-keys/test", {"provider": "openai", "name": name})
        assert tried["outcome"] == "unreachable" and "OpenAI cannot be reached" in tried["words"]
        await owner.must("POST", "/model-keys", {"provider": "vllm", "value": "k", "name": "VLLM_API_KEY"})
        tried = await owner.must("POST", "/model-keys/test", {"provider": "vllm", "name": "VLLM_API_KEY"})
        assert tried["outcome"] == "failed" and "VLLM_BASE_URL" in tried["words"]
        missing = await owner.ask("POST", "/model-keys/test", {"provider": "openai", "name": "OPENAI_API_KEY_7"})
        assert missing.status_code == 404
