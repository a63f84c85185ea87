/** From where a workflow is looked at first. */

import { getViewportForBounds, type Rect, type Viewport } from "@xyflow/react";
import type { Size } from "../../model/places";

/** How all blocks are brought into view. */
export const FIT = { padding: 0.08, maxZoom: 1 };
/** From farther away the words on a block are too small to read. */
const READABLE = 0.6;
const PAD = 40;

/** All of it; or, where its words could not be read then, as much as there is room for, with its start. */
export function openingView(all: Rect, start: Rect, room: Size, minZoom: number): Viewport {
  const whole = getViewportForBounds(all, room.width, room.height, minZoom, FIT.maxZoom, FIT.padding);
  if (whole.zoom >= READABLE) return whole;
  const zoom = READABLE;
  const left = PAD - start.x * zoom;
  const middle = room.height / 2 - (start.y + start.height / 2) * zoom;
  return {
    x: within(left, all.x * zoom, all.width * zoom, room.width),
    y: within(middle, all.y * zoom, all.height * zoom, room.height),
    zoom,
  };
}

/** In the middle, if there is room; else as wanted, but not beyond an end. */
const within = (wanted: number, from: number, length: number, room: number) =>
  length + 2 * PAD <= room
    ? (room - length) / 2 - from
    : Math.min(PAD - from, Math.max(room - PAD - length - from, wanted));
