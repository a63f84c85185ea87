/** Lining blocks up and spacing them; offered when several are chosen. */

import {
  AlignCenterHorizontal,
  AlignCenterVertical,
  AlignEndHorizontal,
  AlignEndVertical,
  AlignHorizontalSpaceAround,
  AlignStartHorizontal,
  AlignStartVertical,
  AlignVerticalSpaceAround,
} from "lucide-react";
import { type Along, aligned, distributed, type Line, together } from "../model/align";
import type { Command } from "./command";
import type { EditorCommand, EditorState } from "./state";

const lines: [Line, string, Command["icon"], string][] = [
  ["left", "Align left edges", AlignStartVertical, "Alt+A"],
  ["center", "Align centres, one below the other", AlignCenterVertical, "Alt+H"],
  ["right", "Align right edges", AlignEndVertical, "Alt+D"],
  ["top", "Align top edges", AlignStartHorizontal, "Alt+W"],
  ["middle", "Align middles, side by side", AlignCenterHorizontal, "Alt+V"],
  ["bottom", "Align bottom edges", AlignEndHorizontal, "Alt+S"],
];
const spaces: [Along, string, Command["icon"], string][] = [
  ["across", "Space evenly from left to right", AlignHorizontalSpaceAround, "Alt+Shift+H"],
  ["down", "Space evenly from top to bottom", AlignVerticalSpaceAround, "Alt+Shift+V"],
];
const many = (state: EditorState, least: number) =>
  state.editable && together(state.doc, state.selected).length >= least;

export const ARRANGE: EditorCommand[] = [
  ...lines.map(
    ([line, label, icon, key]): EditorCommand => ({
      name: `align.${line}`,
      label,
      group: "Arrange",
      under: "Align",
      icon,
      key,
      when: (state) => many(state, 2),
      perform: (state) => ({ operations: aligned(state.doc, state.selected, line, state.measure) }),
    }),
  ),
  ...spaces.map(
    ([along, label, icon, key]): EditorCommand => ({
      name: `space.${along}`,
      label,
      group: "Arrange",
      under: "Align",
      icon,
      key,
      words: "distribute",
      when: (state) => many(state, 3),
      perform: (state) => ({ operations: distributed(state.doc, state.selected, along, state.measure) }),
    }),
  ),
];
