/** How blocks are placed, removed, moved and put into containers. */

import { checkEdges, placeEdges } from "./change_edges";
import {
  idTrouble,
  MAX_BLOCKS,
  MAX_NESTING,
  nameTrouble,
  placeTrouble,
  timeoutTrouble,
  valuesTrouble,
  valueTrouble,
} from "./checks";
import type { Any } from "./document";
import {
  type AddBlocks,
  type Applied,
  at,
  type Block,
  type Document,
  type Edge,
  fullBlock,
  fullEdge,
  fullSubflow,
  type Move,
  type MoveBlocks,
  put,
  type RemoveBlocks,
  type Reparent,
  type ReparentBlocks,
  type Subflow,
  without,
} from "./document";
import { Draft, twice } from "./draft";
import { equal } from "./equal";
import { ancestors, containerKind, lockOn, relation, withDescendants } from "./graph";
import { nameKey } from "./letters";

/** Place blocks with their subflows and edges. */
export function addBlocks(document: Document, op: AddBlocks): Applied {
  const draft = new Draft(document);
  const given = op.blocks.map((block) => withoutNulls(fullBlock(block)));
  if (Object.keys(document.blocks).length + given.length > MAX_BLOCKS) {
    draft.refuse(["too_large", `a workflow has at most ${MAX_BLOCKS} blocks`], "/blocks");
    return draft.applied(null);
  }
  const fresh = freshBlocks(draft, given);
  if (fresh.length) {
    const blocks = draft.ownBlocks();
    for (const block of fresh) put(blocks, block.id, block);
  }
  checkNesting(
    draft,
    given.map(({ id }, index) => [id, `/blocks/${index}/parent`, index]),
  );
  checkNames(draft, new Map(given.map(({ id }, index) => [id, `/blocks/${index}/name`])));
  const subflows = freshSubflows(draft, (op.subflows ?? []).map(fullSubflow), fresh);
  const edges = draft.refusals.length ? [] : checkEdges(draft, (op.edges ?? []).map(fullEdge), "/edges");
  placeEdges(draft, edges);
  if (!(fresh.length || subflows.length || edges.length)) return draft.applied(null);
  return draft.applied({ op: "block.add", blocks: fresh, edges, subflows });
}

function freshBlocks(draft: Draft, blocks: readonly Block[]): Block[] {
  const doubles = twice(blocks.map((block) => block.id));
  const fresh: Block[] = [];
  blocks.forEach((block, index) => {
    const where = `/blocks/${index}`;
    const standing = at(draft.blocks, block.id);
    if (doubles.has(block.id)) {
      draft.refuse(["id_conflict", `the id '${block.id}' is given twice`], `${where}/id`, index);
    } else if (standing) {
      if (!equal(standing, block)) {
        draft.refuse(["id_conflict", `the id '${block.id}' is taken`], `${where}/id`, index, standing);
      }
    } else {
      checkBlock(draft, block, where, index);
      fresh.push(block);
    }
  });
  return fresh;
}

function withoutNulls(block: Block): Block {
  const fields = Object.entries(block.values);
  if (!fields.some(([, value]) => value === null || value === undefined)) return block;
  const values: Record<string, Any> = {};
  for (const [field, value] of fields) if (value !== null && value !== undefined) put(values, field, value);
  return { ...block, values };
}

function checkBlock(draft: Draft, block: Block, where: string, index: number): void {
  const troubles = {
    id: idTrouble(block.id),
    type: idTrouble(block.type),
    name: nameTrouble(block.name),
    position: placeTrouble(block.position.x, block.position.y),
    values: valuesTrouble(block.values),
    extra: valueTrouble(block.extra),
    timeout_s: timeoutTrouble(block.timeout_s),
    pinned: block.pinned ? valueTrouble(block.pinned.output) : null,
  };
  for (const [fact, trouble] of Object.entries(troubles)) {
    if (trouble) draft.refuse(trouble, `${where}/${fact}`, index);
  }
  if (block.parent !== null && at(draft.blocks, block.parent)) {
    draft.refuseLocked(block.parent, `${where}/parent`, index);
  }
}

