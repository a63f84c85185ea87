/** Drags that everybody sees: others see ours as it goes on, and we draw theirs. */

import type { Node } from "@xyflow/react";
import { useMemo, useRef } from "react";
import { useEditor } from "../editor/store";
import type { WorkflowClient } from "../realtime/types";
import { dragged } from "./peers";

type Places = Record<string, readonly [number, number]>;
/** So long a drag stays drawn elsewhere when its move is not confirmed. */
const PATIENCE_MS = 5000;
const drags = new WeakMap<WorkflowClient, number>();

/** Say where blocks are, on the canvas. */
export function showDrag(client: WorkflowClient, drag: Places): void {
  drags.set(client, (drags.get(client) ?? 0) + 1);
  client.setPresence({ drag });
}

/** They were let go: the others draw them where they are until the move has come, so that nothing jumps back. */
export function endDrag(client: WorkflowClient): void {
  const which = drags.get(client);
  const end = () => {
    if (drags.get(client) === which) client.setPresence({ drag: null });
  };
  void client.settled(PATIENCE_MS).then(end, end);
}

/** Nodes with those that others drag where they are now; the same array when nobody drags. */
export function useDrawn(nodes: Node[]): Node[] {
  const doc = useEditor((state) => state.doc);
  const peers = useEditor((state) => (state.peers.some((one) => one.drag) ? state.peers : NOBODY));
  const before = useRef<Map<string, Node>>(new Map());
  return useMemo(() => {
    if (peers === NOBODY) return nodes;
    const places = dragged(doc, peers);
    const drawn = nodes.map((node) => {
      const place = places[node.id];
      if (!place || node.dragging) return node;
      const [x, y] = place;
      const last = before.current.get(node.id);
      if (last && last.position.x === x && last.position.y === y && last.data === node.data) return last;
      return { ...node, position: { x, y } };
    });
    before.current = new Map(drawn.filter((node) => places[node.id]).map((node) => [node.id, node]));
    return drawn;
  }, [nodes, doc, peers]);
}
const NOBODY: never[] = [];
