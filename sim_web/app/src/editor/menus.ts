/** Menus made of commands: those that stand under a common name open to the side. */

import { AlignStartVertical, type LucideIcon, ZoomIn } from "lucide-react";
import { ARRANGE } from "../commands/arrange";
import type { Ready } from "../commands/command";
import type { MenuEntries, Submenu } from "../ui/Menu";

const LINE = "line";
const SIGNS: Record<string, LucideIcon> = { Align: AlignStartVertical, Zoom: ZoomIn };
const ALIGN = ARRANGE.map((one) => one.name);
const ZOOM = ["fit", "fit.selection", "zoom.in", "zoom.out", "zoom.full"];

export const ON_BLOCKS = [
  ...[
    "run.from",
    "run.from.container",
    "run.until",
    LINE,
    "rename",
    "add.after",
    "pin",
    "unpin",
    "enabled",
    "locked",
    "error_port",
    "lift",
  ],
  ...[LINE, "comment", ...ALIGN, LINE, "copy", "cut", "paste", "duplicate", "join", LINE, "delete"],
];
export const ON_EDGES = ["add.between", LINE, "delete"];
export const ON_CANVAS = [
  ...["add", "paste", "all", LINE, "undo", "redo", LINE, "layout", ...ZOOM, LINE],
  ...["search", "variables", "comment", "chat"],
];
export const IN_BAR = ["layout", ...ZOOM, LINE, "search", "variables", "all", LINE, "comments", "console"];
export const TO_RUN = [
  "run",
  "run.again",
  "run.input",
  "run.start",
  LINE,
  "run.until",
  "run.from",
  "run.from.container",
  LINE,
  "chat",
];

/** The commands of these names that can be performed now, in this order. */
export function menuOf(names: readonly string[], commands: readonly Ready[]): MenuEntries {
  const entries: MenuEntries = [];
  for (const name of names) {
    if (name === LINE) {
      if (entries.length && entries.at(-1) !== LINE) entries.push(LINE);
      continue;
    }
    for (const one of commands) {
      if (one.command !== name || !one.ready()) continue;
      const entry = { label: one.label, icon: one.icon, key: one.key, danger: one.danger, perform: one.run };
      (one.under ? inside(entries, one.under) : entries).push(entry);
    }
  }
  if (entries.at(-1) === LINE) entries.pop();
  return entries;
}

/** The entries of a submenu, which comes where the first of them stands. */
function inside(entries: MenuEntries, label: string): MenuEntries {
  const found = entries.find((one) => one !== LINE && "entries" in one && one.label === label) as Submenu | undefined;
  if (found) return found.entries;
  const made: Submenu = { label, icon: SIGNS[label], entries: [] };
  entries.push(made);
  return made.entries;
}
