/** The console's tree as lines, top to bottom. */

import type { RunView, Step } from "./view";

/** A step, or a round of a container. */
export interface Line {
  key: string;
  depth: number;
  step?: Step;
  round?: { container: string; index: number };
  /** Whether something lies inside that can be folded away. */
  holds: boolean;
}

/** What is folded leaves its inside out; with a filter, only steps that fit and what they lie in are left. */
export function linesOf(view: RunView, folded: ReadonlySet<string>, fits?: (step: Step) => boolean): Line[] {
  const { children, rounds } = insides(view, fits);
  const lines: Line[] = [];
  const walk = (within: string, depth: number) => {
    for (const key of children.get(within) ?? []) {
      const step = view.steps[key];
      if (!step) continue;
      const inner = [...(rounds.get(key) ?? [])].sort((a, b) => a - b);
      lines.push({ key, depth, step, holds: inner.length > 0 });
      if (folded.has(key)) continue;
      for (const index of inner) {
        const round = placeOf([...step.path, [step.block, index]]);
        const name = `${key}#${round}`;
        lines.push({ key: name, depth: depth + 1, round: { container: step.block, index }, holds: true });
        if (!folded.has(name)) walk(round, depth + 2);
      }
    }
  };
  walk("", 0);
  return lines;
}

const placeOf = (path: Step["path"]) => path.map(([container, index]) => `${container}:${index}`).join("/");
const keyOf = (block: string, path: Step["path"]) => [block, ...path.map(([id, at]) => `${id}:${at}`)].join("/");

/** Steps by where they lie, and the rounds of each container. */
function insides(view: RunView, fits?: (step: Step) => boolean) {
  const children = new Map<string, string[]>();
  const rounds = new Map<string, Set<number>>();
  const kept = fits && keptBy(view, fits);
  for (const key of view.order) {
    const step = view.steps[key];
    if (!step || (kept && !kept.has(key))) continue;
    const place = placeOf(step.path);
    const here = children.get(place);
    if (here) here.push(key);
    else children.set(place, [key]);
    const last = step.path.at(-1);
    if (!last) continue;
    const around = keyOf(last[0], step.path.slice(0, -1));
    const known = rounds.get(around);
    if (known) known.add(last[1]);
    else rounds.set(around, new Set([last[1]]));
  }
  return { children, rounds };
}

/** Keys of the steps that failed, handled or not; a container that failed for what lies in it is not one of them. */
export function failuresOf(view: RunView): string[] {
  const failed = view.order.flatMap((key) => view.steps[key] ?? []).filter((one) => /failed|handled/.test(one.state));
  const around = new Set(failed.flatMap(({ path }) => path.map(([id], at) => keyOf(id, path.slice(0, at)))));
  return failed.map((one) => one.key).filter((key) => !around.has(key));
}

/** Keys of the steps that fit, and of the containers around them. */
function keptBy(view: RunView, fits: (step: Step) => boolean): Set<string> {
  const kept = new Set<string>();
  for (const step of Object.values(view.steps)) {
    if (!fits(step)) continue;
    kept.add(step.key);
    step.path.forEach(([container], at) => {
      kept.add(keyOf(container, step.path.slice(0, at)));
    });
  }
  return kept;
}
