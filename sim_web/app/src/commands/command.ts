/** A command as data: one record serves the palette, menus, the shortcut and its test. */

import type { LucideIcon } from "lucide-react";
import type { Operation } from "../realtime/document";

/** What performing a command comes to; whoever performs it carries this out. */
export interface Outcome {
  operations?: Operation[];
  select?: string[];
  /** An address to go to. */
  go?: string;
  /** Text for the clipboard. */
  copy?: string;
  /** A dialog or panel to show. */
  show?: string;
  /** One of the page's own verbs, such as `run`. */
  act?: string;
  /** What the verb is about. */
  about?: string;
  say?: string;
}

export interface Command<S = void> {
  name: string;
  label: string;
  group: string;
  icon?: LucideIcon;
  /** `Mod+K`; `Mod` is ⌘ on a Mac and Ctrl elsewhere. */
  key?: string;
  /** Other words people look for it by. */
  words?: string;
  danger?: boolean;
  when?: (state: S) => boolean;
  perform: (state: S) => Outcome;
}

/** Whether a key press is what a shortcut says. */
export function presses(
  event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "shiftKey" | "altKey"> & { code?: string },
  shortcut: string,
): boolean {
  const parts = shortcut.split("+");
  const key = parts.pop()?.toLowerCase() ?? "";
  const mod = event.ctrlKey || event.metaKey;
  const pressed = event.key.toLowerCase();
  // on a Mac, Alt with a letter types another sign
  const same =
    pressed === key ||
    (key === "backspace" && pressed === "delete") ||
    (event.altKey && event.code === `Key${key.toUpperCase()}`);
  return (
    same &&
    mod === parts.includes("Mod") &&
    event.shiftKey === parts.includes("Shift") &&
    event.altKey === parts.includes("Alt")
  );
}

/** Whether keys belong to whatever is being typed into. */
export function isTyping(target: EventTarget | null): boolean {
  const element = target as { closest?: (selector: string) => unknown } | null;
  return Boolean(
    element?.closest?.("input, textarea, select, [contenteditable=true], [role=dialog], [role=menu], [role=listbox]"),
  );
}
