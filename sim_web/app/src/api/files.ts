/** The files of the workspace: listed, and brought with word of how far they are. */

import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { session } from "../session";
import { Refusal, read } from "./client";
import { queries } from "./queries";
import type { FileEntry, FilePage } from "./schema";

const PAGE = 200;

export interface Wanted {
  /** Only of this folder; without one, of all. */
  folder?: string;
  search?: string;
  /** Media types and endings. */
  accept?: string;
}

/** Files that fit, page by page. */
export const filesOf = ({ folder, search, accept }: Wanted) => {
  const words = new URLSearchParams({ limit: String(PAGE) });
  if (folder !== undefined) words.set("folder", folder);
  if (search) words.set("search", search);
  if (accept) words.set("accept", accept);
  return infiniteQueryOptions({
    queryKey: ["files", words.toString()],
    initialPageParam: "",
    queryFn: ({ pageParam }) =>
      read<FilePage>(`/files?${words}${pageParam ? `&cursor=${encodeURIComponent(pageParam)}` : ""}`),
    getNextPageParam: (page: FilePage) => page.next_cursor ?? undefined,
  });
};

export const fileOf = (id: string) =>
  queryOptions({ queryKey: ["files", "one", id], queryFn: () => read<FileEntry>(`/files/${id}`), retry: false });

/** Ask again for whatever is shown of files. */
export const filesChanged = () => queries.invalidateQueries({ queryKey: ["files"] });

export interface Sending {
  folder: string;
  ifExists: "refuse" | "number" | "replace";
  onProgress: (sent: number) => void;
  signal: AbortSignal;
}

/** Bring a file. `fetch` does not tell how much has left, so this is the older way to ask. */
export function bring(file: File, { folder, ifExists, onProgress, signal }: Sending): Promise<FileEntry> {
  const words = new URLSearchParams({ name: file.name, folder, if_exists: ifExists });
  const asked = new XMLHttpRequest();
  asked.open("POST", `/api/v1/files?${words}`);
  for (const [name, value] of Object.entries(session.headers())) asked.setRequestHeader(name, value);
  asked.setRequestHeader("Content-Type", file.type || "application/octet-stream");
  asked.upload.onprogress = (event) => onProgress(event.loaded);
  return new Promise((resolve, reject) => {
    const lost = () =>
      reject(new Refusal({ status: 0, code: "offline", title: "The connection was lost; nothing of it was kept." }));
    asked.onload = () => {
      const said = JSON.parse(asked.responseText || "{}");
      if (asked.status < 300) resolve(said);
      else reject(new Refusal({ ...said, status: asked.status }));
    };
    asked.onerror = lost;
    asked.onabort = () => reject(new DOMException("It was stopped.", "AbortError"));
    signal.addEventListener("abort", () => asked.abort());
    asked.send(file);
  });
}
