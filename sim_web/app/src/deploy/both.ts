/** Two states of a workflow as one drawing: what is there now, and what is gone where it lay. */

import type { Change } from "../model/changes";
import type { Document, Edge } from "../realtime/document";
import { boxesOf, type Line, linesOf } from "../run/map";

const joined = (one: Edge) => `${one.source} ${one.source_handle} ${one.target}`;

/** The connections that only the first of two states has. */
const alone = (doc: Document, other: Document): Document => {
  const had = new Set(Object.values(other.edges).map(joined));
  const left = Object.values(doc.edges).filter((one) => !had.has(joined(one)));
  return { ...doc, edges: Object.fromEntries(left.map((one) => [one.id, one])) };
};

export function bothStates(before: Document, after: Document, found: readonly Change[]) {
  const gone = boxesOf(before).filter((box) => !after.blocks[box.block.id]);
  const boxes = [...boxesOf(after), ...gone];
  const kinds = found.filter((one) => after.blocks[one.key] ?? before.blocks[one.key]);
  const lost = linesOf(alone(before, after), boxes).map(
    (one): Line => ({ ...one, id: `${one.id} -`, kind: "removed" }),
  );
  const fresh = new Set(Object.keys(alone(after, before).edges));
  const kept = linesOf(after, boxes).map((one): Line => (fresh.has(one.id) ? { ...one, kind: "added" } : one));
  const marks = new Map(kinds.map((one) => [one.key, String(one.kind)]));
  return { boxes, lines: [...kept, ...lost], marks };
}
