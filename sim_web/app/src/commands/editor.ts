/** What can be done in the editor; each says what comes of it, and the editor carries that out. */

import {
  Copy,
  CopyPlus,
  History,
  LayoutGrid,
  Lock,
  MessageSquare,
  MessageSquareWarning,
  MessagesSquare,
  MousePointer,
  MousePointerClick,
  Play,
  Redo2,
  Rocket,
  Scissors,
  Search,
  Square,
  Terminal,
  ToggleLeft,
  Trash2,
  Undo2,
  Ungroup,
  Variable,
  ZoomIn,
} from "lucide-react";
import type { BlockFacts } from "../api/schema";
import type { Measure } from "../model/align";
import { asText, copied, pasted } from "../model/clip";
import { absolute, dropped, sizeOf } from "../model/places";
import { isNote } from "../model/ports";
import type { Block, Document, Operation } from "../realtime/document";
import type { Step } from "../run/view";
import { ARRANGE } from "./arrange";
import type { Command } from "./command";
import { JOIN } from "./join";
import { PINS } from "./pins";

export interface EditorState {
  doc: Document;
  selected: readonly string[];
  edges: readonly string[];
  types: Map<string, BlockFacts>;
  busy: boolean;
  editable: boolean;
  /** What the last run made of each block. */
  steps: Readonly<Record<string, Step>>;
  /** How large a block is drawn. */
  measure: Measure;
}

const chosen = (state: EditorState): Block[] => state.selected.flatMap((id) => state.doc.blocks[id] ?? []);
const some = (state: EditorState) => state.editable && chosen(state).length > 0;
const one = (state: EditorState) => chosen(state).length === 1;
const steps = (state: EditorState) => state.editable && chosen(state).some((block) => !isNote(block));

const flip = (state: EditorState, fact: "enabled" | "locked" | "error_port"): Operation[] => {
  const blocks = chosen(state);
  const next = !blocks.every((block) => block[fact]);
  return [{ op: "block.update", items: blocks.map((block) => ({ id: block.id, set: { [fact]: next } })) }];
};

