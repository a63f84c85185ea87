/** How references are written in texts, as the server reads them, and how they are given other names. */

import { normalise } from "./names";

const TOKEN = /<([^<>\n]{1,1000})>/g;
const NEVER = /[+*/=<>!@";`\\{}]|\s\s|^\s|\s$|&&|\|\|/;
const STEPS = /^(?:\.(?!\s)[^.[\]]*[^.[\]\s]|\[\d{1,9}\])*$/;
const NAME_END = /[.[]/;

/** What is to be called otherwise: new names by the old ones, both as `normalise` gives them. */
export interface Swap {
  names: ReadonlyMap<string, string>;
  /** The names are steps after this head, as those of variables are. */
  head?: string;
  /** What a variable is called from now on, in rows that set it. */
  called?: string;
  /** In code, a name in brackets is a reference within longer text too; elsewhere it may be a tag. */
  bare?: boolean;
}

/** The sign in a name that no reference can be written with, or nothing. */
export const unfit = (name: string): string | undefined => {
  const key = normalise(name);
  return NEVER.exec(key)?.[0] ?? /[[\]]/.exec(key)?.[0];
};

/** A value whose references carry the new names; the very same value where nothing is to be done. */
export function renamed<T>(value: T, swap: Swap): T {
  if (typeof value === "string") return (value.includes("<") ? inText(value, swap) : value) as T;
  if (Array.isArray(value)) {
    const fresh = value.map((one) => renamed(one, swap));
    return fresh.some((one, at) => one !== value[at]) ? (fresh as T) : value;
  }
  if (typeof value !== "object" || value === null) return value;
  const fresh = Object.entries(value).map(([key, one]) => [key, renamed(one, swap), one] as const);
  return fresh.some(([, now, was]) => now !== was)
    ? (Object.fromEntries(fresh.map(([key, now]) => [key, now])) as T)
    : value;
}

const inText = (text: string, { names, head, bare }: Swap) =>
  text.replace(TOKEN, (whole, inner: string) => {
    const cut = endOf(inner);
    const first = normalise(inner.slice(0, cut));
    const rest = inner.slice(cut);
    if (!isReference(inner, first, rest) || (!rest && !bare && whole.length !== text.length)) return whole;
    if (head === undefined) {
      const next = names.get(first);
      return next === undefined || next === first ? whole : `<${next}${rest}>`;
    }
    if (first !== head || !rest.startsWith(".")) return whole;
    const path = rest.slice(1);
    const end = endOf(path);
    const next = names.get(normalise(path.slice(0, end)));
    return next === undefined ? whole : `<${inner.slice(0, cut)}.${next}${path.slice(end)}>`;
  });

/** Where a name ends in what follows it. */
function endOf(path: string): number {
  const found = path.search(NAME_END);
  return found < 0 ? path.length : found;
}

function isReference(inner: string, first: string, rest: string): boolean {
  const name = inner.slice(0, inner.length - rest.length);
  if (NEVER.test(inner) || !first || /\s$/.test(name)) return false;
  return rest ? STEPS.test(rest) : !/^\d+$/.test(first) && !/\s\d/.test(name);
}
