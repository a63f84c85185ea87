/** A document being changed: each part is copied when it is first written. */

import type { Trouble } from "./checks";
import type { Any, Applied, Block, Document, Edge, Operation, Refusal, Subflow, Variable } from "./document";
import { lockOn } from "./graph";

export class Draft {
  blocks: Readonly<Record<string, Block>>;
  edges: Readonly<Record<string, Edge>>;
  subflows: Readonly<Record<string, Subflow>>;
  variables: Readonly<Record<string, Variable>>;
  readonly refusals: Refusal[] = [];

  constructor(readonly before: Document) {
    ({ blocks: this.blocks, edges: this.edges, subflows: this.subflows, variables: this.variables } = before);
  }

  ownBlocks(): Record<string, Block> {
    if (this.blocks === this.before.blocks) this.blocks = { ...this.blocks };
    return this.blocks;
  }

  ownEdges(): Record<string, Edge> {
    if (this.edges === this.before.edges) this.edges = { ...this.edges };
    return this.edges;
  }

  ownSubflows(): Record<string, Subflow> {
    if (this.subflows === this.before.subflows) this.subflows = { ...this.subflows };
    return this.subflows;
  }

  ownVariables(): Record<string, Variable> {
    if (this.variables === this.before.variables) this.variables = { ...this.variables };
    return this.variables;
  }

  /** Note that an item cannot be done; the whole operation is refused with it. */
  refuse([code, message]: Trouble, pointer = "", index = 0, now?: Any): void {
    this.refusals.push({ code, message, pointer, index, ...(now === undefined || now === null ? {} : { now }) });
  }

  missing(what: string, id: string, pointer: string, index = 0): void {
    this.refuse(["not_found", `there is no ${what} '${id}'`], pointer, index);
  }

  /** Note that a lock protects a block, when one does. */
  refuseLocked(id: string, pointer: string, index = 0): boolean {
    const lock = lockOn(this.blocks, id);
    if (lock) this.refuse(["locked", `'${lock.name}' is locked`], pointer, index);
    return lock !== null;
  }

  applied(effective: Operation | null): Applied {
    if (this.refusals.length) return { document: this.before, effective: null, refusals: this.refusals };
    if (effective === null) return { document: this.before, effective: null, refusals: [] };
    const { blocks, edges, subflows, variables } = this;
    return { document: { ...this.before, blocks, edges, subflows, variables }, effective, refusals: [] };
  }
}

/** The ids that are given more than once. */
export function twice(ids: readonly string[]): Set<string> {
  const seen = new Set<string>();
  const doubles = new Set<string>();
  for (const id of ids) {
    if (seen.has(id)) doubles.add(id);
    seen.add(id);
  }
  return doubles;
}
