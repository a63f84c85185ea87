/** Keys of model vendors in words. */

import type { ModelKey, Tried } from "../../api/schema";
import type { Ask } from "../../ui/Form";
import { ago, clock } from "../../ui/when";

const REASONS: Record<number, string> = {
  401: "not accepted",
  402: "nothing left",
  403: "not accepted",
  429: "asked too often",
};
export const TONES: Record<Tried["outcome"], string> = {
  valid: "text-good",
  refused: "text-bad",
  no_quota: "text-bad",
  busy: "text-busy",
  unreachable: "text-bad",
  failed: "text-bad",
};

/** Why a key is not asked and until when, or that it was refused before; empty when all is well. */
export function rested({ refused_with, rests_until }: ModelKey): string {
  if (!refused_with || !rests_until) return "";
  const why = REASONS[refused_with] ?? String(refused_with);
  return Date.parse(rests_until) > Date.now() ? `rests until ${clock(rests_until)}: ${why}` : `last time: ${why}`;
}

export const added = ({ added_by, added_at, used_at }: ModelKey) =>
  `set ${ago(added_at)}${added_by ? ` by ${added_by}` : ""} · ${used_at ? `used ${ago(used_at)}` : "not used yet"}`;

/** The names of all keys with two of them in each other's place. */
export function swapped(keys: readonly ModelKey[], at: number, other: number): string[] {
  const names = keys.map((one) => one.name);
  const [moved] = names.splice(at, 1);
  names.splice(other, 0, moved as string);
  return names;
}

export const ask = (label: string, placeholder?: string): Ask =>
  placeholder
    ? { name: "value", label, mono: true, placeholder }
    : { name: "value", label, kind: "password", complete: "off" };
