import type { NodeProps } from "@xyflow/react";
import { memo } from "react";
import { Markdown } from "../ui/Markdown";
import { NodeFrame } from "./Frame";
import { type BlockData, sameBlock } from "./nodes";

export const NoteNode = memo(function NoteNode({ id, data, selected }: NodeProps) {
  const { block, color } = data as BlockData;
  const text = String(block.values.content ?? "");
  return (
    <NodeFrame
      id={id}
      selected={selected}
      faded={false}
      color={color}
      className="w-60 bg-[light-dark(#fef8dc,#33301f)]!"
    >
      <div className="max-h-80 overflow-hidden px-3 py-2">
        {text ? <Markdown text={text} /> : <p className="text-soft">An empty note.</p>}
      </div>
    </NodeFrame>
  );
}, sameBlock);
