import { describe, expect, it } from "vitest";
import text from "../../../../../tests/vectors/reduce.json?raw";
import type { Any } from "../document";
import {
  type Document,
  fullBlock,
  fullDocument,
  fullEdge,
  fullPin,
  fullSubflow,
  fullVariable,
  type Operation,
} from "../document";
import { inverse } from "../inverse";
import { apply, applyAll, digest } from "../reduce";

interface Step {
  op: Operation;
  effective?: Operation;
  refusals?: { code: string; pointer: string; index: number; now: Any }[];
  inverse?: Operation[];
  digest: string;
}

const chains: { state: Any; steps: Step[]; after: Any }[] = JSON.parse(text);

/** An operation as it goes over the wire, with what was left out. */
function full(op: Any): Any {
  const all = { ...op };
  if (op.op === "block.add") {
    all.blocks = op.blocks.map(fullBlock);
    all.edges = (op.edges ?? []).map(fullEdge);
    all.subflows = (op.subflows ?? []).map(fullSubflow);
  }
  if (op.op === "edge.add") all.edges = op.edges.map(fullEdge);
  if (op.op === "variable.add") all.variables = op.variables.map(fullVariable);
  if (op.op === "block.update") {
    all.items = op.items.map(({ id, set }: Any) => ({
      id,
      set: set.pinned ? { ...set, pinned: fullPin(set.pinned) } : set,
    }));
  }
  if (op.op === "block.remove") all.edges = op.edges ?? [];
  if (op.op === "block.parent")
    all.items = op.items.map((item: Any) => ({ ...item, drop_edges: item.drop_edges ?? [] }));
  if (op.op === "value.update") all.items = op.items.map((item: Any) => ({ ...item, value: item.value ?? null }));
  return all;
}

const shown = (now: Any) => (now && typeof now === "object" && "id" in now ? fullOf(now) : now);
const fullOf = (now: Any) => {
  if ("kind" in now) return fullSubflow(now);
  if ("source" in now) return fullEdge(now);
  return "type" in now && !("value" in now) && "name" in now && !/^v\d$/.test(now.id)
    ? fullBlock(now)
    : fullVariable(now);
};

describe("the reducer does what the server's does", () => {
  chains.forEach((chain, number) => {
    it(`chain ${number}`, () => {
      let document: Document = fullDocument(chain.state);
      chain.steps.forEach((step, index) => {
        const where = `chain ${number} step ${index}: ${JSON.stringify(step.op)}`;
        const done = apply(document, step.op);
        const refusals = done.refusals.map(({ code, pointer, index: at, now }) => ({
          code,
          pointer,
          index: at,
          now: now ?? null,
        }));
        const expected = (step.refusals ?? []).map((one) => ({
          ...one,
          now: one.pointer.endsWith("/pinned") && one.now ? fullPin(one.now) : shown(one.now),
        }));
        expect(refusals, where).toEqual(expected);
        expect(done.effective && full(done.effective), where).toEqual(step.effective ? full(step.effective) : null);
        const back = inverse(document, step.op);
        expect(sorted(back.map(full)), where).toEqual(sorted((step.inverse ?? []).map(full)));
        expect(digest(done.document), where).toBe(step.digest);
        expect(apply(done.document, step.op).effective === null || step.op.op !== "block.move", where).toBe(true);
        if (done.effective) expect(apply(done.document, done.effective).effective, where).toBe(null);
        else expect(done.document).toBe(document);
        document = done.document;
      });
      expect(document).toEqual(fullDocument(chain.after));
    });
  });
});

/** The server takes fresh blocks away in the order of a set. */
function sorted(ops: Any[]): Any[] {
  return ops.map((op) => (op.op === "block.remove" ? { ...op, ids: [...op.ids].sort() } : op));
}

describe("an inverse", () => {
  it("restores the document, whatever the operation was", () => {
    for (const chain of chains) {
      let document = fullDocument(chain.state);
      for (const { op } of chain.steps) {
        const after = apply(document, op).document;
        const back = applyAll(after, inverse(document, op));
        if (!back.refusals.length) expect(digest(back.document), JSON.stringify(op)).toBe(digest(document));
        document = after;
      }
    }
  });
});

describe("what is not touched", () => {
  it("is the same object as before", () => {
    const document = fullDocument({
      blocks: { a: { id: "a", type: "agent", name: "A" }, b: { id: "b", type: "agent", name: "B" } },
    });
    const moved = apply(document, { op: "block.move", items: [{ id: "a", x: 1, y: 1 }] }).document;
    expect(moved.blocks.b).toBe(document.blocks.b);
    expect(moved.edges).toBe(document.edges);
    expect(moved.blocks.a?.values).toBe(document.blocks.a?.values);
  });
});
