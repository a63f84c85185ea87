/** Values that people take along: as a text, into the clipboard, as a file; and what of them is shown. */

import { toast } from "sonner";
import { saveAs } from "./save";

/** How much of a long text is seen at first, and how much more on demand. */
export const SEEN = 2000;
export const MORE = 20_000;
const BEFORE = 100;

/** A text as it is, anything else as JSON. */
export const textOf = (value: unknown): string =>
  typeof value === "string" ? value : (JSON.stringify(value, null, 2) ?? "");

/** The stretch of a text that is shown: from its beginning, or from shortly before the words that are looked for. */
export function cutAt(text: string, words: string, most: number): { from: number; to: number } {
  const at = words && text.length > most ? text.toLowerCase().indexOf(words.toLowerCase()) : 0;
  const from = Math.max(0, at - BEFORE);
  return { from, to: Math.min(text.length, from + most) };
}

/** Put a text into the clipboard, and say so; or say that the browser does not let us. */
export function copied(text: string, said = "Copied") {
  const refused = () => toast.error("The browser does not let this page copy.");
  if (!navigator.clipboard) return refused();
  navigator.clipboard.writeText(text).then(() => toast(said), refused);
}

/** Save a value as a file of somebody's own machine. */
export function download(value: unknown, name: string) {
  const [type, ending] = typeof value === "string" ? ["text/plain", "txt"] : ["application/json", "json"];
  saveAs(new Blob([textOf(value)], { type }), `${name}.${ending}`);
}

/** Parts and characters that make a value too large to be looked over. */
const LARGE = { parts: 60, characters: SEEN };

export function isLarge(value: unknown): boolean {
  let parts = 0;
  const count = (one: unknown): boolean => {
    parts += 1;
    if (parts > LARGE.parts) return true;
    if (typeof one === "string") return one.length > LARGE.characters;
    return typeof one === "object" && one !== null && Object.values(one).some(count);
  };
  return count(value);
}

/** What of a value holds the words, in a key or in a text; each part keeps its place. At most so many places. */
export function sifted(value: unknown, words: string, most = 200): { value: unknown; found: number } {
  const wanted = words.toLowerCase();
  let found = 0;
  const holds = (text: string) => text.toLowerCase().includes(wanted);
  const sift = (one: unknown): unknown => {
    if (found >= most) return undefined;
    if (typeof one !== "object" || one === null) {
      if (!holds(typeof one === "string" ? one : String(one))) return undefined;
      found += 1;
      return one;
    }
    const kept: Record<string, unknown> | unknown[] = Array.isArray(one) ? [] : {};
    let any = false;
    for (const [key, inner] of Object.entries(one)) {
      const named = !Array.isArray(one) && found < most && holds(key);
      if (named) found += 1;
      const part = named ? inner : sift(inner);
      if (part === undefined) continue;
      (kept as Record<string, unknown>)[key] = part;
      any = true;
    }
    return any ? kept : undefined;
  };
  return { value: sift(value), found };
}
