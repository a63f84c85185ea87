/** Values of variables as they are typed: what a text means by a type, and what is wrong with it. */

export const TYPES = ["plain", "string", "number", "boolean", "object", "array"] as const;

const NAMES: Record<string, string> = {
  number: "a number",
  boolean: "true or false",
  object: 'an object, such as {"name": "Ada"}',
  array: "a list, such as [1, 2]",
};

export const shownAs = (value: unknown): string =>
  typeof value === "string" ? value : value === null || value === undefined ? "" : JSON.stringify(value);

export function readAs(text: string, type: string): unknown {
  if (type === "plain" || type === "string") return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Why a text is not of its type, in words; references are judged when it runs. */
export function typeTrouble(text: string, type: string): string | undefined {
  const wanted = NAMES[type];
  if (!wanted || !text.trim() || /<[^<>\n]+>|\{\{/.test(text)) return undefined;
  const value = readAs(text, type);
  const is = Array.isArray(value) ? "array" : value === null ? "null" : typeof value;
  return is === type ? undefined : `This is not ${wanted}.`;
}
