/** What somebody is asked for: whether what was typed fits, in words, and the value that it means. */

/** A row of a start block's inputs, or of an approval's. */
export interface Asked {
  name: string;
  label?: string | null;
  type?: string;
  value?: unknown;
  description?: string | null;
  required?: boolean;
}

/** What was typed, by name; without a word of it a row's own value stands. */
export type Typed = Readonly<Record<string, string>>;

const asText = (value: unknown) =>
  value === null || value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value);

export const shown = (one: Asked, typed: Typed) => typed[one.name] ?? asText(one.value);
export const isFile = (type?: string) => Boolean(type?.startsWith("file"));
/** `file` is one; `files` and `file[]` are as many as there are. */
export const takesMany = (type?: string) => type !== "file";
const isJson = (type?: string) => type === "object" || type === "array" || isFile(type);

/** Why a text is not what is asked for; an empty one only matters once somebody wants to go on. */
export function problem(one: Asked, text: string, isSent = false): string | undefined {
  if (!text.trim()) return isSent && one.required && one.type !== "boolean" ? "This is needed." : undefined;
  if (one.type === "number" && !Number.isFinite(Number(text))) return "This is not a number.";
  return isJson(one.type) ? wrongJson(one.type ?? "", text) : undefined;
}

function wrongJson(type: string, text: string): string | undefined {
  try {
    const value = JSON.parse(text);
    const isList = Array.isArray(value);
    if (type === "array" && !isList) return "This is no list: write it as [ … ].";
    if (type === "object" && (isList || typeof value !== "object" || value === null))
      return "This is no object: write it as { … }.";
  } catch (error) {
    return `This is not JSON: ${(error as Error).message}`;
  }
  return undefined;
}

/** Whether anything keeps the whole from being sent. */
export const isWrong = (asked: readonly Asked[], typed: Typed) =>
  asked.some((one) => one.name && problem(one, shown(one, typed), true));

/** What was typed, as the types say; what was left empty is left out. */
export function readInput(asked: readonly Asked[], typed: Typed): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const one of asked) {
    const text = shown(one, typed);
    if (!one.name || (text === "" && one.type !== "boolean")) continue;
    found[one.name] = meant(one.type, text);
  }
  return found;
}

function meant(type: string | undefined, text: string): unknown {
  if (type === "boolean") return text === "true";
  if (type === "number") return Number(text);
  if (!isJson(type)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
