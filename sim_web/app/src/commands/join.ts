/** Connecting two blocks without a mouse: from the one that was chosen first to the other. */

import { Spline } from "lucide-react";
import { newId } from "../data/ids";
import { portsOf, refusal } from "../model/ports";
import type { Edge } from "../realtime/document";
import type { EditorCommand, EditorState } from "./state";

/** The edge between them: by the first port that leads nowhere yet, else by the first. */
function edgeOf({ doc, selected, types }: EditorState): Edge | undefined {
  const [source, target] = selected.flatMap((id) => doc.blocks[id] ?? []);
  if (!source || !target || selected.length !== 2) return undefined;
  const taken = Object.values(doc.edges).flatMap((one) => (one.source === source.id ? one.source_handle : []));
  const ports = portsOf(source, types.get(source.type)).map((one) => one.id);
  const port = ports.find((one) => !taken.includes(one)) ?? ports[0];
  return port
    ? { id: newId(), source: source.id, target: target.id, source_handle: port, target_handle: "target" }
    : undefined;
}

export const JOIN: EditorCommand[] = [
  {
    name: "join",
    label: "Connect the first to the second",
    group: "Edit",
    icon: Spline,
    key: "J",
    words: "edge join link two blocks",
    when: (state) => state.editable && Boolean(edgeOf(state)),
    perform: (state) => {
      const edge = edgeOf(state);
      const why = edge ? refusal(state.doc, edge, state.types) : "Choose two blocks first.";
      return why || !edge ? { say: why } : { operations: [{ op: "edge.add", edges: [edge] }] };
    },
  },
];
