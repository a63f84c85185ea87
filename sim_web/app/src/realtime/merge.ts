/** What comes of one value that two people have changed at once: what both did, wherever that can be told apart. */

import type { Any, Document, Operation } from "./document";
import { at } from "./document";
import { equal } from "./equal";

/** References, words and spaces are changed as wholes. */
const PARTS = /<[^<>\n]{1,1000}>|\s+|[^\s<]+|</g;
/** Comparing longer texts takes too long: the later writer has the whole of them. */
const MOST = 4_000_000;
/** Letters of JSON beyond which a value is sent without what it was made of: one message has to hold both. */
const MOST_TOLD = 32_000;
/** Facts by which rows are told apart. */
const NAMES = ["id", "name"] as const;

type Row = Record<string, Any>;
type Hunk = { from: number; to: number; put: string[] };

/** What a write tells of the value it was made of; without it the last writer has the whole. */
export function madeOf(was: Any): { expected?: Any } {
  const expected = was ?? null;
  return JSON.stringify(expected).length <= MOST_TOLD ? { expected } : {};
}

/** A write that was made of another value than stands there now, made of what stands there. */
export function rebased(op: Operation, document: Document): Operation {
  if (op.op !== "value.update") return op;
  const items = op.items.map((item) => {
    const block = at(document.blocks, item.block_id);
    const now = (block && at(block.values, item.field)) ?? null;
    if (!block || item.expected === undefined || equal(item.expected, now)) return item;
    return { ...item, value: merged(item.expected, item.value ?? null, now), expected: now };
  });
  return items.some((item, index) => item !== op.items[index]) ? { ...op, items } : op;
}

/** The value with what led from `base` to `theirs` and to `mine`; where both changed one thing, mine. */
export function merged(base: Any, mine: Any, theirs: Any): Any {
  if (equal(theirs, base) || equal(mine, theirs)) return mine;
  if (equal(mine, base)) return theirs;
  if (typeof base === "string" && typeof mine === "string" && typeof theirs === "string")
    return mergedText(base, mine, theirs);
  const named = NAMES.find((name) => [base ?? [], mine, theirs].every((list) => isNamed(list, name)));
  if (named) return mergedRows(base ?? [], mine, theirs, named);
  return isRow(base) && isRow(mine) && isRow(theirs) ? mergedRow(base, mine, theirs) : mine;
}

const isRow = (value: Any): value is Row => typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether it is a list of rows, each with a name of its own. */
function isNamed(list: Any, name: string): boolean {
  if (!Array.isArray(list)) return false;
  const names = list.map((row) => (isRow(row) ? row[name] : null));
  return names.every((one) => typeof one === "string" && one) && new Set(names).size === names.length;
}

function mergedRow(base: Row, mine: Row, theirs: Row): Row {
  const fresh: Row = {};
  for (const key of new Set([...Object.keys(theirs), ...Object.keys(mine)])) {
    const value = merged(base[key], mine[key], theirs[key]);
    if (value !== undefined) fresh[key] = value;
  }
  return fresh;
}

/** Who moved the rows says their order; one that somebody removed goes unless somebody else has changed it. */
function mergedRows(base: Row[], mine: Row[], theirs: Row[], name: string): Row[] {
  const by = (rows: Row[]) => new Map(rows.map((row) => [row[name] as string, row]));
  const [was, my, their] = [by(base), by(mine), by(theirs)];
  const fresh = new Map<string, Row>();
  for (const id of new Set([...their.keys(), ...my.keys()])) {
    const value = merged(was.get(id), my.get(id), their.get(id)) ?? my.get(id) ?? their.get(id);
    const gone = was.has(id) && !(my.has(id) && their.has(id)) && equal(value, was.get(id));
    if (!gone) fresh.set(id, value);
  }
  const kept = (ids: Iterable<string>) => [...ids].filter((id) => was.has(id) && my.has(id) && their.has(id));
  const isMoved = !equal(kept(my.keys()), kept(was.keys()));
  return ordered(fresh, [...(isMoved ? my : their).keys()], [...(isMoved ? their : my).keys()]);
}

/** Rows in the first order; one that is in the other alone stands after the one it follows there. */
function ordered(rows: Map<string, Row>, first: string[], other: string[]): Row[] {
  const order = [...first];
  other.forEach((id, index) => {
    if (!order.includes(id)) order.splice(order.indexOf(other[index - 1] ?? "") + 1, 0, id);
  });
  return order.flatMap((id) => rows.get(id) ?? []);
}

function mergedText(base: string, mine: string, theirs: string): string {
  const parts = (text: string): string[] => text.match(PARTS) ?? [];
  const was = parts(base);
  const [my, their] = [hunks(was, parts(mine)), hunks(was, parts(theirs))];
  if (!my || !their) return mine;
  const free = their.filter((one) => !my.some((other) => touch(one, other)));
  const all = [...free, ...my].sort((one, other) => one.from - other.from || one.to - other.to);
  const out: string[] = [];
  let done = 0;
  for (const { from, to, put } of all) {
    out.push(...was.slice(done, from), ...put);
    done = to;
  }
  return [...out, ...was.slice(done)].join("");
}

/** Whether two changes are of the same place; what two put in at one place stands side by side. */
function touch(one: Hunk, other: Hunk): boolean {
  return one.from < other.to && other.from < one.to;
}

/** What leads from one list to another; `null` when that is too long a question. */
function hunks(from: string[], to: string[]): Hunk[] | null {
  let head = 0;
  while (head < from.length && head < to.length && from[head] === to[head]) head++;
  let tail = 0;
  while (tail < from.length - head && tail < to.length - head && from.at(-1 - tail) === to.at(-1 - tail)) tail++;
  const [left, right] = [from.slice(head, from.length - tail), to.slice(head, to.length - tail)];
  const width = right.length + 1;
  if ((left.length + 1) * width > MOST) return null;
  const common = commonLengths(left, right);
  const found: Hunk[] = [];
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    if (left[i] === right[j]) {
      i++;
      j++;
      continue;
    }
    const hunk: Hunk = { from: head + i, to: head + i, put: [] };
    while ((i < left.length || j < right.length) && left[i] !== right[j]) {
      const drops =
        j >= right.length || (i < left.length && at2(common, width, i + 1, j) >= at2(common, width, i, j + 1));
      if (drops) hunk.to = head + ++i;
      else hunk.put.push(right[j++] as string);
    }
    found.push(hunk);
  }
  return found;
}

const at2 = (table: Uint16Array, width: number, i: number, j: number): number => table[i * width + j] ?? 0;

/** Of each two ends of the lists, how much they have in common. */
function commonLengths(left: string[], right: string[]): Uint16Array {
  const width = right.length + 1;
  const table = new Uint16Array((left.length + 1) * width);
  for (let i = left.length - 1; i >= 0; i--)
    for (let j = right.length - 1; j >= 0; j--)
      table[i * width + j] =
        left[i] === right[j]
          ? at2(table, width, i + 1, j + 1) + 1
          : Math.max(at2(table, width, i + 1, j), at2(table, width, i, j + 1));
  return table;
}
