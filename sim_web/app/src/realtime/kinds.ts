/** In which type a fact is kept, and what is wrong with a value of another one. */

import type { Any } from "./document";
import { fullPin, fullRetry } from "./document";

/** The value in its type, or words. */
export type Kind = (value: Any) => { value: Any } | { trouble: string };

const says = (value: Any) => (value === null ? "null" : Array.isArray(value) ? "array" : typeof value);
const is = (wanted: string, test: (value: Any) => boolean): Kind => {
  return (value) => (test(value) ? { value } : { trouble: `Expected \`${wanted}\`, got \`${says(value)}\`` });
};
const isText = (value: Any) => typeof value === "string";
const isObject = (value: Any) => typeof value === "object" && value !== null && !Array.isArray(value);

export const seconds = is("float | null", (value) => value === null || typeof value === "number");
export const pin: Kind = (value) => {
  if (value === null) return { value };
  const fits = isObject(value) && (value.port === undefined || value.port === null || isText(value.port));
  return fits ? { value: fullPin(value) } : { trouble: `Expected \`object | null\`, got \`${says(value)}\`` };
};
export const anything: Kind = (value) => ({ value: value ?? null });
export const text = is("str", isText);
export const textOrNull = is("str | null", (value) => value === null || isText(value));
export const flag = is("bool", (value) => typeof value === "boolean");
export const whole = is("int", Number.isInteger);
export const count = is("int | str | null", (value) => value === null || isText(value) || Number.isInteger(value));
export const object = is("object", isObject);
export const texts = is("object", (value) => isObject(value) && Object.values(value).every(isText));
export const size = is("array | null", (value) => {
  return (
    value === null || (Array.isArray(value) && value.length === 2 && value.every((one) => typeof one === "number"))
  );
});
export const oneOf = (...words: string[]): Kind => is(words.join(" | "), (value) => words.includes(value));
export const retry: Kind = (value) => {
  if (value === null) return { value };
  if (!isObject(value)) return { trouble: `Expected \`object | null\`, got \`${says(value)}\`` };
  const full = fullRetry({ tries: value.tries ?? undefined, wait_ms: value.wait_ms ?? undefined });
  const fits = [value.tries, value.wait_ms].every((one) => one === undefined || Number.isInteger(one));
  return fits ? { value: full } : { trouble: "Expected `int`" };
};
