/** Whether single facts of a document are fit to be kept: ids, names, places, values. */

import type { Any } from "./document";
import { isVisible, nameKey } from "./letters";

export const MAX_BLOCKS = 10_000;
export const MAX_EDGES = 50_000;
export const MAX_VARIABLES = 1_000;
export const MAX_ITEMS = 20_000;
export const MAX_NAME = 200;
export const MAX_ID = 200;
export const MAX_VALUE = 4 * 1024 * 1024;
export const MAX_NESTING = 10;
export const MAX_TIMEOUT_S = 86_400;
export const MAX_COORDINATE = 10_000_000;

/** A code and words. */
export type Trouble = readonly [code: string, message: string];

const RESERVED = new Set(["loop", "parallel", "variable"]);

/** A key as a part of a JSON pointer. */
export function pointer(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}

export function quoted(text: string): string {
  return `'${length(text) > 50 ? `${text.slice(0, 50)}…` : text}'`;
}

export function idTrouble(id: string): Trouble | null {
  if (!id || length(id) > MAX_ID || !isVisible(id)) {
    return ["invalid", `${quoted(id)} is no id: it has 1 to ${MAX_ID} printable characters`];
  }
  return null;
}

export function nameTrouble(name: string): Trouble | null {
  const key = nameKey(name);
  if (!key || !isVisible(name)) {
    return ["invalid", `${quoted(name)} is no name: it stands on one line, and its signs can be seen`];
  }
  if (length(name) > MAX_NAME) return ["too_large", `a name has at most ${MAX_NAME} characters`];
  if (RESERVED.has(key)) return ["name_conflict", `${quoted(name)} is reserved: references use it for something else`];
  return null;
}

export function variableNameTrouble(name: string): Trouble | null {
  if (!nameKey(name) || !isVisible(name) || length(name) > MAX_NAME) {
    const words = "it needs a letter or a digit and at most";
    return ["invalid", `${quoted(name)} is no name: ${words} ${MAX_NAME} characters`];
  }
  return null;
}

export function placeTrouble(x: number, y: number): Trouble | null {
  return Math.abs(x) <= MAX_COORDINATE && Math.abs(y) <= MAX_COORDINATE
    ? null
    : ["invalid", `(${x}, ${y}) is not on the canvas`];
}

export function timeoutTrouble(seconds: number | null): Trouble | null {
  if (seconds === null || (seconds > 0 && seconds <= MAX_TIMEOUT_S)) return null;
  return ["invalid", `a block may take more than 0 and up to ${MAX_TIMEOUT_S} seconds, not ${seconds}`];
}

export function valueTrouble(value: Any): Trouble | null {
  if (value === null || value === undefined || typeof value === "boolean" || typeof value === "number") return null;
  const text = JSON.stringify(value);
  if (text.length * 3 <= MAX_VALUE) return null;
  const size = new TextEncoder().encode(text).length;
  return size > MAX_VALUE ? ["too_large", `the value has ${size} bytes; ${MAX_VALUE} are allowed`] : null;
}

export function valuesTrouble(values: Readonly<Record<string, Any>>): Trouble | null {
  const bad = Object.keys(values).find((field) => !field || length(field) > MAX_NAME);
  return bad === undefined ? valueTrouble(values) : ["invalid", `${quoted(bad)} is no field name`];
}

/** Characters, not halves of them. */
function length(text: string): number {
  return text.length <= MAX_ID ? text.length : [...text].length;
}
