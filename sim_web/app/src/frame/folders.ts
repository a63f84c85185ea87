/** What is done to folders, and where workflows and folders are put. */

import "../ui/storage";
import { create as store } from "zustand";
import { write } from "../api/client";
import { folders, queries, workflows } from "../api/queries";
import type { FolderEntry } from "../api/schema";
import type { Spot, Twig } from "../model/tree";
import { attempt, once } from "./actions";

const OPEN = "sim.folders";

interface Shelf {
  open: ReadonlySet<string>;
  /** What is being renamed in place. */
  naming: string;
  /** What was done last, for those who listen. */
  said: string;
}

export const useShelf = store<Shelf>(() => ({
  open: new Set<string>(JSON.parse(localStorage.getItem(OPEN) ?? "[]")),
  naming: "",
  said: "",
}));

export function unfold(id: string, is: boolean) {
  const open = new Set(useShelf.getState().open);
  if (is) open.add(id);
  else open.delete(id);
  localStorage.setItem(OPEN, JSON.stringify([...open]));
  useShelf.setState({ open });
}

const refresh = () =>
  Promise.all([folders, workflows].map(({ queryKey }) => queries.invalidateQueries({ queryKey: [...queryKey] })));

export const createFolder = once(async (parent_id: string | null = null) => {
  const made = await attempt(write<FolderEntry>("POST", "/folders", { name: "New folder", parent_id }));
  if (parent_id) unfold(parent_id, true);
  await refresh();
  if (made) useShelf.setState({ naming: made.id });
});

export async function renameFolder(id: string, name: string) {
  await attempt(write("PATCH", `/folders/${id}`, { name }));
  await refresh();
}

export async function removeFolder(id: string) {
  await attempt(write("DELETE", `/folders/${id}`));
  await refresh();
}

export async function put(one: Twig, spot: Spot | undefined) {
  if (!spot) return;
  const noun = one.kind === "folder" ? "folders" : "workflows";
  if (spot.folder_id) unfold(spot.folder_id, true);
  await attempt(write("PUT", `/${noun}/${one.id}/place`, spot));
  await refresh();
  useShelf.setState({ said: `${one.name} was moved.` });
}