/** Refuse blocks whose parent is no container, lies inside them, or is nested too deep. */
function checkNesting(draft: Draft, places: readonly (readonly [string, string, number])[]): void {
  for (const [id, where, index] of places) {
    const block = at(draft.blocks, id);
    if (!block || block.parent === null) continue;
    const holder = at(draft.blocks, block.parent);
    if (!holder) {
      draft.missing("container", block.parent, where, index);
    } else if (!containerKind(holder.type)) {
      draft.refuse(["invalid", `'${holder.name}' cannot hold other blocks`], where, index);
    } else {
      const found = ancestors(draft.blocks, id);
      const around = found.length ? found : [id];
      const last = (at(draft.blocks, around.at(-1)) as Block).parent;
      if (last !== null && (last === id || around.includes(last))) {
        draft.refuse(["parent_cycle", `'${block.name}' would lie inside itself`], where, index);
      } else if (around.length > MAX_NESTING) {
        draft.refuse(["too_deep", `containers nest at most ${MAX_NESTING} deep`], where, index);
      }
    }
  }
}

/** Refuse names that are the same to references; `changed` says where each new name was given. */
export function checkNames(draft: Draft, changed: ReadonlyMap<string, string>): void {
  const owners = new Map<string, string>();
  for (const block of Object.values(draft.blocks)) {
    const key = nameKey(block.name);
    const other = owners.get(key);
    if (other === undefined) owners.set(key, block.id);
    if (other === undefined || !(changed.has(block.id) || changed.has(other))) continue;
    const blamed = changed.has(block.id) ? block.id : other;
    const words = `there is already a block named '${(at(draft.blocks, other) as Block).name}'`;
    draft.refuse(["name_conflict", words], changed.get(blamed), [...changed.keys()].indexOf(blamed));
  }
}

function freshSubflows(draft: Draft, subflows: readonly Subflow[], fresh: readonly Block[]): Subflow[] {
  const added = new Map<string, Subflow>();
  subflows.forEach((subflow, index) => {
    const where = `/subflows/${index}`;
    const block = at(draft.blocks, subflow.id);
    const standing = at(draft.subflows, subflow.id) ?? added.get(subflow.id);
    const heavy = valueTrouble(subflow);
    if (!block) {
      draft.missing("container", subflow.id, where, index);
    } else if (containerKind(block.type) !== subflow.kind) {
      draft.refuse(["invalid", `'${block.name}' is no ${subflow.kind}`], where, index);
    } else if (heavy) {
      draft.refuse(heavy, where, index);
    } else if (!standing) {
      added.set(subflow.id, subflow);
    } else if (!equal(standing, subflow)) {
      draft.refuse(["id_conflict", `'${block.name}' has its settings already`], where, index, standing);
    }
  });
  for (const block of fresh) {
    const kind = containerKind(block.type);
    if (kind && !added.has(block.id)) added.set(block.id, fullSubflow({ kind, id: block.id }));
  }
  if (added.size) {
    const own = draft.ownSubflows();
    for (const subflow of added.values()) put(own, subflow.id, subflow);
  }
  return [...added.values()];
}

/** Remove blocks, everything inside them and every edge at them. */
export function removeBlocks(document: Document, op: RemoveBlocks): Applied {
  const draft = new Draft(document);
  const gone = new Set(withDescendants(document.blocks, op.ids));
  const asked = new Map(op.ids.map((id, index) => [id, index]));
  for (const id of gone) {
    const index = asked.get(id);
    draft.refuseLocked(id, index === undefined ? "/ids" : `/ids/${index}`, index ?? 0);
  }
  if (!gone.size || draft.refusals.length) return draft.applied(null);
  const edges = Object.values(document.edges)
    .filter((edge) => gone.has(edge.source) || gone.has(edge.target))
    .map((edge) => edge.id);
  draft.blocks = without(document.blocks, gone);
  placeEdges(draft, [], new Set(edges));
  if ([...gone].some((id) => at(document.subflows, id))) draft.subflows = without(document.subflows, gone);
  return draft.applied({ op: "block.remove", ids: [...gone], edges });
}

