/** Which facts an operation touches, and operations cut down to some of their items. */

import type { Any } from "./document";
import { at, type Document, type Operation, type Refusal } from "./document";
import { equal } from "./equal";

const key = (...parts: string[]) => parts.join("\0");

/** Operations of which the latest is all that counts: they write facts and nothing else. */
export const REPLACEABLE: ReadonlySet<Operation["op"]> = new Set([
  "block.move",
  "block.update",
  "value.update",
  "subflow.update",
  "variable.update",
  "workflow.update",
]);

/** The facts that an operation writes. */
export function registers(op: Operation): string[] {
  switch (op.op) {
    case "block.add":
      return [...op.blocks.map(({ id }) => key("block", id)), ...(op.edges ?? []).map(({ id }) => key("edge", id))];
    case "block.remove":
      return [...op.ids.map((id) => key("block", id)), ...(op.edges ?? []).map((id) => key("edge", id))];
    case "block.move":
      return op.items.map(({ id }) => key("block", id, "position"));
    case "block.parent":
      return op.items.flatMap(({ id, drop_edges }) => [
        key("block", id, "position"),
        key("block", id, "parent"),
        ...(drop_edges ?? []).map((edge) => key("edge", edge)),
      ]);
    case "block.update":
      return op.items.flatMap(({ id, set }) => Object.keys(set).map((fact) => key("block", id, fact)));
    case "value.update":
      return op.items.map(({ block_id, field }) => key("block", block_id, "values", field));
    case "edge.add":
      return op.edges.map(({ id }) => key("edge", id));
    case "edge.remove":
      return op.ids.map((id) => key("edge", id));
    case "subflow.update":
      return Object.keys(op.set).map((fact) => key("block", op.id, "subflow", fact));
    case "variable.add":
      return op.variables.map(({ id }) => key("variable", id));
    case "variable.remove":
      return op.ids.map((id) => key("variable", id));
    case "variable.update":
      return Object.keys(op.set).map((fact) => key("variable", op.id, fact));
    case "workflow.update":
      return Object.keys(op.set).map((fact) => key("workflow", fact));
  }
}

/** Those, and what now hangs on them: a block that somebody joined or put something into is not only its maker's. */
export function claims(op: Operation): string[] {
  const found = registers(op);
  const edges = op.op === "edge.add" || op.op === "block.add" ? (op.edges ?? []) : [];
  for (const { source, target } of edges) found.push(key("block", source, "edges"), key("block", target, "edges"));
  const inside = op.op === "block.add" ? op.blocks : op.op === "block.parent" ? op.items : [];
  for (const { parent } of inside) if (parent) found.push(key("block", parent, "children"));
  return found;
}

/** Whether a block or variable is among the claimed, in whatever fact; where it lies does not count. */
export function isClaimed(what: "block" | "variable", id: string, claimed: ReadonlySet<string>): boolean {
  const start = `${key(what, id)}\0`;
  for (const one of claimed) if (one.startsWith(start) && !one.endsWith("\0position")) return true;
  return false;
}

/** Facts in which two documents differ. */
export function differing(a: Document, b: Document): string[] {
  const found: string[] = [];
  const both = <T>(left: Readonly<Record<string, T>>, right: Readonly<Record<string, T>>) => {
    return new Set([...Object.keys(left), ...Object.keys(right)].filter((id) => !equal(at(left, id), at(right, id))));
  };
  for (const id of both(a.blocks, b.blocks)) {
    const [left, right] = [at(a.blocks, id), at(b.blocks, id)];
    if (!left || !right) {
      found.push(key("block", id));
      continue;
    }
    for (const fact of both(left as Any, right as Any)) found.push(key("block", id, fact));
    for (const field of both(left.values, right.values)) found.push(key("block", id, "values", field));
  }
  for (const id of both(a.edges, b.edges)) found.push(key("edge", id));
  for (const id of both(a.variables, b.variables)) {
    found.push(key("variable", id), ...["name", "type", "value"].map((fact) => key("variable", id, fact)));
  }
  for (const id of both(a.subflows, b.subflows)) {
    for (const fact of both((at(a.subflows, id) ?? {}) as Any, (at(b.subflows, id) ?? {}) as Any))
      found.push(key("block", id, "subflow", fact));
  }
  return found;
}

/** Whether an operation takes something away. */
export function removes(op: Operation): boolean {
  if (op.op === "block.parent") return op.items.some((item) => item.drop_edges?.length);
  return op.op === "block.remove" || op.op === "edge.remove" || op.op === "variable.remove";
}

