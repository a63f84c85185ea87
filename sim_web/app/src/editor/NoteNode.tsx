import type { NodeProps } from "@xyflow/react";
import { memo } from "react";
import { cx } from "../ui/cx";
import { Markdown } from "../ui/Markdown";
import { NodeFrame } from "./Frame";
import { type BlockData, sameBlock } from "./nodes";

/** The paper, by the name of its colour. */
const PAPERS: Record<string, string> = {
  yellow: "bg-[light-dark(#fef8dc,#33301f)]!",
  blue: "bg-[light-dark(#e6f1fe,#1d2c3f)]!",
  green: "bg-[light-dark(#e6f6e9,#1c3324)]!",
  red: "bg-[light-dark(#fdeaea,#3d2324)]!",
  purple: "bg-[light-dark(#f3ecfd,#2e2540)]!",
  grey: "bg-[light-dark(#eff1f4,#292d33)]!",
};

export const NoteNode = memo(function NoteNode({ id, data, selected }: NodeProps) {
  const { block, color } = data as BlockData;
  const text = String(block.values.content ?? "");
  return (
    <NodeFrame
      id={id}
      selected={selected}
      faded={false}
      color={color}
      className={cx("w-60", PAPERS[String(block.values.color)] ?? PAPERS.yellow)}
    >
      <div className="max-h-80 overflow-hidden px-3 py-2">
        {text ? <Markdown text={text} /> : <p className="text-soft">An empty note.</p>}
      </div>
    </NodeFrame>
  );
}, sameBlock);
