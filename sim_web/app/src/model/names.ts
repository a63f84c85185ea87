/** Names of blocks as references know them. */

import type { Document } from "../realtime/document";
import { nameKey } from "../realtime/letters";

export const normalise = nameKey;
export const baseType = (type: string) => type.split("@")[0] ?? type;

const RESERVED = ["loop", "parallel", "variable"];
/** As long as a name may be, with a number after it. */
const LONGEST = 190;

/** A name that nobody has yet: `Agent`, then `Agent 2`. */
export const freeName = (doc: Document, wanted: string): string => freeNames(doc)(wanted);

/** Gives one free name after another; none of them twice. */
export function freeNames(doc: Document): (wanted: string) => string {
  const used = new Set([...Object.values(doc.blocks).map((one) => normalise(one.name)), ...RESERVED]);
  const next = new Map<string, number>();
  return (wanted) => {
    const stem = [...wanted.replace(/ \d+$/, "")].slice(0, LONGEST).join("");
    const key = normalise(stem);
    for (let at = next.get(key) ?? 1; ; at++) {
      const name = at === 1 && !RESERVED.includes(key) ? stem : `${stem} ${at}`;
      if (used.has(normalise(name))) continue;
      used.add(normalise(name));
      next.set(key, at + 1);
      return name;
    }
  };
}
