/** What can be done in the editor; each says what comes of it, and the editor carries that out. */

import { ClipboardPaste, Copy, CopyPlus, MousePointer, MousePointerClick, Redo2, Scissors, Undo2 } from "lucide-react";
import { asText, copied, pasted } from "../model/clip";
import { ARRANGE } from "./arrange";
import { BLOCKS, removed } from "./blocks";
import { CANVAS } from "./canvas";
import { JOIN } from "./join";
import { RUNNING } from "./running";
import { chosen, type EditorCommand, some } from "./state";

const group = "Edit";

const EDITING: EditorCommand[] = [
  {
    name: "undo",
    label: "Undo",
    group,
    icon: Undo2,
    key: "Mod+Z",
    when: (state) => state.editable,
    perform: () => ({ act: "undo" }),
  },
  {
    name: "redo",
    label: "Redo",
    group,
    icon: Redo2,
    key: "Mod+Shift+Z",
    also: "Mod+Y",
    when: (state) => state.editable,
    perform: () => ({ act: "redo" }),
  },
  {
    name: "copy",
    label: "Copy",
    group,
    icon: Copy,
    key: "Mod+C",
    native: true,
    when: (state) => chosen(state).length > 0,
    perform: (state) => ({ copy: asText(state.doc, state.selected) }),
  },
  {
    name: "cut",
    label: "Cut",
    group,
    icon: Scissors,
    key: "Mod+X",
    native: true,
    when: some,
    perform: (state) => ({ copy: asText(state.doc, state.selected), ...removed(state) }),
  },
  {
    name: "paste",
    label: "Paste",
    group,
    icon: ClipboardPaste,
    key: "Mod+V",
    native: true,
    when: (state) => state.editable,
    perform: () => ({ act: "paste" }),
  },
  {
    name: "duplicate",
    label: "Duplicate",
    group,
    icon: CopyPlus,
    key: "Mod+D",
    when: some,
    perform: (state) => {
      const made = pasted(state.doc, copied(state.doc, state.selected), state.types);
      return { operations: made.operations, select: made.ids };
    },
  },
  {
    name: "all",
    label: "Choose everything",
    group,
    icon: MousePointerClick,
    key: "Mod+A",
    perform: (state) => ({ select: Object.keys(state.doc.blocks) }),
  },
  {
    name: "none",
    label: "Choose nothing",
    group,
    icon: MousePointer,
    key: "Escape",
    when: (state) => state.selected.length + state.edges.length > 0,
    perform: () => ({ select: [] }),
  },
];

export const EDITOR: EditorCommand[] = [...RUNNING, ...EDITING, ...BLOCKS, ...JOIN, ...ARRANGE, ...CANVAS];

export const named = (name: string) => EDITOR.find((command) => command.name === name);
