/** What giving a block or a variable another name comes to: every reference follows. */

import type { BlockFacts } from "../api/schema";
import { MAX_NAME } from "../realtime/checks";
import type { Block, Document, Operation, Variable } from "../realtime/document";
import { lockOn } from "../realtime/graph";
import { madeOf } from "../realtime/merge";
import { normalise } from "./names";
import { renamed, type Swap, unfit } from "./references";

export type Types = ReadonlyMap<string, BlockFacts>;

export interface Renaming {
  operations: Operation[];
  /** Names of locked blocks that refer to it: nobody may change them, so it keeps its name. */
  locked: string[];
}

/** What a container repeats over, and the one of it that is an expression. */
const SETTINGS = ["iterations", "count", "collection", "condition"] as const;
const EXPRESSION = "condition";

export function renameBlock(doc: Document, id: string, name: string, types: Types): Renaming {
  const operation: Operation = { op: "block.update", items: [{ id, set: { name } }] };
  const block = doc.blocks[id];
  if (!block || normalise(block.name) === normalise(name) || meant(doc, block) !== id)
    return { operations: [operation], locked: [] };
  return following(doc, types, operation, { names: new Map([[normalise(block.name), normalise(name)]]) });
}

export function renameVariable(doc: Document, id: string, name: string, types: Types): Renaming {
  const operation: Operation = { op: "variable.update", id, set: { name } };
  const variable = doc.variables[id];
  if (!variable || normalise(variable.name) === normalise(name)) return { operations: [operation], locked: [] };
  const names = new Map([[normalise(variable.name), normalise(name)]]);
  return following(doc, types, operation, { names, head: "variable", called: name });
}

const MOST_NAMED = 3;
const RESERVED = ["loop", "parallel", "variable"];

/** Why a block cannot be called so, in words. */
export function nameTrouble(doc: Document, id: string, name: string): string | undefined {
  const key = normalise(name);
  const sign = unfit(name);
  if (!key) return "A block needs a name.";
  if ([...name].length > MAX_NAME) return `A name has at most ${MAX_NAME} characters.`;
  if (RESERVED.includes(key)) return `“${name}” means something else in references.`;
  if (sign) return `No reference can be written to a name with “${sign}”.`;
  const other = Object.values(doc.blocks).find((one) => one.id !== id && normalise(one.name) === key);
  return other && `Another block is called “${other.name}”.`;
}

/** Why a variable cannot be called so, in words. */
export function variableTrouble(one: Variable, name: string, others: readonly Variable[]): string | undefined {
  const key = normalise(name);
  const sign = name === one.name ? undefined : unfit(name);
  if (!key) return "A variable needs a name.";
  if (sign) return `No reference can be written to a name with “${sign}”.`;
  const other = others.find((each) => each.id !== one.id && normalise(each.name) === key);
  return other && `Another one is called “${other.name}”.`;
}

/** Why a name has to stay, where locked blocks refer to it. */
export function heldBy(locked: readonly string[]): string | undefined {
  const named = locked.slice(0, MOST_NAMED).map((one) => `“${one}”`);
  const more = locked.length > MOST_NAMED ? [...named, `${locked.length - MOST_NAMED} more`] : named;
  return locked.length ? `Locked blocks refer to it: ${more.join(", ")}. Unlock them first.` : undefined;
}

/** A block's values as they read with the new names. */
export function valuesRenamed(values: Block["values"], type: BlockFacts | undefined, swap: Swap): Block["values"] {
  const fresh = Object.entries(values).map(([field, value]) => {
    const facts = type?.form?.find((one) => one.name === field);
    return [
      field,
      facts?.verbatim ? value : assigned(renamed(value, { ...swap, bare: Boolean(facts?.language) }), swap),
    ];
  });
  return Object.fromEntries(fresh);
}

/** Rows that set a variable, by its new name; the very same value where there are none. */
function assigned(value: unknown, { names, called }: Swap): unknown {
  if (called === undefined || !Array.isArray(value)) return value;
  const sets = (row: unknown) => {
    const name = (row as { variable_name?: unknown } | null)?.variable_name;
    return typeof name === "string" && names.has(normalise(name));
  };
  return value.some(sets) ? value.map((row) => (sets(row) ? { ...row, variable_name: called } : row)) : value;
}

/** What a container repeats over, as it reads with the new names. */
export function settingsRenamed<T extends object>(settings: T, swap: Swap): Partial<T> {
  const fresh: Record<string, unknown> = {};
  for (const key of SETTINGS) {
    const value = (settings as Record<string, unknown>)[key];
    const next = renamed(value, { ...swap, bare: key === EXPRESSION });
    if (next !== value) fresh[key] = next;
  }
  return fresh as Partial<T>;
}

function following(doc: Document, types: Types, first: Operation, swap: Swap): Renaming {
  const items = Object.values(doc.blocks).flatMap((block) => {
    const fresh = valuesRenamed(block.values, types.get(block.type), swap);
    return Object.entries(fresh)
      .filter(([field, value]) => value !== block.values[field])
      .map(([field, value]) => ({ block_id: block.id, field, value, ...madeOf(block.values[field]) }));
  });
  const subflows = Object.values(doc.subflows).flatMap((one): Extract<Operation, { op: "subflow.update" }>[] => {
    const set = settingsRenamed(one, swap);
    return Object.keys(set).length ? [{ op: "subflow.update", id: one.id, set }] : [];
  });
  const touched = new Set([...items.map((one) => one.block_id), ...subflows.map((one) => one.id)]);
  const locked = [...touched].filter((id) => lockOn(doc.blocks, id)).map((id) => doc.blocks[id]?.name ?? id);
  const values: Operation[] = items.length ? [{ op: "value.update", items }] : [];
  return { operations: [first, ...values, ...subflows], locked };
}

/** Of blocks that references cannot tell apart, the one they mean: the first whose name is written without a dot. */
function meant(doc: Document, block: Block): string | undefined {
  const key = normalise(block.name);
  const same = Object.values(doc.blocks).filter((one) => normalise(one.name) === key);
  return (same.find((one) => !one.name.includes(".")) ?? same[0])?.id;
}
