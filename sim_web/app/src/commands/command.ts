/** A command as data: one record serves the palette, menus, the shortcut and its test. */

import type { LucideIcon } from "lucide-react";
import type { Operation } from "../realtime/document";

/** What performing a command comes to; whoever performs it carries this out. */
export interface Outcome<A extends string = string> {
  operations?: Operation[];
  select?: string[];
  /** An address to go to. */
  go?: string;
  /** Text for the clipboard. */
  copy?: string;
  /** A dialog or panel to show. */
  show?: string;
  /** One of the page's own verbs, such as `run`. */
  act?: A;
  /** What the verb is about. */
  about?: string;
  say?: string;
}

/** One of several things that a command can be done to at this moment. */
export interface Choice {
  about: string;
  label: string;
}

export interface Command<S = void, A extends string = string> {
  name: string;
  label: string;
  group: string;
  icon?: LucideIcon;
  /** `Mod+K`; `Mod` is ⌘ on a Mac and Ctrl elsewhere. */
  key?: string;
  /** Another key by which people know it from elsewhere. */
  also?: string;
  /** The browser brings its key as an event of its own, such as `copy`. */
  native?: boolean;
  /** The menu inside the menu in which it stands. */
  under?: string;
  /** It is offered once for each of these. */
  choices?: (state: S) => readonly Choice[];
  /** Other words people look for it by. */
  words?: string;
  danger?: boolean;
  when?: (state: S) => boolean;
  perform: (state: S, about?: string) => Outcome<A>;
}

/** A command with all it needs to be performed at once. */
export interface Ready extends Omit<Command, "when" | "perform" | "choices"> {
  /** The name of the command that it is, or is a choice of. */
  command: string;
  ready: () => boolean;
  run: () => void;
}

/** Commands as they stand now; the state is asked anew when one of them is performed. */
export function readied<S, A extends string>(
  commands: readonly Command<S, A>[],
  stateNow: () => S,
  carryOut: (outcome: Outcome<A>) => void,
): Ready[] {
  return commands.flatMap(({ when, perform, choices, ...facts }) => {
    const ready = () => when?.(stateNow()) ?? true;
    const run = (about?: string) => () => {
      if (ready()) carryOut(perform(stateNow(), about));
    };
    if (!choices) return [{ ...facts, command: facts.name, ready, run: run() }];
    return choices(stateNow()).map((one) => ({
      ...facts,
      command: facts.name,
      name: `${facts.name}.${one.about}`,
      label: `${facts.label} ${one.label}`,
      ready,
      run: run(one.about),
    }));
  });
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
  // Greek, Cyrillic and other letters stand on the keys of Latin ones; so do the signs that Alt types on a Mac
  const foreign = event.altKey || /^\P{ASCII}$/u.test(pressed);
  const same =
    pressed === key ||
    (key === "backspace" && pressed === "delete") ||
    (foreign && event.code === `Key${key.toUpperCase()}`);
  // which signs and digits need Shift is another on every keyboard
  const free = key.length === 1 && !/[a-z]/.test(key);
  return (
    same &&
    mod === parts.includes("Mod") &&
    (free || event.shiftKey === parts.includes("Shift")) &&
    event.altKey === parts.includes("Alt")
  );
}

/** Whether keys belong to whatever is being typed into. */
export function isTyping(target: EventTarget | null): boolean {
  const element = target as { closest?: (selector: string) => unknown } | null;
  return Boolean(
    element?.closest?.("input, textarea, select, [role=textbox], [role=dialog], [role=menu], [role=listbox]"),
  );
}
