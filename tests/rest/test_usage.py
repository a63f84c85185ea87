"""Who uses what, over many runs."""

import csv
import io
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sim_core.accounts.keys import create_key
from sim_core.ids import new_id
from sim_core.store.migrations.m0006_usage_books import FILL
from tests.rest.conftest import START, Api, workflow

RUN = """
INSERT INTO workflow_execution_logs (id, workspace_id, workflow_id, status, trigger, actor, durable, created_at, ms,
  tokens_input, tokens_output, cost, epoch, priority, cancel_asked)
VALUES ($1, $2, $3, $4, 'api', $5, false, $6, 5, $7, $8, $9, 0, 0, false)
"""
EVENT = "INSERT INTO execution_event (run_id, seq, at, event, blob) VALUES ($1, 1, now(), $2, $3)"


class Books:
    """Runs that a test writes down."""

    def __init__(self, api: Api) -> None:
        self.api, self.store = api, api.platform.services.store
        self.now = datetime.now(UTC)  # one for all: midnight may come between two

    async def open(self) -> "Books":
        row = await self.store.row('SELECT id FROM "user" LIMIT 1')
        self.ada = row["id"]
        me = (await self.api.ask("GET", "/me")).json()
        self.workspace = next(iter(me["workspaces"]))
        self.flow = await self.api.make({**workflow(START), "name": "=Ledger"})
        return self

    async def run(self, actor: str | None, *, days: float = 0, cost: float = 1.0, model: str = "", **more: Any) -> str:
        id, at = new_id(), self.now - timedelta(days=days)
        digits = f"{int(at.timestamp() * 1000):012x}"
        id = f"{digits[:8]}-{digits[8:]}{id[13:]}"
        flow, status = more.get("flow", self.flow), more.get("status", "finished")
        await self.store.execute(RUN, id, self.workspace, flow, status, actor, at, 100, 20, cost)
        if model:
            usage = {"kind": "usage", "input": 100, "output": 20}
            event = {
                "event": "block.finished", "block": "b", "order": 1, "output": {"model": model}, "usage": usage,
                "cost": {"total": cost},
            }  # fmt: skip
            text = json.dumps(event, separators=(",", ":"))
            if more.get("large"):
                await self.store.execute("INSERT INTO blob VALUES ($1, $2, now())", f"digest-{id}", text)
            await self.store.execute(
                EVENT, id, None if more.get("large") else text, f"digest-{id}" if more.get("large") else None
            )
        return id

    async def fill(self) -> None:
        """Write the books anew, as an upgrade does."""
        await self.store.execute("DELETE FROM usage_day")
        for statement in FILL:
            await self.store.execute(statement)

    async def told(self, by: str, *, key: str = "", **query: Any) -> Any:
        since = (self.now - timedelta(days=7)).isoformat()
        headers = {"x-api-key": key} if key else {}
        return await self.api.ask("GET", "/usage", params={"by": by, "since": since, **query}, headers=headers)

    async def rows(self, by: str, **query: Any) -> list[tuple[str, int, float]]:
        reply = await self.told(by, **query)
        assert reply.status_code == 200, reply.text
        return [(one["name"], one["runs"], one["cost"]) for one in reply.json()["items"]]


