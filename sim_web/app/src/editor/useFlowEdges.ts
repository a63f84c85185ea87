/** The document's edges as the canvas draws them, with the way that a run took. */

import type { Edge } from "@xyflow/react";
import { useMemo } from "react";
import type { RunView } from "../run/view";
import { useEditor } from "./store";

export function useFlowEdges(): Edge[] {
  const edges = useEditor((state) => state.doc.edges);
  const chosen = useEditor((state) => state.edges);
  const blocks = useEditor((state) => state.run?.blocks);
  return useMemo(
    () =>
      Object.values(edges).map((one) => ({
        id: one.id,
        source: one.source,
        target: one.target,
        sourceHandle: one.source_handle,
        targetHandle: one.target_handle,
        selected: chosen.includes(one.id),
        zIndex: 1,
        className: [
          one.source_handle === "error" ? "error" : "",
          wayOf(one.source, one.target, one.source_handle, blocks),
        ]
          .join(" ")
          .trim(),
      })),
    [edges, chosen, blocks],
  );
}

function wayOf(source: string, target: string, handle: string, blocks: RunView["blocks"] | undefined): string {
  const from = blocks?.[source];
  const to = blocks?.[target];
  if (!from || !to) return "";
  if (handle.includes("-start-")) return "ran";
  const port = from.port ?? "source";
  const left = port === handle || (port === "source" && handle.endsWith("-end-source"));
  return !left ? "" : handle === "error" ? "wrong" : "ran";
}
