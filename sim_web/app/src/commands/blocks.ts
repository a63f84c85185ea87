/** What is done to the blocks and edges that are chosen. */

import { Lock, MessageSquareWarning, PencilLine, Plus, Split, ToggleLeft, Trash2, Ungroup } from "lucide-react";
import { removable } from "../model/clip";
import { absolute, dropped, sizeOf } from "../model/places";
import { portsOf } from "../model/ports";
import type { Operation } from "../realtime/document";
import { lockOn } from "../realtime/graph";
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

/** Without what is chosen; what is locked stays, and stays chosen. */
export function removed({ doc, selected }: Pick<EditorState, "doc" | "selected">) {
  const free = removable(doc, selected);
  const kept = selected.filter((id) => !free.includes(id));
  const operations: Operation[] = free.length ? [{ op: "block.remove", ids: free }] : [];
  const names = kept.map((id) => `“${doc.blocks[id]?.name}”`).join(", ");
  const say = kept.length ? `Locked, so ${kept.length === 1 ? "it stays" : "they stay"}: ${names}.` : undefined;
  return { operations, select: kept, say };
}

export const BLOCKS: EditorCommand[] = [
  {
    name: "rename",
    label: "Rename",
    group,
    icon: PencilLine,
    key: "F2",
    when: (state) =>
      state.editable && one(state) && chosen(state).every((block) => !lockOn(state.doc.blocks, block.id)),
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
      return { ...removed(state), operations: [...operations, ...removed(state).operations] };
    },
  },
];
