import { describe, expect, it } from "vitest";
import type { RunEntry } from "../../api/schema";
import { endsOf } from "../../run/map";
import { windowOf } from "../../ui/useWindowed";
import { filterOf, isNarrow, queryOf, sinceOf } from "./filter";
import { filled, merged } from "./told";

const run = (id: string, status = "finished"): RunEntry => ({ id, workflow_id: "w", status, trigger: "api" });

describe("the list of runs", () => {
  it("keeps its filter in the address and asks for no more than it says", () => {
    const filter = filterOf(new URLSearchParams("status=failed&workflow=w1&text=%20div%20"));
    expect(queryOf(filter)).toEqual({ status: "failed", workflow_id: "w1", text: "div" });
    expect(isNarrow(filterOf(new URLSearchParams()))).toBe(false);
    expect(sinceOf("hour", Date.parse("2026-01-02T03:04:05Z"))).toBe("2026-01-02T02:04:00.000Z");
  });

  it("shows each run once, as it was told last, the newest first", () => {
    const items = merged([run("3"), run("2", "failed")], [run("2", "running"), run("1")]);
    expect(items.map((one) => `${one.id} ${one.status}`)).toEqual(["3 finished", "2 failed", "1 finished"]);
  });

  it("draws the rows that are seen and some around them", () => {
    expect(windowOf(0, 440, 44, 5)).toEqual({ from: 0, to: 5, above: 0, below: 0 });
    const far = windowOf(44_000, 440, 44, 5000);
    expect(far).toEqual({ from: 992, to: 1018, above: 992 * 44, below: (5000 - 1018) * 44 });
  });

  it("tells stretches of time without a run too", () => {
    const figure = { at: "2026-01-01T01:00:00Z", runs: 2, failed: 1, p50_ms: 1, p95_ms: 2, tokens: 0, cost: 0 };
    const told = { since: "2026-01-01T00:00:00Z", until: "2026-01-01T03:00:00Z", step_s: 3600, items: [figure] };
    expect(filled(told, 3).map((one) => one.runs)).toEqual([0, 2, 0]);
  });

  it("marks a block that ran several times by its worst end", () => {
    const span = (id: string, status: "finished" | "failed") => ({ id, name: id, type: "block", block: "b", status });
    const root = { id: "r", name: "r", type: "run", children: [span("1", "failed"), span("2", "finished")] };
    expect(endsOf(root).get("b")).toBe("failed");
  });
});
