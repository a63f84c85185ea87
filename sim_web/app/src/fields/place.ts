/** What a field editor knows of where it stands. */

import type { FormField } from "../api/schema";
import type { Source } from "../model/offers";

export interface Place {
  block: string;
  /** The tool whose input it is, where that is not the block's own form. */
  tool?: string;
  values: Readonly<Record<string, unknown>>;
  offered: Source[];
  disabled: boolean;
  /** Whether its long texts may be typed together: they are values of the block itself. */
  shares?: boolean;
}

export interface KindProps {
  id: string;
  field: FormField;
  value: unknown;
  place: Place;
  invalid: boolean;
  /** `whole` is a step of undo of its own. */
  onChange: (value: unknown, whole?: boolean) => void;
}

export const textOf = (value: unknown): string =>
  value === null || value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value, null, 2);

/** What a text is as JSON; itself where it is none or holds references. */
export function readJson(text: string): unknown {
  if (!text.trim()) return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export const languageOf = (field: FormField, values: Readonly<Record<string, unknown>>) =>
  field.language?.startsWith("$") ? String(values[field.language.slice(1)] ?? "python") : (field.language ?? "");

/** What every text of a form is made with; what an empty one shows is its placeholder, or else its default. */
export const base = ({ id, field, place, invalid }: KindProps) => ({
  id,
  label: field.title,
  field: field.name,
  offered: place.offered,
  invalid,
  place,
  placeholder: field.placeholder || textOf(field.default),
});

/** Whether a text is filled in by the run: nothing that a list, a picker or a check could judge. */
export const holdsReference = (value: unknown): value is string =>
  typeof value === "string" && /<[^<>]+>|\{\{/.test(value);
