import { Handle, type NodeProps, NodeResizer, Position } from "@xyflow/react";
import { Lock } from "lucide-react";
import { memo } from "react";
import { inWords } from "../model/forms";
import { containerOf, innerPort, outerPort } from "../model/ports";
import type { Subflow } from "../realtime/document";
import { TypeIcon } from "../ui/TypeIcon";
import { NodeFrame } from "./Frame";
import { type BlockData, sameBlock } from "./nodes";
import { useEditor } from "./store";

function told(subflow: Subflow | undefined): string {
  if (!subflow) return "";
  if (subflow.kind === "parallel")
    return subflow.parallel_type === "count"
      ? `${inWords(subflow.count ?? "?")} branches`
      : `each of ${inWords(subflow.collection ?? "…")}`;
  if (subflow.loop_type === "for") return `${inWords(subflow.iterations ?? "?")} times`;
  if (subflow.loop_type === "for_each") return `each of ${inWords(subflow.collection ?? "…")}`;
  return `while ${subflow.condition || "…"}`;
}

export const ContainerNode = memo(function ContainerNode({ id, data, selected }: NodeProps) {
  const { block, type, color } = data as BlockData;
  const step = useEditor((state) => state.run?.blocks[id]);
  const words = useEditor((state) => told(state.doc.subflows[id]));
  const editable = useEditor((state) => state.status.editable);
  const kind = containerOf(block) ?? "loop";
  return (
    <NodeFrame
      id={id}
      selected={selected}
      faded={!block.enabled}
      step={step}
      color={color}
      className="h-full bg-transparent!"
    >
      <NodeResizer isVisible={selected && editable && !block.locked} minWidth={280} minHeight={160} />
      <div
        className="tint absolute inset-0 -z-10 rounded-lg"
        style={{ background: `color-mix(in srgb, ${color} 6%, transparent)` }}
      />
      <div className="flex h-10 items-center gap-2 rounded-t-lg border-b border-line bg-card px-3">
        <TypeIcon title={type?.title ?? block.type} color={color} icon={type?.icon} />
        <span className="truncate font-semibold">{block.name}</span>
        <span className="min-w-0 flex-1 truncate text-right font-mono text-sm text-soft">{words}</span>
        {block.locked ? <Lock size={13} className="text-soft" aria-label="Locked" /> : null}
      </div>
      <Handle
        role="img"
        type="target"
        id="target"
        position={Position.Left}
        style={{ top: 20 }}
        aria-label={`Into ${block.name}`}
      />
      <div className="absolute top-14 left-4 rounded-md border border-line bg-card py-1 pr-3 pl-2 text-sm text-soft">
        each round
        <Handle
          role="img"
          type="source"
          id={innerPort(kind)}
          position={Position.Right}
          aria-label={`Begin of ${block.name}`}
        />
      </div>
      <Handle
        role="img"
        type="source"
        id={outerPort(kind)}
        position={Position.Right}
        style={{ top: 20 }}
        aria-label={`After ${block.name}`}
      />
      {block.error_port ? (
        <Handle
          role="img"
          type="source"
          id="error"
          className="error"
          position={Position.Right}
          style={{ top: "auto", bottom: 16 }}
          aria-label={`From ${block.name}, when it fails`}
        />
      ) : null}
    </NodeFrame>
  );
}, sameBlock);
