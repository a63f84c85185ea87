/** Questions about how blocks lie in containers and how edges join them. */

import type { Trouble } from "./checks";
import { at, type Block, type Document, type Edge, type Subflow } from "./document";

export type Blocks = Document["blocks"];
export type Relation = "siblings" | "inward" | "outward";

/** So many edges are cheaper to follow one by one than the whole graph is to sort. */
const FEW = 4;

/** A block type without its major version. */
export function baseType(type: string): string {
  const cut = type.indexOf("@");
  return cut < 0 ? type : type.slice(0, cut);
}

/** The kind of subflow that a block of this type owns. */
export function containerKind(type: string): Subflow["kind"] | null {
  const base = baseType(type);
  return base === "loop" || base === "parallel" ? base : null;
}

/** Whether a run can only begin at this block, so that nothing may lead to it. */
export function isEntry(block: Block): boolean {
  return block.trigger || baseType(block.type) === "start";
}

export function isNote(block: Block): boolean {
  return baseType(block.type) === "note";
}

/** Ids of the containers around a block, innermost first; a ring ends where it closes. */
export function ancestors(blocks: Blocks, id: string): string[] {
  const seen = new Set([id]);
  const found: string[] = [];
  let parent = at(blocks, id)?.parent ?? null;
  while (parent !== null && !seen.has(parent)) {
    const holder = at(blocks, parent);
    if (!holder) break;
    seen.add(parent);
    found.push(parent);
    parent = holder.parent;
  }
  return found;
}

/** The block whose lock protects this one: itself or a container around it. */
export function lockOn(blocks: Blocks, id: string): Block | null {
  const block = at(blocks, id);
  if (!block) return null;
  if (block.locked) return block;
  if (block.parent === null) return null;
  for (const around of ancestors(blocks, id)) if (at(blocks, around)?.locked) return at(blocks, around) as Block;
  return null;
}

/** The ids that are there and everything inside them, each once, containers before what they hold. */
export function withDescendants(blocks: Blocks, ids: Iterable<string>): string[] {
  const chosen = [...new Set(ids)].filter((id) => at(blocks, id));
  if (!chosen.some((id) => containerKind((at(blocks, id) as Block).type))) return chosen;
  const inside = new Map<string, string[]>();
  for (const block of Object.values(blocks)) {
    if (block.parent === null) continue;
    const list = inside.get(block.parent);
    if (list) list.push(block.id);
    else inside.set(block.parent, [block.id]);
  }
  const found = new Set<string>();
  const waiting = chosen.reverse();
  while (waiting.length) {
    const id = waiting.pop() as string;
    if (found.has(id)) continue;
    found.add(id);
    waiting.push(...[...(inside.get(id) ?? [])].reverse());
  }
  return [...found];
}

/** How the ends of an edge lie to each other, or `null` when a container's wall is between them. */
export function relation(blocks: Blocks, edge: Edge): Relation | null {
  const source = at(blocks, edge.source);
  const target = at(blocks, edge.target);
  if (!source || !target) return null;
  if (source.parent === target.parent) return "siblings";
  if (target.parent === source.id) return "inward";
  return source.parent === target.id ? "outward" : null;
}

/** What two edges share that say the same. */
export function sameWay(edge: Edge): string {
  return [edge.source, edge.source_handle || "source", edge.target, edge.target_handle || "target"].join("\0");
}

/** Code and words for an edge whose ends cannot be joined, both of them being there. */
export function misfit(blocks: Blocks, edge: Edge): Trouble | null {
  const source = at(blocks, edge.source) as Block;
  const target = at(blocks, edge.target) as Block;
  if (edge.source === edge.target) return ["edge_cycle", `'${source.name}' cannot lead to itself`];
  if (isNote(source) || isNote(target)) return ["edge_target", "a note cannot be connected"];
  if (isEntry(target)) return ["edge_target", `'${target.name}' starts the workflow, so nothing can lead to it`];
  if (relation(blocks, edge) === null) {
    return ["edge_scope", `'${source.name}' and '${target.name}' do not lie in the same container`];
  }
  return null;
}

type After = Map<string, string[]>;

function follow(after: After, edge: Edge): void {
  const list = after.get(edge.source);
  if (list) list.push(edge.target);
  else after.set(edge.source, [edge.target]);
}

/** Which blocks follow which, within their containers. */
function successors(blocks: Blocks, edges: Iterable<Edge>): After {
  const after: After = new Map();
  for (const edge of edges) if (relation(blocks, edge) === "siblings") follow(after, edge);
  return after;
}

function reaches(after: After, start: string, goal: string): boolean {
  const seen = new Set([start]);
  const waiting = [start];
  while (waiting.length) {
    const here = waiting.pop() as string;
    if (here === goal) return true;
    for (const there of after.get(here) ?? []) {
      if (!seen.has(there)) {
        seen.add(there);
        waiting.push(there);
      }
    }
  }
  return false;
}

function hasRings(after: After): boolean {
  const waits = new Map<string, number>();
  for (const id of after.keys()) waits.set(id, 0);
  for (const targets of after.values()) for (const id of targets) waits.set(id, (waits.get(id) ?? 0) + 1);
  const ready = [...waits].filter(([, count]) => !count).map(([id]) => id);
  while (ready.length) {
    const here = ready.pop() as string;
    waits.delete(here);
    for (const target of after.get(here) ?? []) {
      const left = (waits.get(target) as number) - 1;
      waits.set(target, left);
      if (!left) ready.push(target);
    }
  }
  return waits.size > 0;
}

/** Those of the fresh edges that would close a ring, taken one after the other. */
export function closingEdges(blocks: Blocks, standing: readonly Edge[], fresh: readonly Edge[]): Edge[] {
  if (!fresh.length) return [];
  if (fresh.length > FEW && !hasRings(successors(blocks, [...standing, ...fresh]))) return [];
  const after = successors(blocks, standing);
  const closing: Edge[] = [];
  for (const edge of fresh) {
    if (relation(blocks, edge) !== "siblings") continue;
    if (reaches(after, edge.target, edge.source)) closing.push(edge);
    else follow(after, edge);
  }
  return closing;
}
