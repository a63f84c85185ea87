/** Files of the workspace as a workflow keeps them: by their ids, with the name that they had then. */

import type { FileEntry } from "../api/schema";

export interface FileRef {
  file_id: string;
  name: string;
}

export const refOf = ({ id, name }: FileEntry): FileRef => ({ file_id: id, name });

const isRef = (value: unknown): value is FileRef =>
  typeof value === "object" && value !== null && typeof (value as FileRef).file_id === "string";

/** The files that a value names, of nothing none; `undefined` for what is something else. */
export function filesRead(value: unknown): readonly FileRef[] | undefined {
  if (value === null || value === undefined || value === "") return [];
  const list = Array.isArray(value) ? value : [value];
  return list.every(isRef) ? list : undefined;
}
