/** What is under a block while a hand drags it, and what the arrow keys did. */

import type { Node, NodeChange } from "@xyflow/react";
import { CARD, containerAt } from "../model/places";
import type { Editor, EditorStore } from "./store";

export const sizeOfNode = (node?: Node) => ({
  width: node?.measured?.width ?? node?.width ?? CARD.width,
  height: node?.measured?.height ?? node?.height ?? CARD.height,
});

/** The container that the dragged blocks would lie in when they are let go, where it is another than now. */
export function containerUnder({ doc, afloat }: Editor, dragged: Node[]) {
  const [one] = dragged;
  const place = one && afloat.held("hand").get(one.id);
  if (!one || !place) return undefined;
  const { x, y } = place;
  const size = sizeOfNode(one);
  const middle = { x: x + size.width / 2, y: y + size.height / 2 };
  const found = containerAt(doc, middle, new Set(dragged.map((node) => node.id)))?.id;
  return found === doc.blocks[one.id]?.parent ? undefined : found;
}

/** Marks the container that something is held over, and no other. */
export const lit = (before: string | undefined, now: string | undefined) => (nodes: Node[]) =>
  before === now
    ? nodes
    : nodes.map((one) =>
        one.id === now ? { ...one, className: "dropping" } : one.id === before ? { ...one, className: undefined } : one,
      );

/** What the arrow keys moved. */
export function nudge(store: EditorStore, changes: NodeChange[]) {
  const { doc, change } = store.getState();
  if (changes.some((one) => one.type === "dimensions")) return;
  const items = changes.flatMap((one) => {
    const was = one.type === "position" && one.position ? doc.blocks[one.id]?.position : undefined;
    if (one.type !== "position" || !one.position || !was) return [];
    return was.x === one.position.x && was.y === one.position.y ? [] : [{ id: one.id, ...one.position }];
  });
  if (items.length) change([{ op: "block.move", items }], { gesture: "nudge" });
}

/** Lays the sheet over the blocks, until told or until the hand lets go: what is clicked next is a block again. */
export function covered(canvas: HTMLElement | null, is: boolean) {
  if (!canvas || canvas.classList.contains("moving") === is) return;
  canvas.classList.toggle("moving", is);
  if (!is) return;
  const free = (event: PointerEvent) => {
    if (event.type === "pointermove" && event.buttons) return;
    canvas.classList.remove("moving");
    removeEventListener("pointerup", free, true);
    removeEventListener("pointermove", free, true);
  };
  addEventListener("pointerup", free, true);
  addEventListener("pointermove", free, true);
}
