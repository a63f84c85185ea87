/** What the API told of runs, as it is shown. */

import type { Figure, Figures, RunEntry } from "../../api/schema";
import { moment as said } from "../../ui/when";

/** The newest page over the pages that were read before; each run once, as it was told last. */
export function merged(head: readonly RunEntry[], pages: readonly RunEntry[]): RunEntry[] {
  const known = new Set(head.map((one) => one.id));
  return [...head, ...pages.filter((one) => !known.has(one.id))].sort((a, b) => (a.id < b.id ? 1 : -1));
}

/** Every stretch of time, those without a run too. */
export function filled({ since, step_s, items }: Figures, count: number): (Figure & { label: string })[] {
  const begin = Date.parse(since);
  const step = step_s * 1000;
  const known = new Map(items.map((one) => [Math.round((Date.parse(one.at) - begin) / step), one]));
  return Array.from({ length: count }, (_, at) => {
    const moment = new Date(begin + at * step);
    const label = said(moment.toISOString());
    const none = { at: moment.toISOString(), runs: 0, failed: 0, p50_ms: null, p95_ms: null, tokens: 0, cost: 0 };
    return { ...(known.get(at) ?? none), label };
  });
}
