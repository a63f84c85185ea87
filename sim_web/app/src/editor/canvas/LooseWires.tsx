import { type Edge, useStoreApi } from "@xyflow/react";
import { useLayoutEffect, useRef, useSyncExternalStore } from "react";
import { useEditor } from "../store";
import { useCamera } from "./camera";
import { cornersOf, type Ends, endsOf, linesOf, lookOf } from "./wires";

/** So many edges at most are made of pieces; more of them are cheaper as one line. */
const FEW = 8;
const PIECES = [0, 1, 2, 3, 4];
const STROKE = 1.5;

/** Edges of blocks that are afloat: a sheet of its own behind the blocks, so that nothing else is drawn anew. */
export function LooseWires({ edges }: { edges: Edge[] }) {
  return <div className="loose-wires">{edges.length > FEW ? <Lines edges={edges} /> : <Pieces edges={edges} />}</div>;
}

/** Pieces are pushed and stretched, which is no layout and no repaint, as another shape of a line would be. */
function Pieces({ edges }: { edges: Edge[] }) {
  const flow = useStoreApi();
  const afloat = useEditor((state) => state.afloat);
  const moved = useCamera(([x, y, zoom]) => `translate(${x}px, ${y}px) scale(${zoom})`);
  const sheet = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const pieces = [...(sheet.current?.children ?? [])] as HTMLElement[];
    const lay = () => {
      const { nodeLookup } = flow.getState();
      const strokes = edges.flatMap((edge) => strokesOf(endsOf(edge, nodeLookup, afloat.drifts())));
      for (const [at, piece] of pieces.entries()) piece.style.transform = strokes[at] ?? "";
    };
    lay();
    return afloat.listen(lay);
  }, [edges, flow, afloat]);
  return (
    <div ref={sheet} className="wires" style={{ transform: moved }}>
      {edges.flatMap((edge) => PIECES.map((one) => <i key={`${edge.id} ${one}`} className={lookOf(edge)} />))}
    </div>
  );
}

/** How a dot becomes each of the pieces of an edge. */
function strokesOf(ends: Ends | undefined): string[] {
  const corners = ends && cornersOf(ends);
  return PIECES.map((one) => {
    const [from, to] = [corners?.[one], corners?.[one + 1]];
    if (!from || !to) return "scale(0)";
    const [left, top] = [Math.min(from.x, to.x) - STROKE / 2, Math.min(from.y, to.y) - STROKE / 2];
    const [width, height] = [Math.abs(to.x - from.x) + STROKE, Math.abs(to.y - from.y) + STROKE];
    return `translate(${left}px, ${top}px) scale(${width}, ${height})`;
  });
}

function Lines({ edges }: { edges: Edge[] }) {
  const flow = useStoreApi();
  const afloat = useEditor((state) => state.afloat);
  const drifts = useSyncExternalStore(afloat.listen, afloat.drifts);
  const moved = useCamera(([x, y, zoom]) => `translate(${x} ${y}) scale(${zoom})`);
  const lines = linesOf(edges, flow.getState().nodeLookup, drifts);
  return (
    <svg className="wires" width="100%" height="100%" aria-hidden="true">
      <g transform={moved}>
        {[...lines].map(([look, line]) => (
          <path key={look} className={look} d={line} />
        ))}
      </g>
    </svg>
  );
}
