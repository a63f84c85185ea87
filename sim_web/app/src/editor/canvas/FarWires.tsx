import { type Edge, useStore, useStoreApi } from "@xyflow/react";
import { memo, useMemo, useSyncExternalStore } from "react";
import { createPortal } from "react-dom";
import type { Point } from "../../model/places";
import { useEditor } from "../store";
import { useCamera } from "./camera";
import { wire } from "./wires";

type Drifts = ReadonlyMap<string, Point>;
const STILL: Drifts = new Map();
const NONE: Edge[] = [];

/** From afar all edges are a few lines, one for each look; those of blocks that are afloat are drawn apart. */
export const FarWires = memo(function FarWires({ edges }: { edges: Edge[] }) {
  const layer = useStore((state) => state.domNode?.querySelector(".react-flow__edges"));
  const afloat = useEditor((state) => state.afloat);
  // who is afloat changes twice in a drag; where they are, in each frame
  const who = useSyncExternalStore(afloat.listen, () => [...afloat.drifts().keys()].join(" "));
  const [still, moving] = useMemo(() => {
    const loose = new Set(who ? who.split(" ") : []);
    const moves = (one: Edge) => loose.has(one.source) || loose.has(one.target);
    return loose.size ? [edges.filter((one) => !moves(one)), edges.filter(moves)] : [edges, NONE];
  }, [edges, who]);
  return (
    <>
      {layer ? createPortal(<Still edges={still} />, layer) : null}
      {moving.length ? <Moving edges={moving} /> : null}
    </>
  );
});

const Still = memo(function Still({ edges }: { edges: Edge[] }) {
  const flow = useStoreApi();
  const nodes = useStore((state) => state.nodes);
  // biome-ignore lint/correctness/useExhaustiveDependencies: places are read from the store, which changes with the nodes
  const lines = useMemo(() => linesOf(edges, flow, STILL), [edges, flow, nodes]);
  return (
    <svg className="wires" style={{ zIndex: 1 }} aria-hidden="true">
      <Paths of={lines} />
    </svg>
  );
});

/** A sheet of its own behind the blocks: a line that changes among them would have the browser lay out all of them. */
function Moving({ edges }: { edges: Edge[] }) {
  const flow = useStoreApi();
  const afloat = useEditor((state) => state.afloat);
  const drifts = useSyncExternalStore(afloat.listen, afloat.drifts);
  const moved = useCamera(([x, y, zoom]) => `translate(${x} ${y}) scale(${zoom})`);
  return (
    <div className="loose-wires">
      <svg className="wires" width="100%" height="100%" aria-hidden="true">
        <g transform={moved}>
          <Paths of={linesOf(edges, flow, drifts)} />
        </g>
      </svg>
    </div>
  );
}

const Paths = ({ of }: { of: Map<string, string> }) =>
  [...of].map(([look, path]) => <path key={look} className={look} d={path} />);

function linesOf(edges: Edge[], flow: ReturnType<typeof useStoreApi>, drifts: Drifts): Map<string, string> {
  const { nodeLookup } = flow.getState();
  const lines = new Map<string, string>();
  for (const one of edges) {
    const source = nodeLookup.get(one.source);
    const target = nodeLookup.get(one.target);
    if (!source || !target) continue;
    const ends = { source: one.sourceHandle ?? "source", target: one.targetHandle };
    const path = wire(source, target, ends, { source: drifts.get(one.source), target: drifts.get(one.target) });
    const look = one.selected ? "chosen" : one.className || "plain";
    lines.set(look, (lines.get(look) ?? "") + path);
  }
  return lines;
}
