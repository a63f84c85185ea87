import type { Transform } from "@xyflow/react";
import { useEffect, useRef } from "react";
import { useEditor } from "../store";

/** Dots lie this far apart, on the canvas and at least on the screen. */
const GAP = 20;
const LEAST = 14;

/** The canvas' ground. It is one picture that is pushed about, never drawn anew but for another zoom. */
export function Dots() {
  const camera = useEditor((state) => state.camera);
  const sheet = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let drawn = 0;
    const lay = ([x, y, zoom]: Transform) => {
      const style = sheet.current?.style;
      if (!style) return;
      const gap = gapAt(zoom);
      if (gap !== drawn) {
        style.setProperty("--gap", `${gap}px`);
        drawn = gap;
      }
      style.transform = `translate(${x % gap}px, ${y % gap}px)`;
    };
    lay(camera.at());
    return camera.listen(lay);
  }, [camera]);
  return <div ref={sheet} className="dots" aria-hidden />;
}

/** From afar fewer dots: they never run together. */
function gapAt(zoom: number): number {
  let gap = GAP * zoom;
  while (gap < LEAST) gap *= 2;
  return gap;
}
