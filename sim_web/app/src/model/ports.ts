/** The handles of a block: where edges may begin and end. */

import type { BlockFacts } from "../api/schema";
import type { Block, Document, Edge } from "../realtime/document";
import { kindOf } from "./forms";
import { baseType } from "./names";

export interface Port {
  id: string;
  label: string;
  /** The row's own words, such as a condition's expression. */
  detail?: string;
}

interface Row {
  id: string;
  title?: string;
  value?: string | null;
}

export const isEntry = (block: Block, type?: BlockFacts) =>
  block.trigger || type?.category === "trigger" || baseType(block.type) === "start";
/** The blocks that a workflow can start at: the start first, then its triggers, from top to bottom. */
export const entriesOf = (doc: Document, types: Map<string, BlockFacts>): Block[] =>
  Object.values(doc.blocks)
    .filter((one) => one.enabled && !one.parent && isEntry(one, types.get(one.type)))
    .sort((a, b) => rankOf(a) - rankOf(b) || a.position.y - b.position.y);
const rankOf = (block: Block) => (baseType(block.type) === "start" ? 0 : 1);

export const isNote = (block: Block) => baseType(block.type) === "note";
export const containerOf = (block: Block): "loop" | "parallel" | undefined => {
  const base = baseType(block.type);
  return base === "loop" || base === "parallel" ? base : undefined;
};
export const innerPort = (kind: string) => `${kind}-start-source`;
export const outerPort = (kind: string) => `${kind}-end-source`;

export function portsOf(block: Block, type: BlockFacts | undefined): Port[] {
  if (isNote(block)) return [];
  const container = containerOf(block);
  if (container) return [{ id: outerPort(container), label: "after" }];
  for (const field of type?.form ?? []) {
    const kind = kindOf(field);
    const prefix = kind === "conditions" ? "condition" : kind === "routes" ? "router" : undefined;
    const rows = block.values[field.name] ?? field.default;
    if (prefix && Array.isArray(rows))
      return rows.map((row: Row) => ({
        id: `${prefix}-${row.id}`,
        label: row.title || "route",
        detail: row.value ?? "",
      }));
  }
  const named = type?.ports?.filter((one) => !one.endsWith("*") && one !== "error");
  return (named?.length ? named : ["source"]).map((id) => ({ id, label: id }));
}

/** Why two blocks cannot be connected, or nothing when they can. */
export function refusal(
  doc: Document,
  edge: Pick<Edge, "source" | "target" | "source_handle">,
  types: Map<string, BlockFacts>,
): string | undefined {
  const source = doc.blocks[edge.source];
  const target = doc.blocks[edge.target];
  if (!source || !target) return "One end is gone.";
  if (source.id === target.id) return "A block does not lead to itself.";
  if (isEntry(target, types.get(target.type))) return "Nothing leads to a block that starts the workflow.";
  const kind = containerOf(source);
  const inward = kind && edge.source_handle === innerPort(kind);
  if (inward ? target.parent !== source.id : target.parent !== source.parent)
    return "An edge does not cross the border of a container.";
  const same = Object.values(doc.edges).some(
    (one) => one.source === edge.source && one.target === edge.target && one.source_handle === edge.source_handle,
  );
  return same ? "These blocks are connected this way already." : undefined;
}