export const EDITOR: Command<EditorState>[] = [
  {
    name: "run",
    label: "Run",
    group: "Run",
    icon: Play,
    key: "Mod+Enter",
    when: (state) => !state.busy,
    perform: () => ({ act: "run" }),
  },
  {
    name: "stop",
    label: "Stop",
    group: "Run",
    icon: Square,
    key: "Mod+.",
    when: (state) => state.busy,
    perform: () => ({ act: "stop" }),
  },
  {
    name: "run.until",
    label: "Run until here",
    group: "Run",
    icon: Play,
    when: (state) => one(state) && !state.busy && !chosen(state).some(isNote),
    perform: (state) => ({ act: "run", about: state.selected[0] }),
  },
  {
    name: "run.from",
    label: "Run from here",
    group: "Run",
    icon: Play,
    when: (state) => one(state) && !state.busy && chosen(state).every((block) => !isNote(block) && !block.parent),
    perform: (state) => ({ act: "run.from", about: state.selected[0] }),
  },
  {
    name: "undo",
    label: "Undo",
    group: "Edit",
    icon: Undo2,
    key: "Mod+Z",
    when: (state) => state.editable,
    perform: () => ({ act: "undo" }),
  },
  {
    name: "redo",
    label: "Redo",
    group: "Edit",
    icon: Redo2,
    key: "Mod+Shift+Z",
    when: (state) => state.editable,
    perform: () => ({ act: "redo" }),
  },
  {
    name: "copy",
    label: "Copy",
    group: "Edit",
    icon: Copy,
    when: (state) => chosen(state).length > 0,
    perform: (state) => ({ copy: asText(state.doc, state.selected) }),
  },
  {
    name: "cut",
    label: "Cut",
    group: "Edit",
    icon: Scissors,
    when: some,
    perform: (state) => ({
      copy: asText(state.doc, state.selected),
      operations: [{ op: "block.remove", ids: [...state.selected] }],
      select: [],
    }),
  },
  {
    name: "duplicate",
    label: "Duplicate",
    group: "Edit",
    icon: CopyPlus,
    key: "Mod+D",
    when: some,
    perform: (state) => {
      const made = pasted(state.doc, copied(state.doc, state.selected));
      return { operations: made.operations, select: made.ids };
    },
  },
  {
    name: "all",
    label: "Choose everything",
    group: "Edit",
    icon: MousePointerClick,
    key: "Mod+A",
    perform: (state) => ({ select: Object.keys(state.doc.blocks) }),
  },
  {
    name: "none",
    label: "Choose nothing",
    group: "Edit",
    icon: MousePointer,
    key: "Escape",
    when: (state) => state.selected.length + state.edges.length > 0,
    perform: () => ({ select: [] }),
  },
  {
    name: "enabled",
    label: "Switch on or off",
    group: "Block",
    icon: ToggleLeft,
    key: "E",
    when: steps,
    perform: (state) => ({ operations: flip(state, "enabled") }),
  },
  {
    name: "locked",
    label: "Lock or unlock",
    group: "Block",
    icon: Lock,
    key: "L",
    when: some,
    perform: (state) => ({ operations: flip(state, "locked") }),
  },
  {
    name: "error_port",
    label: "Show or hide the error port",
    group: "Block",
    icon: MessageSquareWarning,
    when: steps,
    perform: (state) => ({ operations: flip(state, "error_port") }),
  },
  ...PINS,
  {
    name: "lift",
    label: "Take out of the container",
    group: "Block",
    icon: Ungroup,
    when: (state) => some(state) && chosen(state).some((block) => block.parent),
    perform: (state) => {
      const places = chosen(state)
        .filter((block) => block.parent)
        .map((block) => {
          const parent = state.doc.blocks[block.parent ?? ""];
          const origin = parent ? absolute(state.doc, parent) : { x: 0, y: 0 };
          const below = parent ? sizeOf(parent).height : 0;
          return {
            id: block.id,
            at: { x: origin.x + block.position.x, y: origin.y + below + 40 },
            size: sizeOf(block),
          };
        });
      return { operations: dropped(state.doc, places, null) };
    },
  },
  {
    name: "delete",
    label: "Delete",
    group: "Edit",
    icon: Trash2,
    key: "Backspace",
    danger: true,
    when: (state) => state.editable && (state.selected.length > 0 || state.edges.length > 0),
    perform: (state) => {
      const operations: Operation[] = [];
      if (state.edges.length) operations.push({ op: "edge.remove", ids: [...state.edges] });
      if (state.selected.length) operations.push({ op: "block.remove", ids: [...state.selected] });
      return { operations, select: [] };
    },
  },
  ...JOIN,
  ...ARRANGE,
  {
    name: "layout",
    label: "Arrange the blocks",
    group: "Canvas",
    icon: LayoutGrid,
    key: "Shift+L",
    when: (state) => state.editable,
    perform: () => ({ act: "layout" }),
  },
  {
    name: "fit",
    label: "Fit everything into view",
    group: "Canvas",
    icon: ZoomIn,
    key: "Mod+Shift+F",
    perform: () => ({ act: "fit" }),
  },
  {
    name: "search",
    label: "Find and replace in this workflow",
    group: "Canvas",
    icon: Search,
    key: "Mod+F",
    perform: () => ({ show: "search" }),
  },
  { name: "variables", label: "Variables", group: "Canvas", icon: Variable, perform: () => ({ show: "variables" }) },
  {
    name: "chat",
    label: "Chat with this workflow",
    group: "Run",
    icon: MessagesSquare,
    key: "Mod+Shift+C",
    words: "test talk message",
    perform: () => ({ act: "chat" }),
  },
  {
    name: "deploy",
    label: "Deploy",
    group: "Run",
    icon: Rocket,
    words: "version live api curl publish promote",
    perform: () => ({ show: "deploy" }),
  },
  {
    name: "comment",
    label: "Comment",
    group: "Together",
    icon: MessageSquare,
    key: "C",
    words: "say discuss mention thread",
    perform: (state) => ({ act: "comment", about: state.selected.length === 1 ? state.selected[0] : undefined }),
  },
  {
    name: "history",
    label: "History",
    group: "Together",
    icon: History,
    words: "time travel restore version past",
    perform: () => ({ act: "history" }),
  },
  {
    name: "console",
    label: "Show or hide the console",
    group: "Canvas",
    icon: Terminal,
    key: "Mod+J",
    perform: () => ({ act: "console" }),
  },
  {
    name: "add",
    label: "Look for a block to add",
    group: "Canvas",
    icon: Search,
    key: "/",
    when: (state) => state.editable,
    perform: () => ({ act: "add" }),
  },
];

export const named = (name: string) => EDITOR.find((command) => command.name === name);
