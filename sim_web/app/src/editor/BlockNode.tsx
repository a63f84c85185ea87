import { Handle, type NodeProps, Position } from "@xyflow/react";
import { CircleAlert, Lock, Pin } from "lucide-react";
import { memo } from "react";
import type { BlockFacts } from "../api/schema";
import { inWords, isEmpty, kindOf, shownFields } from "../model/forms";
import { isEntry, portsOf } from "../model/ports";
import type { Block } from "../realtime/document";
import { cx } from "../ui/cx";
import { TypeIcon } from "../ui/TypeIcon";
import { NodeFrame } from "./Frame";
import { type BlockData, sameBlock } from "./nodes";
import { useEditor } from "./store";
import { useProblems } from "./useProblems";

const MOST_ROWS = 4;
const SELF_TOLD = ["credential", "conditions", "routes"];

/** The first fields that hold something, as the card shows them. */
function rowsOf(block: Block, type?: BlockFacts): { name: string; label: string; value: string }[] {
  if (!type) return [];
  return shownFields(type, block.values)
    .filter((field) => !SELF_TOLD.includes(kindOf(field)) && !isEmpty(block.values[field.name]))
    .slice(0, MOST_ROWS)
    .map((field) => {
      const value = block.values[field.name];
      const option = field.options?.find((one) => one.value === value);
      return { name: field.name, label: field.title, value: field.secret ? "••••" : (option?.label ?? inWords(value)) };
    });
}

export const BlockNode = memo(function BlockNode({ id, data, selected }: NodeProps) {
  const { block, type, color } = data as BlockData;
  const step = useEditor((state) => state.run?.blocks[id]);
  const problems = useProblems(id);
  const ports = portsOf(block, type);
  const many = ports.length > 1 || ports[0]?.id !== "source";
  const rows = rowsOf(block, type);
  return (
    <NodeFrame id={id} selected={selected} faded={!block.enabled} step={step} color={color} className="w-60">
      {isEntry(block, type) ? null : (
        <Handle
          role="img"
          type="target"
          id="target"
          position={Position.Left}
          style={{ top: 22 }}
          aria-label={`Into ${block.name}`}
        />
      )}
      <div className="flex items-center gap-2 px-3 py-2.5">
        <TypeIcon title={type?.title ?? block.type} color={color} icon={type?.icon} />
        <span className="min-w-0 flex-1 truncate font-semibold">{block.name}</span>
        {problems.length ? <CircleAlert size={14} className="text-bad" aria-label={problems[0]?.message} /> : null}
        {block.pinned ? <Pin size={13} className="text-accent" aria-label="Its output is pinned" /> : null}
        {block.locked ? <Lock size={13} className="text-soft" aria-label="Locked" /> : null}
      </div>
      {type ? null : (
        <p className="border-t border-line px-3 py-2 text-sm text-bad">
          No installed package brings “{block.type}”. What it holds is kept.
        </p>
      )}
      {rows.length || many ? (
        <div className="grid gap-1 border-t border-line px-3 py-2 text-sm">
          {rows.map((row) => (
            <div key={row.name} className="flex min-w-0 gap-2">
              <span className="max-w-24 shrink-0 truncate text-soft">{row.label}</span>
              <span className="min-w-0 flex-1 truncate text-right font-mono">{row.value}</span>
            </div>
          ))}
          {many
            ? ports.map((port) => (
                <div key={port.id} className="relative flex min-w-0 gap-2">
                  <span className="shrink-0 text-soft">{port.label}</span>
                  <span className="min-w-0 flex-1 truncate text-right font-mono">{port.detail}</span>
                  <Handle
                    role="img"
                    type="source"
                    id={port.id}
                    position={Position.Right}
                    style={{ right: -16 }}
                    aria-label={`From ${block.name}, ${port.label}`}
                  />
                </div>
              ))
            : null}
        </div>
      ) : null}
      {!many ? (
        <Handle
          role="img"
          type="source"
          id="source"
          position={Position.Right}
          style={{ top: 22 }}
          aria-label={`From ${block.name}`}
        />
      ) : null}
      {block.error_port ? (
        <div className="relative border-t border-line px-3 py-1.5 text-right text-sm text-bad">
          error
          <Handle
            role="img"
            type="source"
            id="error"
            className={cx("error")}
            position={Position.Right}
            aria-label={`From ${block.name}, when it fails`}
          />
        </div>
      ) : null}
    </NodeFrame>
  );
}, sameBlock);
