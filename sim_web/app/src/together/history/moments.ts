/** The history as people tell it: what somebody did in one go is one moment. */

import type { HistoryEntry } from "../../api/schema";
import type { Document, Operation } from "../../realtime/document";

export interface Moment {
  /** Its last and its first operation. */
  seq: number;
  first: number;
  at: string;
  actor: string;
  /** What was done, in words. */
  words: string;
  /** Blocks that it touched. */
  blocks: string[];
}

/** A pause after which somebody does something else. */
export const PAUSE_MS = 120_000;
const MOST_WORDS = 3;

/** Moments with the latest first. */
export function momentsOf(entries: readonly HistoryEntry[], doc: Document): Moment[] {
  const named = names(entries, doc);
  const groups: HistoryEntry[][] = [];
  for (const entry of entries) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    if (group && last && belongs(last, entry)) group.push(entry);
    else groups.push([entry]);
  }
  return groups.map((group) => momentOf(group, named)).reverse();
}

const isRestore = ({ client_id }: HistoryEntry) => client_id === "restore" || client_id.startsWith("restore:");

const belongs = (last: HistoryEntry, entry: HistoryEntry) =>
  last.actor === entry.actor &&
  isRestore(last) === isRestore(entry) &&
  Date.parse(entry.at) - Date.parse(last.at) < PAUSE_MS;

function momentOf(group: HistoryEntry[], named: (id: string) => string): Moment {
  const [first, last] = [group[0] as HistoryEntry, group.at(-1) as HistoryEntry];
  const ops = group.map(({ operation }) => operation as Operation);
  const words = [...new Set(ops.map((op) => wordsOf(op, named)))];
  const more = words.length - MOST_WORDS;
  const told = words.slice(0, MOST_WORDS).join(", ") + (more > 0 ? ` and ${more} more` : "");
  return {
    seq: last.seq,
    first: first.seq,
    at: last.at,
    actor: last.actor,
    words: isRestore(first) ? "Restored an earlier state" : told.charAt(0).toUpperCase() + told.slice(1),
    blocks: [...new Set(ops.flatMap(touched))],
  };
}

/** What blocks are called, also those that are gone. */
function names(entries: readonly HistoryEntry[], doc: Document): (id: string) => string {
  const known = new Map<string, string>();
  for (const { operation } of entries) {
    const op = operation as Operation;
    if (op.op === "block.add") for (const { id, name } of op.blocks) known.set(id, name);
    if (op.op === "block.update")
      for (const { id, set } of op.items) if (typeof set.name === "string") known.set(id, set.name);
  }
  return (id) => doc.blocks[id]?.name ?? known.get(id) ?? "a block";
}

function touched(op: Operation): string[] {
  switch (op.op) {
    case "block.add":
      return op.blocks.map(({ id }) => id);
    case "block.move":
    case "block.parent":
    case "block.update":
      return op.items.map(({ id }) => id);
    case "value.update":
      return op.items.map(({ block_id }) => block_id);
    case "edge.add":
      return op.edges.flatMap(({ source, target }) => [source, target]);
    case "subflow.update":
      return [op.id];
    default:
      return [];
  }
}

const FLAGS: Record<string, [string, string]> = {
  enabled: ["switched on", "switched off"],
  locked: ["locked", "unlocked"],
  error_port: ["gave an error port to", "took the error port of"],
};

export function wordsOf(op: Operation, named: (id: string) => string): string {
  const some = (ids: readonly string[]) => (ids.length === 1 ? named(ids[0] as string) : `${ids.length} blocks`);
  switch (op.op) {
    case "block.add":
      return `added ${op.blocks.length === 1 ? op.blocks[0]?.name : `${op.blocks.length} blocks`}`;
    case "block.remove":
      return `removed ${some(op.ids)}`;
    case "block.move":
      return `moved ${some(op.items.map(({ id }) => id))}`;
    case "block.parent":
      return `moved ${some(op.items.map(({ id }) => id))} ${op.items[0]?.parent ? `into ${named(op.items[0].parent)}` : "out of its container"}`;
    case "block.update":
      return changed(op.items, some);
    case "value.update":
      return op.items.length === 1
        ? `changed ${op.items[0]?.field} of ${named(op.items[0]?.block_id ?? "")}`
        : `changed fields of ${some([...new Set(op.items.map(({ block_id }) => block_id))])}`;
    case "edge.add":
      return op.edges.length === 1
        ? `connected ${named(op.edges[0]?.source ?? "")} to ${named(op.edges[0]?.target ?? "")}`
        : `made ${op.edges.length} connections`;
    case "edge.remove":
      return op.ids.length === 1 ? "removed a connection" : `removed ${op.ids.length} connections`;
    case "subflow.update":
      return `changed how ${named(op.id)} repeats`;
    case "variable.add":
      return `added the variable ${op.variables.map(({ name }) => name).join(", ")}`;
    case "variable.remove":
      return op.ids.length === 1 ? "removed a variable" : `removed ${op.ids.length} variables`;
    case "variable.update":
      return "changed a variable";
    case "workflow.update":
      return "name" in op.set ? `called the workflow ${op.set.name}` : "described the workflow";
  }
}

function changed(
  items: readonly { id: string; set: Readonly<Record<string, unknown>> }[],
  some: (ids: readonly string[]) => string,
): string {
  const ids = items.map(({ id }) => id);
  const set = items[0]?.set ?? {};
  if (items.length === 1 && typeof set.name === "string") return `renamed a block to ${set.name}`;
  for (const [fact, [on, off]] of Object.entries(FLAGS)) if (fact in set) return `${set[fact] ? on : off} ${some(ids)}`;
  return `changed settings of ${some(ids)}`;
}
