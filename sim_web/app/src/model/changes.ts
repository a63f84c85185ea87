/** What differs between two states of a workflow, for people: where blocks lie, locks and pins do not count. */

import type { BlockFacts } from "../api/schema";
import type { Block, Document, Edge } from "../realtime/document";
import { containerOf, portsOf } from "./ports";

export interface Detail {
  what: string;
  before?: unknown;
  after?: unknown;
}
export interface Change {
  key: string;
  kind: "added" | "removed" | "changed";
  title: string;
  /** The block it is about, where it stands in the later state. */
  block?: string;
  type?: BlockFacts;
  details: Detail[];
}

type Types = Map<string, BlockFacts>;
const FACTS: [keyof Block, string][] = [
  ["name", "name"],
  ["type", "kind of block"],
  ["enabled", "on"],
  ["error_port", "error port"],
  ["retry", "tries"],
  ["timeout_s", "time limit"],
  ["trigger", "starts the workflow"],
  ["parent", "container"],
];

export function changes(before: Document, after: Document, types: Types): Change[] {
  return [
    ...facts(before, after),
    ...blocks(before, after, types),
    ...edges(before, after, types),
    ...variables(before, after),
  ];
}

export const differs = (before: Document, after: Document) => digest(before) !== digest(after);

const digests = new WeakMap<object, string>();
const known = <T extends object>(one: T, make: (one: T) => unknown): string => {
  let text = digests.get(one);
  if (text === undefined) {
    text = canonical(make(one));
    digests.set(one, text);
  }
  return text;
};

/** One text for equal states; what did not change is not looked at again. */
function digest(doc: Document): string {
  const part = <T extends object>(record: Readonly<Record<string, T>>, make: (one: T) => unknown) =>
    Object.keys(record)
      .sort()
      .map((id) => known(record[id] as T, make))
      .join("\n");
  return [
    doc.name,
    doc.description,
    part(doc.blocks, (one) => [one.id, one.values, one.modes, FACTS.map(([fact]) => one[fact])]),
    part(doc.edges, (one) => one),
    part(doc.subflows, (one) => one),
    part(doc.variables, (one) => one),
  ].join("\n\n");
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value === "object" && value !== null)
    return `{${Object.entries(value)
      .filter(([, one]) => one !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => `${JSON.stringify(key)}:${canonical(one)}`)
      .join(",")}}`;
  return JSON.stringify(value) ?? "null";
}

const same = (a: unknown, b: unknown) => a === b || canonical(a ?? null) === canonical(b ?? null);

function facts(before: Document, after: Document): Change[] {
  const details = (["name", "description"] as const)
    .filter((fact) => before[fact] !== after[fact])
    .map((fact) => ({ what: fact, before: before[fact], after: after[fact] }));
  return details.length ? [{ key: "workflow", kind: "changed", title: "Workflow", details }] : [];
}

function blocks(before: Document, after: Document, types: Types): Change[] {
  const found: Change[] = [];
  for (const block of Object.values(after.blocks)) {
    const old = before.blocks[block.id];
    const type = types.get(block.type);
    const about = { key: block.id, title: block.name, block: block.id, type };
    if (!old) found.push({ ...about, kind: "added", details: [] });
    else {
      const details = detailsOf(before, after, old, block, type);
      if (details.length) found.push({ ...about, kind: "changed", details });
    }
  }
  for (const block of Object.values(before.blocks))
    if (!after.blocks[block.id])
      found.push({ key: block.id, kind: "removed", title: block.name, type: types.get(block.type), details: [] });
  return found;
}

function detailsOf(before: Document, after: Document, old: Block, block: Block, type?: BlockFacts): Detail[] {
  const details: Detail[] = [];
  const named = (doc: Document, fact: keyof Block, value: unknown) =>
    fact === "parent" ? (doc.blocks[String(value)]?.name ?? null) : value;
  for (const [fact, what] of FACTS)
    if (!same(old[fact], block[fact]))
      details.push({ what, before: named(before, fact, old[fact]), after: named(after, fact, block[fact]) });
  const was = containerOf(old) ? { ...old.values, ...before.subflows[old.id] } : old.values;
  const now = containerOf(block) ? { ...block.values, ...after.subflows[block.id] } : block.values;
  for (const field of new Set([...Object.keys(was), ...Object.keys(now)])) {
    const [one, other] = [(was as Block["values"])[field], (now as Block["values"])[field]];
    const what = type?.form?.find((each) => each.name === field)?.title ?? field;
    if (!same(one, other)) details.push({ what, before: one, after: other });
  }
  return details;
}

function edges(before: Document, after: Document, types: Types): Change[] {
  const keyOf = (one: Edge) => `${one.source} ${one.source_handle} ${one.target}`;
  const had = new Set(Object.values(before.edges).map(keyOf));
  const has = new Set(Object.values(after.edges).map(keyOf));
  const told = (doc: Document, one: Edge, kind: Change["kind"]): Change => {
    const source = doc.blocks[one.source];
    const port = source && portsOf(source, types.get(source.type)).find((each) => each.id === one.source_handle);
    const by = port && port.id !== "source" ? ` (${port.label})` : "";
    const title = `${source?.name ?? "?"}${by} → ${doc.blocks[one.target]?.name ?? "?"}`;
    return { key: `${kind} ${keyOf(one)}`, kind, title, details: [] };
  };
  return [
    ...Object.values(after.edges).flatMap((one) => (had.has(keyOf(one)) ? [] : told(after, one, "added"))),
    ...Object.values(before.edges).flatMap((one) => (has.has(keyOf(one)) ? [] : told(before, one, "removed"))),
  ];
}

function variables(before: Document, after: Document): Change[] {
  const found: Change[] = [];
  for (const one of Object.values(after.variables)) {
    const old = before.variables[one.id];
    const about = { key: one.id, title: `Variable ${one.name}` };
    if (!old) found.push({ ...about, kind: "added", details: [] });
    else if (!same(old, one)) {
      const details = (["name", "type", "value"] as const)
        .filter((fact) => !same(old[fact], one[fact]))
        .map((fact) => ({ what: fact, before: old[fact], after: one[fact] }));
      found.push({ ...about, kind: "changed", details });
    }
  }
  for (const one of Object.values(before.variables))
    if (!after.variables[one.id])
      found.push({ key: one.id, kind: "removed", title: `Variable ${one.name}`, details: [] });
  return found;
}
