/** A workflow as a small drawing: where its blocks lie, what joins them, and how each ended in a run. */

import type { Span } from "../api/schema";
import { absolute, type Point, type Size, sizeOf } from "../model/places";
import { containerOf, isNote } from "../model/ports";
import type { Block, Document } from "../realtime/document";

export interface Box extends Point, Size {
  block: Block;
}

/** A connection between two boxes; of two states, the one that has it alone says so. */
export interface Line {
  id: string;
  from: Box;
  to: Box;
  kind?: "added" | "removed";
}

export function boxesOf(doc: Document): Box[] {
  return Object.values(doc.blocks)
    .filter((block) => !isNote(block))
    .map((block) => ({ block, ...absolute(doc, block), ...sizeOf(block) }))
    .map((box) => (containerOf(box.block) ? box : { ...box, height: 56 }));
}

/** How each block of a run ended; of several times, the worst. */
export function endsOf(root: Span | undefined): Map<string, string> {
  const ends = new Map<string, string>();
  const rank = ["finished", "cancelled", "handled", "running", "paused", "failed"];
  const visit = (span: Span) => {
    const status = span.status ?? "finished";
    const known = span.block ? (ends.get(span.block) ?? "") : "";
    if (span.block && rank.indexOf(status) >= rank.indexOf(known)) ends.set(span.block, status);
    for (const child of span.children ?? []) visit(child);
  };
  if (root) visit(root);
  return ends;
}

export function linesOf(doc: Document, boxes: readonly Box[]): Line[] {
  const byId = new Map(boxes.map((box) => [box.block.id, box]));
  return Object.values(doc.edges).flatMap(({ id, source, target }) => {
    const [from, to] = [byId.get(source), byId.get(target)];
    return from && to ? { id, from, to } : [];
  });
}

export function lineOf(from: Box, to: Box): string {
  // from a container into what lies in it, the way begins inside
  const inward = to.block.parent === from.block.id;
  const [x1, y1] = [from.x + (inward ? 8 : from.width), inward ? to.y + to.height / 2 : from.y + from.height / 2];
  const [x2, y2] = [to.x, to.y + to.height / 2];
  const bend = inward ? 0 : Math.max(30, Math.abs(x2 - x1) / 2);
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}
