/** Pinning: what a block brought last stands in for it while the workflow is being built. */

import { Pin, PinOff } from "lucide-react";
import { isNote } from "../model/ports";
import type { Operation } from "../realtime/document";
import type { EditorCommand, EditorState } from "./state";

const blocks = (state: EditorState) => state.selected.flatMap((id) => state.doc.blocks[id] ?? []);

/** The chosen blocks that brought something in the last run. */
const brought = (state: EditorState) =>
  blocks(state).filter((one) => !isNote(one) && !one.locked && state.steps[one.id]?.state === "done");

export const PINS: EditorCommand[] = [
  {
    name: "pin",
    label: "Pin the last output",
    group: "Block",
    icon: Pin,
    key: "P",
    words: "mock freeze output",
    when: (state) => state.editable && brought(state).length > 0,
    perform: (state) => {
      const items = brought(state).map((one) => {
        const step = state.steps[one.id];
        return { id: one.id, set: { pinned: { output: step?.output ?? null, port: step?.port ?? "source" } } };
      });
      return { operations: items.length ? ([{ op: "block.update", items }] as Operation[]) : [] };
    },
  },
  {
    name: "unpin",
    label: "Unpin the output",
    group: "Block",
    icon: PinOff,
    key: "Shift+P",
    when: (state) => state.editable && blocks(state).some((one) => one.pinned && !one.locked),
    perform: (state) => ({
      operations: [
        {
          op: "block.update",
          items: blocks(state)
            .filter((one) => one.pinned && !one.locked)
            .map((one) => ({ id: one.id, set: { pinned: null } })),
        },
      ],
    }),
  },
];
