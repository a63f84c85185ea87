import { Panel, type Transform, useReactFlow, useStore, useStoreApi } from "@xyflow/react";
import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef } from "react";
import { absolute, type Point, sizeOf } from "../model/places";
import { containerOf } from "../model/ports";
import type { Document } from "../realtime/document";
import { useEditor } from "./store";

const WIDTH = 160;
const HEIGHT = 100;
const PAD = 6;
const ARROWS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
/** How much of what is seen an arrow goes on by. */
const STRIDE = 0.25;

interface Frame {
  scale: number;
  left: number;
  top: number;
}

/** How the whole workflow is brought into the small picture. */
function frameOf(doc: Document): Frame {
  let [left, top, right, bottom] = [0, 0, 800, 500];
  for (const one of Object.values(doc.blocks)) {
    const at = absolute(doc, one);
    const size = sizeOf(one);
    left = Math.min(left, at.x);
    top = Math.min(top, at.y);
    right = Math.max(right, at.x + size.width);
    bottom = Math.max(bottom, at.y + size.height);
  }
  const scale = Math.min((WIDTH - 2 * PAD) / (right - left), (HEIGHT - 2 * PAD) / (bottom - top));
  return {
    scale,
    left: left - (WIDTH / scale - (right - left)) / 2,
    top: top - (HEIGHT / scale - (bottom - top)) / 2,
  };
}

/** The whole workflow in a corner, painted once for each change; a press, a drag or an arrow key goes there. */
export function Overview() {
  const flow = useReactFlow();
  const api = useStoreApi();
  const camera = useEditor((state) => state.camera);
  const doc = useEditor((state) => state.doc);
  const types = useEditor((state) => state.types);
  const frame = useMemo(() => frameOf(doc), [doc]);
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const pen = canvas.current?.getContext("2d");
    if (!pen) return;
    const dense = devicePixelRatio || 1;
    pen.setTransform(dense, 0, 0, dense, 0, 0);
    pen.clearRect(0, 0, WIDTH, HEIGHT);
    for (const one of Object.values(doc.blocks)) {
      const at = absolute(doc, one);
      const size = sizeOf(one);
      pen.fillStyle = types.get(one.type)?.color ?? "#64748b";
      pen.globalAlpha = containerOf(one) ? 0.3 : one.enabled ? 0.9 : 0.4;
      pen.fillRect(
        (at.x - frame.left) * frame.scale,
        (at.y - frame.top) * frame.scale,
        Math.max(2, size.width * frame.scale),
        Math.max(2, size.height * frame.scale),
      );
    }
  }, [doc, types, frame]);
  const go = (event: PointerEvent<HTMLDivElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const x = (event.clientX - box.left) / frame.scale + frame.left;
    const y = (event.clientY - box.top) / frame.scale + frame.top;
    void flow.setCenter(x, y, { zoom: flow.getZoom() });
  };
  const step = (event: KeyboardEvent) => {
    const [right, down] = ARROWS[event.key] ?? [];
    if (right === undefined || down === undefined) return;
    event.preventDefault();
    const [x, y, zoom] = camera.at();
    const { width, height } = api.getState();
    void flow.setViewport({ x: x - right * width * STRIDE, y: y - down * height * STRIDE, zoom });
  };
  return (
    <Panel position="bottom-left" className="canvas-map nodrag ml-13!">
      {/* biome-ignore lint/a11y/useSemanticElements: there is no element for a map */}
      <div
        role="group"
        aria-label="Map of the workflow: arrow keys move what is seen"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: its keys move the canvas
        tabIndex={0}
        onKeyDown={step}
        className="relative cursor-pointer overflow-hidden rounded-lg border border-line bg-card"
        style={{ width: WIDTH, height: HEIGHT }}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          go(event);
        }}
        onPointerMove={(event) => event.buttons && go(event)}
      >
        <canvas
          ref={canvas}
          width={WIDTH * (devicePixelRatio || 1)}
          height={HEIGHT * (devicePixelRatio || 1)}
          style={{ width: WIDTH, height: HEIGHT }}
        />
        <Window frame={frame} />
      </div>
    </Panel>
  );
}

/** The part that the canvas shows now; it follows the camera by itself. */
function Window({ frame }: { frame: Frame }) {
  const camera = useEditor((state) => state.camera);
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const pane = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const lay = ([x, y, zoom]: Transform) => {
      const style = pane.current?.style;
      if (!style) return;
      const at: Point = { x: (-x / zoom - frame.left) * frame.scale, y: (-y / zoom - frame.top) * frame.scale };
      style.width = `${(width / zoom) * frame.scale}px`;
      style.height = `${(height / zoom) * frame.scale}px`;
      style.transform = `translate(${at.x}px, ${at.y}px)`;
    };
    lay(camera.at());
    return camera.listen(lay);
  }, [camera, frame, width, height]);
  return (
    <div ref={pane} className="pointer-events-none absolute top-0 left-0 rounded-sm border border-accent bg-accent/5" />
  );
}
