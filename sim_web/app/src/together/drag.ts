/** Drags that everybody sees: others see ours as it goes on, and we draw theirs. */

import { useEffect } from "react";
import type { Places } from "../editor/canvas/afloat";
import { type Editor, useEditorStore } from "../editor/store";
import type { Point } from "../model/places";
import type { Peer, WorkflowClient } from "../realtime/types";

/** So long a drag stays drawn elsewhere when its move is not confirmed. */
const PATIENCE_MS = 5000;
const drags = new WeakMap<WorkflowClient, number>();

/** Say where blocks are, on the canvas. */
export function showDrag(client: WorkflowClient, places: Places): void {
  drags.set(client, (drags.get(client) ?? 0) + 1);
  const drag = Object.fromEntries([...places].map(([id, { x, y }]) => [id, [x, y] as const]));
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

/** Blocks that others drag are drawn where they hold them. */
export function useOthersDrags() {
  const store = useEditorStore();
  useEffect(() => {
    const show = ({ peers, afloat }: Editor) => afloat.hold("peers", placesOf(peers));
    show(store.getState());
    return store.subscribe((now, before) => now.peers !== before.peers && show(now));
  }, [store]);
}

function placesOf(peers: readonly Peer[]): Map<string, Point> {
  const places = new Map<string, Point>();
  for (const { drag } of peers) for (const [id, [x, y]] of Object.entries(drag ?? {})) places.set(id, { x, y });
  return places;
}
