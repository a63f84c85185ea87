import { type EdgeProps, SmoothStepEdge } from "@xyflow/react";
import { memo } from "react";
import { useDrift } from "./afloat";

/** An edge from close by; it follows blocks that are afloat. */
export const Wire = memo(function Wire(props: EdgeProps) {
  const from = useDrift(props.source);
  const to = useDrift(props.target);
  return (
    <SmoothStepEdge
      {...props}
      sourceX={props.sourceX + (from?.x ?? 0)}
      sourceY={props.sourceY + (from?.y ?? 0)}
      targetX={props.targetX + (to?.x ?? 0)}
      targetY={props.targetY + (to?.y ?? 0)}
    />
  );
});
