/** Which rows of a long list are to be seen: only these are drawn. */

import { type RefObject, useEffect, useState } from "react";

const SPARE = 8;

export interface Windowed {
  from: number;
  to: number;
  above: number;
  below: number;
}

export function windowOf(top: number, height: number, row: number, count: number): Windowed {
  const from = Math.max(0, Math.min(count, Math.floor(top / row)) - SPARE);
  const to = Math.min(count, Math.ceil((top + height) / row) + SPARE);
  return { from, to, above: from * row, below: (count - to) * row };
}

/** What is seen of `count` rows, each `row` pixels high, in a box that scrolls. */
export function useWindowed(box: RefObject<HTMLElement | null>, row: number, count: number): Windowed {
  const [view, setView] = useState({ top: 0, height: 900 });
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const look = () => setView({ top: element.scrollTop, height: element.clientHeight });
    look();
    const watcher = new ResizeObserver(look);
    watcher.observe(element);
    element.addEventListener("scroll", look, { passive: true });
    return () => {
      watcher.disconnect();
      element.removeEventListener("scroll", look);
    };
  }, [box]);
  return windowOf(view.top, view.height, row, count);
}
