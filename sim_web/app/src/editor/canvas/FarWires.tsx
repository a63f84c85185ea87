import { type Edge, useStore, useStoreApi } from "@xyflow/react";
import { memo, useMemo, useSyncExternalStore } from "react";
import { createPortal } from "react-dom";
import { useEditor } from "../store";
import type { Drifts } from "./afloat";
import { LooseWires } from "./LooseWires";
import { linesOf } from "./wires";

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
      {moving.length ? <LooseWires edges={moving} /> : null}
    </>
  );
});

const Still = memo(function Still({ edges }: { edges: Edge[] }) {
  const flow = useStoreApi();
  const nodes = useStore((state) => state.nodes);
  // biome-ignore lint/correctness/useExhaustiveDependencies: places are read from the store, which changes with the nodes
  const lines = useMemo(() => linesOf(edges, flow.getState().nodeLookup, STILL), [edges, flow, nodes]);
  return (
    <svg className="wires" style={{ zIndex: 1 }} aria-hidden="true">
      {[...lines].map(([look, line]) => (
        <path key={look} className={look} d={line} />
      ))}
    </svg>
  );
});
