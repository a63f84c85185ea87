/** What a block's form shows: which fields, with which values. */

import type { BlockFacts, FormField } from "../api/schema";
import type { Block, Document } from "../realtime/document";
import { isSchedule, scheduleWords } from "./schedule";

export type Values = Readonly<Record<string, unknown>>;

/** What the form of a block holds: its values, or a container's subflow. */
export function valuesOf(doc: Document, block: Block): Values {
  const subflow = doc.subflows[block.id];
  return subflow ? { ...block.values, ...subflow } : block.values;
}

export const fieldValue = (field: FormField, values: Values) => values[field.name] ?? field.default ?? null;

export function isShown(field: FormField, values: Values, form: readonly FormField[]): boolean {
  if (field.only_model) return false;
  return (field.shown_if ?? []).every((one) => {
    const other = form.find((candidate) => candidate.name === one.field);
    return one.values.includes(values[one.field] ?? other?.default ?? null);
  });
}

export const shownOf = (form: readonly FormField[], values: Values) =>
  form.filter((field) => isShown(field, values, form));

export const shownFields = (type: BlockFacts, values: Values) => shownOf(type.form ?? [], values);

/** The kind of editor a field asks for; a list of expressions is the branches of a condition. */
export const kindOf = (field: FormField) =>
  field.kind === "expression" && field.type === "array" ? "conditions" : field.kind;

export const isEmpty = (value: unknown) =>
  value === null || value === undefined || value === "" || (Array.isArray(value) && !value.length);

/** The fields that a change makes meaningless: those that depend on it, and those that depend on them, filled in. */
export function stranded(name: string, form: readonly FormField[], values: Values): string[] {
  const found = new Set<string>();
  const follow = (one: string) => {
    for (const field of form)
      if (field.depends_on?.includes(one) && field.name !== name && !found.has(field.name)) {
        found.add(field.name);
        follow(field.name);
      }
  };
  follow(name);
  return [...found].filter((one) => !isEmpty(values[one]));
}

const titleOf = (row: unknown): unknown => {
  const named = row as Record<string, unknown> | null;
  return named?.name ?? named?.variable_name ?? named?.tool ?? named?.content ?? row;
};

/** A value in a few words, for the card on the canvas. */
export function inWords(value: unknown): string {
  if (typeof value === "string") return value.replace(/\s+/g, " ").slice(0, 120);
  if (Array.isArray(value)) return value.length === 1 ? inWords(titleOf(value[0])) : `${value.length} items`;
  if (isSchedule(value)) return scheduleWords(value);
  if (typeof value === "object" && value !== null && "file_id" in value) return inWords(titleOf(value));
  if (typeof value === "object" && value !== null) return `${Object.keys(value).length} values`;
  return String(value);
}

/** What is wrong with a field as it stands, in words; the server knows more. */
export function troubleOf(field: FormField, value: unknown): string | undefined {
  if (isEmpty(value)) return field.required && isEmpty(field.default) ? `${field.title} is needed.` : undefined;
  if (typeof value === "string" && (value.includes("<") || value.includes("{{"))) return undefined;
  // a value that is no JSON stays the text that was typed
  if (field.kind === "json" && typeof value === "string") return notJson(value);
  if (field.kind === "number" || field.kind === "slider") {
    const number = Number(value);
    if (Number.isNaN(number)) return "This is not a number.";
    if (typeof field.least === "number" && number < field.least) return `At least ${field.least}.`;
    if (typeof field.most === "number" && number > field.most) return `At most ${field.most}.`;
  }
  if (typeof value === "string") {
    if (field.max_length && value.length > field.max_length) return `At most ${field.max_length} characters.`;
    if (field.min_length && value.length < field.min_length) return `At least ${field.min_length} characters.`;
    if (field.pattern && field.kind === "short_text" && !new RegExp(field.pattern, "u").test(value))
      return "This does not have the right form.";
  }
  return undefined;
}

function notJson(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return `This is not JSON: ${(error as Error).message}`;
  }
}