async def test_cost_is_told_by_workflow_model_person_and_day(api: Api) -> None:
    books = await Books(api).open()
    other = await api.make({**workflow(START), "name": "Other"})
    await books.run(books.ada, cost=2.0, model="openai/gpt-5")
    await books.run(books.ada, cost=1.5, model="openai/gpt-5", large=True, status="failed")
    await books.run(None, days=2, cost=0.5, model="anthropic/claude", flow=other)
    await books.run(books.ada, days=30, cost=100.0)
    await books.fill()
    (name,) = [row["name"] for row in await books.store.rows('SELECT name FROM "user" WHERE id = $1', books.ada)]
    assert await books.rows("workflow") == [("=Ledger", 2, 3.5), ("Other", 1, 0.5)]
    assert await books.rows("model") == [("openai/gpt-5", 2, 3.5), ("anthropic/claude", 1, 0.5)]
    assert await books.rows("person") == [(name, 2, 3.5), ("", 1, 0.5)]
    days = await books.rows("day")
    assert [(runs, cost) for _, runs, cost in days] == [(1, 0.5), (2, 3.5)]
    assert days[-1][0] == books.now.strftime("%Y-%m-%d")
    (first, *_) = (await books.told("model")).json()["items"]
    assert (first["failed"], first["tokens_input"], first["tokens_output"]) == (1, 200, 40)
    sheet = await books.told("workflow", format="csv")
    assert sheet.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(sheet.text)))
    # a spreadsheet must not take a name for a formula
    assert [(row["name"], row["cost"]) for row in rows] == [("'=Ledger", "3.5"), ("Other", "0.5")]
    foreign = await books.told("workflow", key=api.other_key)
    assert foreign.json()["items"] == []
    late = {"until": (books.now - timedelta(days=9)).isoformat()}
    assert (await books.told("day", **late)).json()["code"] == "bad_time"
    assert (await books.told("planet")).status_code == 422


async def test_who_is_no_admin_is_told_of_their_own_runs(api: Api) -> None:
    books = await Books(api).open()
    await books.run(books.ada, model="m")
    await books.run(new_id(), cost=9.0, model="m")
    await books.fill()
    made = await create_key(books.store, workspace_id=books.workspace, user_id=books.ada, name="r", scopes=("read",))
    for by in ("workflow", "person", "day", "model"):
        reply = (await books.told(by, key=made.text)).json()
        assert (reply["of"], [one["cost"] for one in reply["items"]]) == ("you", [1.0])
    assert (await books.told("day")).json()["of"] == "everybody"


@pytest.mark.full
async def test_a_hundred_thousand_runs_are_summed_quickly(api: Api) -> None:
    books = await Books(api).open()
    await books.store.execute(
        """
        INSERT INTO workflow_execution_logs (id, workspace_id, workflow_id, status, trigger, actor, durable, created_at,
          ms, tokens_input, tokens_output, cost, epoch, priority, cancel_asked)
        SELECT lpad(to_hex((extract(epoch FROM at) * 1000)::bigint >> 16), 8, '0') || '-'
          || lpad(to_hex((extract(epoch FROM at) * 1000)::bigint & 65535), 4, '0') || '-7000-8000-'
          || lpad(to_hex(n), 12, '0'), $1, 'w' || n % 50, 'finished', 'api', 'p' || n % 20, false, at, 5, 100, 20, 0.01,
          0, 0, false
        FROM (SELECT n, now() - n * interval '5 seconds' AS at FROM generate_series(1, 100000) n) x
        """,
        books.workspace,
    )
    told = {"output": {"model": "m", "content": "x" * 400}, "usage": {"input": 1, "output": 1}, "cost": {"total": 0.1}}
    plain = {"event": "block.finished", "block": "b", "output": {"content": "x" * 400}}
    write = """
    INSERT INTO execution_event (run_id, seq, at, event)
    SELECT id, s, now(), CASE s WHEN 1 THEN $1::json ELSE $2::json END
    FROM workflow_execution_logs, generate_series(1, 4) s
    """
    texts = [json.dumps(event, separators=(",", ":")) for event in ({**plain, **told}, plain)]
    await books.store.execute(write, *texts)
    began = time.perf_counter()
    await books.fill()
    took = {"fill": round(time.perf_counter() - began, 3)}
    await books.store.execute("ANALYZE")
    for by in ("workflow", "person", "day", "model"):
        began = time.perf_counter()
        rows = await books.rows(by, since=(books.now - timedelta(days=7)).date().isoformat() + "T00:00:00Z")
        took[by] = round(time.perf_counter() - began, 3)
        assert sum(runs for _, runs, _ in rows) == 100_000
    print(took)
    # one look, not one for each run, whatever else the machine does
    assert max(took.values()) < 60