/** Put blocks elsewhere; touches positions only. */
export function moveBlocks(document: Document, op: MoveBlocks): Applied {
  const draft = new Draft(document);
  const wanted = new Map<string, Move>();
  op.items.forEach((item, index) => {
    const trouble = placeTrouble(item.x, item.y);
    if (!at(draft.blocks, item.id)) draft.missing("block", item.id, `/items/${index}/id`, index);
    else if (trouble) draft.refuse(trouble, `/items/${index}`, index);
    else if (!draft.refuseLocked(item.id, `/items/${index}`, index)) wanted.set(item.id, item);
  });
  const moved = [...wanted.values()].filter((item) => !liesAt(at(draft.blocks, item.id) as Block, item));
  if (!moved.length || draft.refusals.length) return draft.applied(null);
  const blocks = draft.ownBlocks();
  for (const { id, x, y } of moved) put(blocks, id, { ...(at(blocks, id) as Block), position: { x, y } });
  return draft.applied({ op: "block.move", items: moved });
}

function liesAt({ position }: Block, { x, y }: Move): boolean {
  return position.x === x && position.y === y;
}

/** Put blocks into or out of containers; edges that would cross a wall are dropped. */
export function reparentBlocks(document: Document, op: ReparentBlocks): Applied {
  const draft = new Draft(document);
  const last = new Map(op.items.map((item, index) => [item.id, [index, item] as const]));
  for (const [index, item] of last.values()) checkReparent(draft, item, `/items/${index}`, index);
  if (draft.refusals.length) return draft.applied(null);
  const wanted = [...last.values()].map(([, item]) => item);
  const moved = wanted.filter((item) => {
    const block = at(document.blocks, item.id) as Block;
    return block.parent !== item.parent || !liesAt(block, item);
  });
  if (moved.length) {
    const blocks = draft.ownBlocks();
    for (const { id, parent, x, y } of moved) {
      put(blocks, id, { ...(at(blocks, id) as Block), parent, position: { x, y } });
    }
  }
  for (const [id, [index]] of last) {
    const inside = withDescendants(draft.blocks, [id]);
    checkNesting(
      draft,
      inside.map((inner) => [inner, `/items/${index}/parent`, index]),
    );
  }
  if (draft.refusals.length) return draft.applied(null);
  const dropped = droppedEdges(draft, wanted);
  placeEdges(draft, [], new Set([...dropped.values()].flat()));
  const changed = new Set([...moved.map((item) => item.id), ...dropped.keys()]);
  const items = wanted
    .filter((item) => changed.has(item.id))
    .map(({ id, parent, x, y }) => ({ id, parent, x, y, drop_edges: dropped.get(id) ?? [] }));
  return draft.applied(items.length ? { op: "block.parent", items } : null);
}

function checkReparent(draft: Draft, item: Reparent, where: string, index: number): void {
  if (!at(draft.blocks, item.id)) {
    draft.missing("block", item.id, `${where}/id`, index);
    return;
  }
  const trouble = placeTrouble(item.x, item.y);
  if (trouble) draft.refuse(trouble, where, index);
  const locked = draft.refuseLocked(item.id, where, index);
  if (item.parent !== null && at(draft.blocks, item.parent) && !locked) {
    draft.refuseLocked(item.parent, `${where}/parent`, index);
  }
}

/** Edges that go, by the item that takes them along: those asked for, and those that lie differently now. */
function droppedEdges(draft: Draft, items: readonly Reparent[]): Map<string, string[]> {
  const asked = new Map(items.flatMap((item) => (item.drop_edges ?? []).map((id) => [id, item.id] as const)));
  const movers = new Set(items.map((item) => item.id));
  const gone = new Map<string, string[]>();
  for (const edge of Object.values(draft.edges)) {
    const owner = asked.get(edge.id) ?? [edge.source, edge.target].find((id) => movers.has(id));
    if (owner === undefined || !(asked.has(edge.id) || liesDifferently(draft, edge))) continue;
    gone.set(owner, [...(gone.get(owner) ?? []), edge.id]);
    const lock = lockOn(draft.before.blocks, edge.target);
    if (lock) draft.refuse(["locked", `'${lock.name}' is locked, and an edge to it would go`], "/items");
  }
  return gone;
}

function liesDifferently(draft: Draft, edge: Edge): boolean {
  return relation(draft.blocks, edge) !== relation(draft.before.blocks, edge);
}
