/** Where each span begins: as the journal says, else after what came before it, beside it in a parallel. */

import type { Span } from "../api/schema";

export interface Row {
  span: Span;
  depth: number;
  /** Milliseconds from the start of the run. */
  from: number;
}

/** What names a span among all of a run: a block that ran several times has one for each. */
export const keyOf = (span: Span) => `${span.id}:${span.order}:${JSON.stringify(span.path)}`;

export function rowsOf(root: Span): { rows: Row[]; whole: number } {
  const rows: Row[] = [];
  let whole = root.ms || 1;
  const origin = root.started_at ? Date.parse(root.started_at) : undefined;
  const place = (span: Span, depth: number, guess: number) => {
    const told = span.started_at && origin !== undefined ? Date.parse(span.started_at) - origin : undefined;
    const from = told ?? guess;
    rows.push({ span, depth, from });
    whole = Math.max(whole, from + (span.ms ?? 0));
    let next = from;
    for (const child of span.children ?? []) {
      place(child, depth + 1, child.type === "branch" ? from : next);
      next += child.ms || lengthOf(child);
    }
  };
  let next = 0;
  for (const child of root.children ?? []) {
    place(child, 0, next);
    next += child.ms ?? 0;
  }
  return { rows, whole };
}

const lengthOf = (span: Span): number =>
  (span.children ?? []).reduce((sum, child) => sum + (child.ms || lengthOf(child)), 0);
