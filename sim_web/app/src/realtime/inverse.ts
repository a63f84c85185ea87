/** What takes an operation back. */

import { fact } from "./change_facts";
import {
  type AddBlocks,
  at,
  type Block,
  type Document,
  type Edge,
  type Operation,
  type RemoveBlocks,
  type Subflow,
  type Values,
  type Variable,
} from "./document";
import { apply } from "./reduce";

/** Operations that, after `op` was done to `document`, restore it; none when `op` changes nothing. */
export function inverse(document: Document, op: Operation): Operation[] {
  const { effective } = apply(document, op);
  return effective ? takenBack(document, effective) : [];
}

/** The same for an operation of which it is known that all of it takes effect. */
export function takenBack(document: Document, op: Operation): Operation[] {
  const block = (id: string) => at(document.blocks, id) as Block;
  switch (op.op) {
    case "block.add":
      return unplaced(op);
    case "block.remove":
      return [replaced(document, op)];
    case "block.move":
      return [{ op: "block.move", items: op.items.map(({ id }) => ({ id, ...block(id).position })) }];
    case "block.parent": {
      const dropped = op.items.flatMap((item) => item.drop_edges ?? []).map((id) => at(document.edges, id) as Edge);
      const items = op.items.map(({ id }) => ({ id, parent: block(id).parent, ...block(id).position, drop_edges: [] }));
      return [{ op: "block.parent", items }, ...(dropped.length ? [{ op: "edge.add", edges: dropped } as const] : [])];
    }
    case "block.update": {
      const items = [...op.items].reverse().map(({ id, set }) => {
        return { id, set: Object.fromEntries(Object.keys(set).map((key) => [key, fact(block(id), key)])) };
      });
      return [{ op: "block.update", items }];
    }
    case "value.update": {
      const items = op.items.map(({ block_id, field }) => {
        return { block_id, field, value: at(block(block_id).values, field) ?? null };
      });
      return [{ op: "value.update", items }];
    }
    case "edge.add":
      return [{ op: "edge.remove", ids: op.edges.map((edge) => edge.id) }];
    case "edge.remove":
      return [{ op: "edge.add", edges: op.ids.map((id) => at(document.edges, id) as Edge) }];
    case "subflow.update":
      return [{ op: op.op, id: op.id, set: old(at(document.subflows, op.id) as Subflow, op.set) }];
    case "variable.add":
      return [{ op: "variable.remove", ids: op.variables.map((variable) => variable.id) }];
    case "variable.remove":
      return [{ op: "variable.add", variables: op.ids.map((id) => at(document.variables, id) as Variable) }];
    case "variable.update":
      return [{ op: op.op, id: op.id, set: old(at(document.variables, op.id) as Variable, op.set) }];
    case "workflow.update":
      return [{ op: op.op, set: old(document, op.set) }];
  }
}

/** Unlock what came locked, cut what was joined, and take the blocks away. */
function unplaced(op: AddBlocks): Operation[] {
  const fresh = new Set(op.blocks.map((block) => block.id));
  const ids = (op.edges ?? []).filter((edge) => !fresh.has(edge.source) && !fresh.has(edge.target)).map(({ id }) => id);
  const items = op.blocks.filter((block) => block.locked).map(({ id }) => ({ id, set: { locked: false } }));
  const back: Operation[] = [];
  if (items.length) back.push({ op: "block.update", items });
  if (ids.length) back.push({ op: "edge.remove", ids });
  if (fresh.size) back.push({ op: "block.remove", ids: [...fresh] });
  return back;
}

function replaced(document: Document, op: RemoveBlocks): AddBlocks {
  const there = <T>(record: Readonly<Record<string, T>>, ids: readonly string[]) => {
    return ids.map((id) => at(record, id)).filter((one) => one !== undefined);
  };
  return {
    op: "block.add",
    blocks: there(document.blocks, op.ids),
    edges: there(document.edges, op.edges ?? []),
    subflows: there(document.subflows, op.ids),
  };
}

function old(thing: Values, set: Values): Values {
  return Object.fromEntries(Object.keys(set).map((key) => [key, thing[key] ?? null]));
}
