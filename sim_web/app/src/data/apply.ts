/** Applies an operation to a document and tells what takes it back. */

import {
  type Document,
  fullSubflow,
  fullBlock as newBlock,
  fullEdge as newEdge,
  fullVariable as newVariable,
  type Operation,
  type Subflow,
} from "../realtime/document";

type Change = [Document, Operation[]];

const without = <T>(things: Record<string, T>, ids: Iterable<string>): Record<string, T> => {
  const gone = new Set(ids);
  return Object.fromEntries(Object.entries(things).filter(([id]) => !gone.has(id)));
};
const byId = <T extends { id: string }>(things: Iterable<T>) =>
  Object.fromEntries([...things].map((one) => [one.id, one]));
const pick = (thing: object, keys: string[]) =>
  Object.fromEntries(keys.map((key) => [key, (thing as Record<string, unknown>)[key] ?? null]));

/** Ids of the blocks with everything that lies inside them. */
export function withInner(doc: Document, ids: Iterable<string>): string[] {
  const found = new Set(ids);
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    for (const block of Object.values(doc.blocks)) if (block.parent && found.has(block.parent)) found.add(block.id);
  }
  return [...found].filter((id) => doc.blocks[id]);
}

export function apply(doc: Document, op: Operation): Change {
  switch (op.op) {
    case "block.add": {
      const blocks = op.blocks.map(newBlock);
      const made = {
        ...byId(blocks.filter((one) => kindOf(one.type)).map(emptySubflow)),
        ...byId((op.subflows ?? []).map(fullSubflow)),
      };
      const next = {
        ...doc,
        blocks: { ...doc.blocks, ...byId(blocks) },
        edges: { ...doc.edges, ...byId((op.edges ?? []).map(newEdge)) },
        subflows: { ...doc.subflows, ...made },
      };
      return [next, [{ op: "block.remove", ids: blocks.map((one) => one.id) }]];
    }
    case "block.remove": {
      const ids = withInner(doc, op.ids);
      const edges = Object.values(doc.edges).filter((one) => ids.includes(one.source) || ids.includes(one.target));
      const next = {
        ...doc,
        blocks: without(doc.blocks, ids),
        edges: without(
          doc.edges,
          edges.map((one) => one.id),
        ),
        subflows: without(doc.subflows, ids),
      };
      const blocks = ids.flatMap((id) => doc.blocks[id] ?? []);
      const subflows = ids.flatMap((id) => doc.subflows[id] ?? []);
      return [next, blocks.length ? [{ op: "block.add", blocks, edges, subflows }] : []];
    }
    case "block.move":
    case "block.parent":
      return place(doc, op);
    case "block.update": {
      const blocks = { ...doc.blocks };
      const back = op.items.flatMap(({ id, set }) => {
        const block = blocks[id];
        if (!block) return [];
        blocks[id] = { ...block, ...set } as typeof block;
        return [{ id, set: pick(block, Object.keys(set)) }];
      });
      return [{ ...doc, blocks }, [{ op: "block.update", items: back }]];
    }
    case "value.update": {
      const blocks = { ...doc.blocks };
      const back = op.items.flatMap(({ block_id, field, value }) => {
        const block = blocks[block_id];
        if (!block) return [];
        const before = block.values[field];
        const values = { ...block.values, [field]: value };
        if (value === null || value === undefined) delete values[field];
        blocks[block_id] = { ...block, values };
        return [{ block_id, field, value: before ?? null }];
      });
      return [{ ...doc, blocks }, [{ op: "value.update", items: back.reverse() }]];
    }
    default:
      return applyRest(doc, op);
  }
}

function place(doc: Document, op: Extract<Operation, { op: "block.move" | "block.parent" }>): Change {
  const blocks = { ...doc.blocks };
  const items = op.items.flatMap((item) => {
    const block = blocks[item.id];
    if (!block) return [];
    const parent = "parent" in item ? item.parent : block.parent;
    blocks[item.id] = { ...block, parent, position: { x: item.x, y: item.y } };
    return [{ id: item.id, parent: block.parent, x: block.position.x, y: block.position.y }];
  });
  if (op.op === "block.move")
    return [{ ...doc, blocks }, [{ op: "block.move", items: items.map(({ id, x, y }) => ({ id, x, y })) }]];
  const dropped = op.items.flatMap((item) => item.drop_edges ?? []);
  const edges = dropped.flatMap((id) => doc.edges[id] ?? []);
  const back: Operation[] = [{ op: "block.parent", items }];
  if (edges.length) back.push({ op: "edge.add", edges });
  return [{ ...doc, blocks, edges: without(doc.edges, dropped) }, back];
}

function applyRest(doc: Document, op: Operation): Change {
  switch (op.op) {
    case "edge.add":
      return [
        { ...doc, edges: { ...doc.edges, ...byId(op.edges.map(newEdge)) } },
        [{ op: "edge.remove", ids: op.edges.map((one) => one.id) }],
      ];
    case "edge.remove":
      return [
        { ...doc, edges: without(doc.edges, op.ids) },
        [{ op: "edge.add", edges: op.ids.flatMap((id) => doc.edges[id] ?? []) }],
      ];
    case "subflow.update": {
      const before = doc.subflows[op.id];
      if (!before) return [doc, []];
      const next = { ...before, ...op.set } as Subflow;
      const back = { op: op.op, id: op.id, set: pick(before, Object.keys(op.set)) };
      return [{ ...doc, subflows: { ...doc.subflows, [op.id]: next } }, [back]];
    }
    case "variable.add":
      return [
        { ...doc, variables: { ...doc.variables, ...byId(op.variables.map(newVariable)) } },
        [{ op: "variable.remove", ids: op.variables.map((one) => one.id) }],
      ];
    case "variable.remove":
      return [
        { ...doc, variables: without(doc.variables, op.ids) },
        [{ op: "variable.add", variables: op.ids.flatMap((id) => doc.variables[id] ?? []) }],
      ];
    case "variable.update": {
      const before = doc.variables[op.id];
      if (!before) return [doc, []];
      const back = { op: op.op, id: op.id, set: pick(before, Object.keys(op.set)) };
      return [{ ...doc, variables: { ...doc.variables, [op.id]: { ...before, ...op.set } } }, [back]];
    }
    case "workflow.update":
      return [{ ...doc, ...op.set }, [{ op: op.op, set: pick(doc, Object.keys(op.set)) }]];
    default:
      return [doc, []];
  }
}

export const kindOf = (type: string): "loop" | "parallel" | undefined => {
  const base = type.split("@")[0];
  return base === "loop" || base === "parallel" ? base : undefined;
};

const emptySubflow = (block: { id: string; type: string }): Subflow =>
  kindOf(block.type) === "loop"
    ? fullSubflow({ kind: "loop", id: block.id, iterations: 3 })
    : fullSubflow({ kind: "parallel", id: block.id, count: 3 });
