/** The pure reducer: what an operation does to a document, and what it may not do; the same as the server's. */

import { addBlocks, moveBlocks, removeBlocks, reparentBlocks } from "./change_blocks";
import { addEdges, removeEdges } from "./change_edges";
import { updateBlocks } from "./change_facts";
import {
  addVariables,
  removeVariables,
  updateSubflow,
  updateValues,
  updateVariable,
  updateWorkflow,
} from "./change_values";
import { MAX_ITEMS } from "./checks";
import type { Applied, Document, Operation, Refusal } from "./document";

export { digest } from "./digest";

const CHANGES: { [K in Operation["op"]]: (document: Document, op: Extract<Operation, { op: K }>) => Applied } = {
  "block.add": addBlocks,
  "block.remove": removeBlocks,
  "block.move": moveBlocks,
  "block.parent": reparentBlocks,
  "block.update": updateBlocks,
  "value.update": updateValues,
  "edge.add": addEdges,
  "edge.remove": removeEdges,
  "subflow.update": updateSubflow,
  "variable.add": addVariables,
  "variable.remove": removeVariables,
  "variable.update": updateVariable,
  "workflow.update": updateWorkflow,
};

/**
 * The document after an operation: all of it, or none with the reason for each item that cannot be done.
 * What is not touched is shared with the document before. Doing an operation again changes nothing.
 */
export function apply(document: Document, op: Operation): Applied {
  const items = Object.values(op).reduce((sum, part) => sum + (Array.isArray(part) ? part.length : 0), 0);
  if (items > MAX_ITEMS) {
    const message = `an operation has at most ${MAX_ITEMS} items`;
    return { document, effective: null, refusals: [{ code: "too_large", message, pointer: "", index: 0 }] };
  }
  return (CHANGES[op.op] as (document: Document, op: Operation) => Applied)(document, op);
}

export interface AppliedAll {
  readonly document: Document;
  readonly results: readonly Applied[];
  readonly refusals: readonly Refusal[];
}

/** The document after several operations, one after the other; a refused one is left out, the others count. */
export function applyAll(document: Document, ops: Iterable<Operation>): AppliedAll {
  const results: Applied[] = [];
  for (const op of ops) {
    const result = apply(document, op);
    document = result.document;
    results.push(result);
  }
  const refusals = results.flatMap((result, index) => {
    return result.refusals.map((refusal) => ({ ...refusal, pointer: `/${index}${refusal.pointer}` }));
  });
  return { document, results, refusals };
}
