/** What a shared document holds, and how it is a field's value: one text, or rows of which some facts are texts. */

import * as Y from "yjs";
import type { Any } from "./document";
import { equal } from "./equal";

export type Row = { readonly id: string; readonly [fact: string]: Any };

export interface Shape {
  /** Which facts of rows are texts; `null` for one text. */
  readonly texts: readonly string[] | null;
  /** What of a document can be taken back. */
  scope(doc: Y.Doc): Y.AbstractType<Any>[];
  /** A stored value as a document would give it back; empty where it cannot hold it. */
  normal(value: Any, doc: Y.Doc): Any;
  read(doc: Y.Doc): Any;
  /** Make one value of another, by the smallest edits. */
  edit(doc: Y.Doc, before: Any, after: Any, origin?: unknown): void;
}

export const WHOLE: Shape = {
  texts: null,
  scope: (doc) => [textOf(doc)],
  normal: (value) => (typeof value === "string" ? value : ""),
  read: (doc) => textOf(doc).toString(),
  edit: (doc, before, after, origin) => edit(textOf(doc), before, after, origin),
};

export const textOf = (doc: Y.Doc): Y.Text => doc.getText("text");
export const rowsOf = (doc: Y.Doc): Y.Map<Any> => doc.getMap("rows");

/** The fact of a row that says where it stands. */
const PLACE = "";

/** Rows that are themselves wherever they stand; they are sorted by a number of their own, then by their ids. */
export class Rows implements Shape {
  constructor(readonly texts: readonly string[]) {}

  scope(doc: Y.Doc): Y.AbstractType<Any>[] {
    return [rowsOf(doc)];
  }

  normal(value: Any, doc: Y.Doc): Row[] {
    if (!Array.isArray(value)) return [];
    const given = new Set(value.map((row) => row?.id).filter(Boolean));
    const now = this.read(doc);
    const lacking = Object.fromEntries(this.texts.map((name) => [name, ""]));
    return value.map((row, at) => {
      const standing = now[at]?.id;
      const id = standing && !given.has(standing) ? standing : freshId();
      return { id, ...lacking, ...row };
    });
  }

  read(doc: Y.Doc): Row[] {
    const found: [number, Row][] = [];
    for (const [id, facts] of rowsOf(doc)) {
      if (!(facts instanceof Y.Map)) continue;
      const row: Record<string, Any> = {};
      for (const [name, fact] of facts) row[name] = fact instanceof Y.Text ? fact.toString() : fact;
      const { [PLACE]: place, ...rest } = row;
      found.push([typeof place === "number" ? place : 0, { ...rest, id }]);
    }
    found.sort(([one, a], [other, b]) => one - other || (a.id < b.id ? -1 : 1));
    return found.map(([, row]) => row);
  }

  edit(doc: Y.Doc, before: readonly Row[], after: readonly Row[], origin: unknown = null): void {
    const rows = rowsOf(doc);
    const [old, fresh] = [byId(before), byId(after)];
    doc.transact(() => {
      for (const id of old.keys()) if (!fresh.has(id)) rows.delete(id);
      const places = !equal([...old.keys()], [...fresh.keys()].slice(0, old.size));
      [...fresh].forEach(([id, row], place) => {
        const facts = rows.get(id);
        if (!old.has(id) || !(facts instanceof Y.Map)) {
          // A row that somebody has removed meanwhile stays away.
          if (!old.has(id)) rows.set(id, this.born(row, place));
          return;
        }
        if (places) facts.set(PLACE, place);
        change(facts, old.get(id) as Row, row);
      });
    }, origin);
  }

  private born(row: Row, place: number): Y.Map<Any> {
    const facts = Object.entries(row).map(([name, fact]): [string, Any] => {
      return [name, this.texts.includes(name) && typeof fact === "string" ? new Y.Text(fact) : fact];
    });
    return new Y.Map([...facts, [PLACE, place]]);
  }
}

function change(facts: Y.Map<Any>, before: Row, after: Row): void {
  for (const name of Object.keys(before)) if (!(name in after)) facts.delete(name);
  for (const [name, fact] of Object.entries(after)) {
    if (name in before && equal(before[name], fact)) continue;
    const held = facts.get(name);
    if (held instanceof Y.Text && typeof fact === "string") edit(held, String(before[name] ?? ""), fact);
    else facts.set(name, fact);
  }
}

const byId = (rows: readonly Row[]) => new Map(rows.map((row) => [row.id, row]));

const freshId = () => crypto.randomUUID().slice(-12);

/** The smallest piece by which a text differs from what it becomes; a pair of halves is never parted. */
export function cut(before: string, after: string): { from: number; to: number; insert: string } {
  let start = 0;
  const least = Math.min(before.length, after.length);
  while (start < least && before[start] === after[start]) start++;
  if (start && isHigh(before.charCodeAt(start - 1))) start--;
  let end = 0;
  while (end < least - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  if (end && isLow(before.charCodeAt(before.length - end))) end--;
  return { from: start, to: before.length - end, insert: after.slice(start, after.length - end) };
}

/** Make one text of another with the smallest cut. */
export function edit(text: Y.Text, before: string, after: string, origin: unknown = null): void {
  const { from, to, insert } = cut(before, after);
  const length = Math.min(to - from, Math.max(0, text.length - from));
  text.doc?.transact(() => {
    if (length > 0) text.delete(Math.min(from, text.length), length);
    if (insert) text.insert(Math.min(from, text.length), insert);
  }, origin);
}

const isHigh = (code: number) => code >= 0xd800 && code < 0xdc00;
const isLow = (code: number) => code >= 0xdc00 && code < 0xe000;