/** An operation without the items about things that are not there; `null` when none is left. */
export function fitting(op: Operation, document: Document): Operation | null {
  const { blocks, edges, subflows, variables } = document;
  switch (op.op) {
    case "block.add": {
      const placed = new Set(op.blocks.map(({ id }) => id));
      const holds = (id: string | null | undefined) => !id || placed.has(id) || at(blocks, id) !== undefined;
      for (let size = -1; size !== placed.size; ) {
        size = placed.size;
        for (const { id, parent } of op.blocks) if (!holds(parent)) placed.delete(id);
      }
      return some({
        ...op,
        blocks: kept(op.blocks, ({ id }) => placed.has(id)),
        edges: kept(op.edges ?? [], ({ source, target }) => holds(source) && holds(target)),
        subflows: kept(op.subflows ?? [], ({ id }) => holds(id)),
      });
    }
    case "block.remove":
      return some({ op: op.op, ids: kept(op.ids, (id) => at(blocks, id) !== undefined) });
    case "block.move":
      return some({ ...op, items: kept(op.items, ({ id }) => at(blocks, id) !== undefined) });
    case "block.parent": {
      const there = kept(op.items, ({ id, parent }) => {
        return at(blocks, id) !== undefined && (parent === null || at(blocks, parent) !== undefined);
      });
      return some({ ...op, items: there });
    }
    case "block.update":
      return some({ ...op, items: kept(op.items, ({ id }) => at(blocks, id) !== undefined) });
    case "value.update":
      return some({ ...op, items: kept(op.items, ({ block_id }) => at(blocks, block_id) !== undefined) });
    case "edge.add": {
      const ends = kept(op.edges, ({ source, target }) => {
        return at(blocks, source) !== undefined && at(blocks, target) !== undefined;
      });
      return some({ ...op, edges: ends });
    }
    case "edge.remove":
      return some({ ...op, ids: kept(op.ids, (id) => at(edges, id) !== undefined) });
    case "subflow.update":
      return at(subflows, op.id) ? op : null;
    case "variable.remove":
      return some({ ...op, ids: kept(op.ids, (id) => at(variables, id) !== undefined) });
    case "variable.update":
      return at(variables, op.id) ? op : null;
    default:
      return op;
  }
}

/** An operation without the facts in `struck`; `null` when none is left. */
export function strike(op: Operation, struck: ReadonlySet<string>): Operation | null {
  if (!struck.size) return op;
  const free = (...parts: string[]) => !struck.has(key(...parts));
  const facts = <T extends Readonly<Record<string, Any>>>(set: T, ...path: string[]) => {
    return Object.fromEntries(Object.entries(set).filter(([fact]) => free(...path, fact)));
  };
  switch (op.op) {
    case "block.add":
      return some({
        ...op,
        blocks: kept(op.blocks, ({ id }) => free("block", id)),
        edges: kept(op.edges ?? [], ({ id }) => free("edge", id)),
      });
    case "block.remove":
      return some({ ...op, ids: kept(op.ids, (id) => free("block", id) && !isClaimed("block", id, struck)) });
    case "block.move":
      return some({ ...op, items: kept(op.items, ({ id }) => free("block", id, "position")) });
    case "block.parent": {
      const mine = kept(op.items, ({ id }) => free("block", id, "position") && free("block", id, "parent"));
      return some({ ...op, items: mine });
    }
    case "block.update": {
      const items = op.items.map(({ id, set }) => ({ id, set: facts(set, "block", id) }));
      return some({ ...op, items: items.filter(({ set }) => Object.keys(set).length) });
    }
    case "value.update":
      return some({ ...op, items: kept(op.items, ({ block_id, field }) => free("block", block_id, "values", field)) });
    case "edge.add":
      return some({ ...op, edges: kept(op.edges, ({ id }) => free("edge", id)) });
    case "edge.remove":
      return some({ ...op, ids: kept(op.ids, (id) => free("edge", id)) });
    case "subflow.update":
      return some({ ...op, set: facts(op.set, "block", op.id, "subflow") });
    case "variable.add":
      return some({ ...op, variables: kept(op.variables, ({ id }) => free("variable", id)) });
    case "variable.remove":
      return some({ ...op, ids: kept(op.ids, (id) => free("variable", id) && !isClaimed("variable", id, struck)) });
    case "variable.update":
      return some({ ...op, set: facts(op.set, "variable", op.id) });
    case "workflow.update":
      return some({ ...op, set: facts(op.set, "workflow") });
  }
}

/** An operation without the items that were refused; `null` when none is left or it has no items. */
export function withoutRefused(op: Operation, refusals: readonly Refusal[]): Operation | null {
  const out = new Map<string, Set<number>>();
  for (const { pointer } of refusals) {
    const [, part = "", index] = pointer.split("/");
    if (index === undefined) return null;
    out.set(part, (out.get(part) ?? new Set()).add(Number(index)));
  }
  const entries = Object.entries(op).map(([part, items]) => {
    return [part, Array.isArray(items) ? items.filter((_, index) => !out.get(part)?.has(index)) : items];
  });
  return some(Object.fromEntries(entries) as Operation);
}

/** The same list when nothing goes, so that an operation that fits stays the object it was. */
function kept<T>(items: readonly T[], holds: (item: T) => boolean): readonly T[] {
  return items.every(holds) ? items : items.filter(holds);
}

function some(op: Operation): Operation | null {
  const parts = Object.entries(op).filter(([part]) => part !== "op" && part !== "id");
  return parts.some(([, part]) => (Array.isArray(part) ? part.length : part && Object.keys(part).length)) ? op : null;
}
