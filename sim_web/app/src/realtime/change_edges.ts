/** How blocks are connected and disconnected. */

import { idTrouble, MAX_EDGES } from "./checks";
import {
  type AddEdges,
  type Applied,
  at,
  type Block,
  type Document,
  type Edge,
  fullEdge,
  put,
  type RemoveEdges,
  without,
} from "./document";
import { Draft, twice } from "./draft";
import { equal } from "./equal";
import { closingEdges, lockOn, misfit, sameWay } from "./graph";

export function addEdges(document: Document, op: AddEdges): Applied {
  const draft = new Draft(document);
  const fresh = checkEdges(draft, op.edges.map(fullEdge), "/edges");
  placeEdges(draft, fresh);
  return draft.applied(fresh.length ? { op: "edge.add", edges: fresh } : null);
}

export function removeEdges(document: Document, op: RemoveEdges): Applied {
  const draft = new Draft(document);
  const gone = new Set<string>();
  op.ids.forEach((id, index) => {
    const edge = at(document.edges, id);
    if (edge && !draft.refuseLocked(edge.target, `/ids/${index}`, index)) gone.add(id);
  });
  placeEdges(draft, [], gone);
  return draft.applied(gone.size ? { op: "edge.remove", ids: [...gone] } : null);
}

/** Write edges into a draft, and take others out. */
export function placeEdges(draft: Draft, fresh: readonly Edge[], gone: ReadonlySet<string> = new Set()): void {
  if (gone.size) draft.edges = without(draft.edges, gone);
  if (fresh.length) {
    const edges = draft.ownEdges();
    for (const edge of fresh) put(edges, edge.id, edge);
  }
}

/** The edges that are not there yet; refuses those that cannot be. */
export function checkEdges(draft: Draft, edges: readonly Edge[], where: string): Edge[] {
  if (!edges.length) return [];
  const standing = Object.values(draft.edges);
  if (standing.length + edges.length > MAX_EDGES) {
    draft.refuse(["too_large", `a workflow has at most ${MAX_EDGES} edges`], where);
    return [];
  }
  const doubles = twice(edges.map((edge) => edge.id));
  const ways = new Map(standing.map((edge) => [sameWay(edge), edge.id]));
  const fresh = new Map<string, number>();
  edges.forEach((edge, index) => {
    const there = at(draft.edges, edge.id);
    if (there && equal(there, edge)) return;
    if (there || doubles.has(edge.id)) {
      draft.refuse(["id_conflict", `the id '${edge.id}' is taken`], `${where}/${index}/id`, index, there);
    } else if (checkEdge(draft, edge, `${where}/${index}`, index, ways)) {
      fresh.set(edge.id, index);
    }
  });
  const found = [...fresh.values()].map((index) => edges[index] as Edge);
  for (const edge of closingEdges(draft.blocks, standing, found)) {
    const index = fresh.get(edge.id) as number;
    const [source, target] = [at(draft.blocks, edge.source) as Block, at(draft.blocks, edge.target) as Block];
    const words = `'${target.name}' leads to '${source.name}' already: this edge would close a ring`;
    draft.refuse(["edge_cycle", words], `${where}/${index}`, index);
  }
  return found;
}

function checkEdge(draft: Draft, edge: Edge, where: string, index: number, ways: Map<string, string>): boolean {
  const refused = draft.refusals.length;
  for (const id of [edge.id, edge.source_handle, edge.target_handle]) {
    const trouble = idTrouble(id);
    if (trouble) draft.refuse(trouble, where, index);
  }
  for (const end of [edge.source, edge.target]) {
    if (!at(draft.blocks, end)) draft.missing("block", end, where, index);
  }
  if (draft.refusals.length > refused) return false;
  const trouble = misfit(draft.blocks, edge);
  if (trouble) {
    draft.refuse(trouble, where, index);
    return false;
  }
  const way = sameWay(edge);
  const other = ways.get(way) ?? edge.id;
  ways.set(way, other);
  if (other !== edge.id) {
    draft.refuse(["edge_duplicate", "these blocks are connected this way already"], where, index, other);
  }
  // What a locked block is fed by is protected, but a block that comes along with its edges changes nothing yet.
  if (at(draft.before.blocks, edge.source) && at(draft.before.blocks, edge.target)) {
    const lock = lockOn(draft.before.blocks, edge.target);
    if (lock) draft.refuse(["locked", `'${lock.name}' is locked`], where, index);
  }
  return draft.refusals.length === refused;
}
