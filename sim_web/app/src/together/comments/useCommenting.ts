/** While a comment is being placed, a click on the canvas says what it is about. */

import { type Node, useReactFlow } from "@xyflow/react";
import { type MouseEvent, useMemo } from "react";
import { useEscape } from "../../ui/useEscape";
import { together, useTogether } from "../store";

const stop = () => together.read(null);

export function useCommenting() {
  const placing = useTogether((state) => state.placing);
  const flow = useReactFlow();
  useEscape(stop, placing);
  const hands = useMemo(() => {
    if (!placing) return {};
    return {
      onPaneClick: (event: MouseEvent) => {
        const { x, y } = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
        together.write({ x: Math.round(x), y: Math.round(y) });
      },
      onNodeClick: (_event: MouseEvent, node: Node) => together.write({ block_id: node.id }),
    };
  }, [placing, flow]);
  return { placing, hands };
}
