/** What is done to the blocks and edges that are chosen. */

import { Lock, MessageSquareWarning, PencilLine, Plus, Split, ToggleLeft, Trash2, Ungroup } from "lucide-react";
import { absolute, dropped, sizeOf } from "../model/places";
import { portsOf } from "../model/ports";
import type { Operation } from "../realtime/document";
import { PINS } from "./pins";
import { chosen, type EditorCommand, type EditorState, one, some, steps } from "./state";

const group = "Block";

const flip = (state: EditorState, fact: "enabled" | "locked" | "error_port"): Operation[] => {
  const blocks = chosen(state);
  const next = !blocks.every((block) => block[fact]);
  return [{ op: "block.update", items: blocks.map((block) => ({ id: block.id, set: { [fact]: next } })) }];
};

/** Whether something can follow the one block that is chosen. */
const leads = (state: EditorState) =>
  state.editable && one(state) && chosen(state).some((block) => portsOf(block, state.types.get(block.type)).length);

export const BLOCKS: EditorCommand[] = [
  {
    name: "rename",
    label: "Rename",
    group,
    icon: PencilLine,
    key: "F2",
    when: (state) => state.editable && one(state) && chosen(state).every((block) => !block.locked),
    perform: () => ({ act: "rename" }),
  },
  {
    name: "add.after",
    label: "Add a block after it",
    group,
    icon: Plus,
    key: "A",
    words: "next follow",
    when: leads,
    perform: (state) => ({ act: "add", about: state.selected[0] }),
  },
  {
    name: "add.between",
    label: "Put a block in between",
    group,
    icon: Split,
    words: "edge insert",
    when: (state) => state.editable && state.edges.length === 1 && !state.selected.length,
    perform: (state) => ({ act: "add.between", about: state.edges[0] }),
  },
  {
    name: "enabled",
    label: "Switch on or off",
    group,
    icon: ToggleLeft,
    key: "E",
    when: steps,
    perform: (state) => ({ operations: flip(state, "enabled") }),
  },
  {
    name: "locked",
    label: "Lock or unlock",
    group,
    icon: Lock,
    key: "L",
    when: some,
    perform: (state) => ({ operations: flip(state, "locked") }),
  },
  {
    name: "error_port",
    label: "Show or hide the error port",
    group,
    icon: MessageSquareWarning,
    when: steps,
    perform: (state) => ({ operations: flip(state, "error_port") }),
  },
  ...PINS,
  {
    name: "lift",
    label: "Take out of the container",
    group,
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
];
