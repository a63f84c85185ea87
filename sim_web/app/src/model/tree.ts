/** Folders and workflows as a tree: what is shown of it, and where something goes when it is moved. */

import type { FolderEntry, WorkflowEntry } from "../api/schema";

export interface Twig {
  kind: "folder" | "workflow";
  id: string;
  name: string;
  parent: string | null;
  depth: number;
  children: Twig[];
}
/** Where something is put: the folder, and the neighbour that follows. */
export interface Spot {
  folder_id: string | null;
  before: string | null;
}
export type Way = "up" | "down" | "in" | "out";
export type Edge = "before" | "after" | "inside";

/** What stands at the top; folders first, each with what lies in it. A folder that is gone holds nothing. */
export function treeOf(workflows: readonly WorkflowEntry[], folders: readonly FolderEntry[]): Twig[] {
  const known = new Set(folders.map((one) => one.id));
  const home = (id: string | null) => (id && known.has(id) ? id : null);
  const placed = [...workflows].sort((a, b) => (a.position ?? 0) - (b.position ?? 0));
  const inside = (parent: string | null, depth: number): Twig[] => [
    ...folders
      .filter((one) => home(one.parent_id) === parent)
      .map((one): Twig => {
        const { id, name } = one;
        return { kind: "folder", id, name, parent, depth, children: depth < 20 ? inside(id, depth + 1) : [] };
      }),
    ...placed
      .filter((one) => home(one.folder_id) === parent)
      .map((one): Twig => {
        return { kind: "workflow", id: one.id, name: one.name || "Untitled", parent, depth, children: [] };
      }),
  ];
  return inside(null, 0);
}

/** What is to be seen, from the top down: what lies in folders that are shut is not. */
export const shownOf = (twigs: readonly Twig[], open: ReadonlySet<string>): Twig[] =>
  twigs.flatMap((one) => [one, ...(open.has(one.id) ? shownOf(one.children, open) : [])]);

const all = (twigs: readonly Twig[]): Twig[] => twigs.flatMap((one) => [one, ...all(one.children)]);
export const twigOf = (twigs: readonly Twig[], id: string) => all(twigs).find((one) => one.id === id);

/** The folders that something lies in. */
export function aboveOf(twigs: readonly Twig[], id: string): string[] {
  const parent = twigOf(twigs, id)?.parent;
  return parent ? [parent, ...aboveOf(twigs, parent)] : [];
}

const around = (twigs: readonly Twig[], one: Twig): Twig[] =>
  (one.parent ? (twigOf(twigs, one.parent)?.children ?? []) : twigs).filter((other) => other.kind === one.kind);

/** Where something goes by one step of the keyboard; nowhere when there is no further. */
export function nudged(twigs: readonly Twig[], id: string, way: Way): Spot | undefined {
  const one = twigOf(twigs, id);
  if (!one) return undefined;
  const row = around(twigs, one);
  const at = row.findIndex((other) => other.id === id);
  const spot = (before: Twig | undefined): Spot => ({ folder_id: one.parent, before: before?.id ?? null });
  if (way === "up") return at > 0 ? spot(row[at - 1]) : undefined;
  if (way === "down") return at < row.length - 1 ? spot(row[at + 2]) : undefined;
  if (way === "out") {
    if (!one.parent) return undefined;
    return { folder_id: twigOf(twigs, one.parent)?.parent ?? null, before: null };
  }
  const level = one.parent ? (twigOf(twigs, one.parent)?.children ?? []) : twigs;
  const folders = level.filter((other) => other.kind === "folder" && other.id !== id);
  const into = one.kind === "folder" ? (row[at - 1] ?? folders[0]) : folders[0];
  return into ? { folder_id: into.id, before: null } : undefined;
}

/** Where something goes that is dropped on something else; nowhere when it cannot lie there. */
export function dropped(twigs: readonly Twig[], id: string, target: string, edge: Edge): Spot | undefined {
  const one = twigOf(twigs, id);
  const other = twigOf(twigs, target);
  if (!one || !other || id === target || aboveOf(twigs, target).includes(id)) return undefined;
  if (other.kind === "folder" && (edge === "inside" || one.kind === "workflow"))
    return { folder_id: other.id, before: null };
  if (one.kind !== other.kind) return { folder_id: other.parent, before: null };
  const row = around(twigs, other).filter((twig) => twig.id !== id);
  const at = row.findIndex((twig) => twig.id === target);
  return { folder_id: other.parent, before: row[edge === "before" ? at : at + 1]?.id ?? null };
}
