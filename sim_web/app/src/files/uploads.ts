/** Files on their way to the workspace: a few at once, each with how far it is and what became of it. */

import { create } from "zustand";
import { Refusal } from "../api/client";
import { bring, filesChanged, type Sending } from "../api/files";
import type { FileEntry } from "../api/schema";
import { newId } from "../data/ids";

const AT_ONCE = 3;

export interface Upload {
  id: string;
  file: File;
  folder: string;
  ifExists: Sending["ifExists"];
  sent: number;
  state: "waits" | "sends" | "taken" | "failed" | "done";
  /** Why it failed. */
  why?: string;
  /** Whether trying again may help. */
  again?: boolean;
  stop: AbortController;
  /** Where it was asked for, if not on the page of files. */
  place?: string;
  onDone?: (file: FileEntry) => void;
}

export const useUploads = create<{ list: readonly Upload[] }>(() => ({ list: [] }));

const all = () => useUploads.getState().list;
const put = (id: string, facts: Partial<Upload>) =>
  useUploads.setState({ list: all().map((one) => (one.id === id ? { ...one, ...facts } : one)) });

/** Begin what waits, as far as there is room. */
function go() {
  const free = AT_ONCE - all().filter((one) => one.state === "sends").length;
  for (const one of all()
    .filter((other) => other.state === "waits")
    .slice(0, Math.max(free, 0)))
    void send(one);
}

async function send(one: Upload) {
  put(one.id, { state: "sends", sent: 0 });
  try {
    const made = await bring(one.file, {
      folder: one.folder,
      ifExists: one.ifExists,
      signal: one.stop.signal,
      onProgress: (sent) => put(one.id, { sent }),
    });
    put(one.id, { state: "done", sent: one.file.size });
    one.onDone?.(made);
    if (one.place) uploads.drop(one.id);
    void filesChanged();
  } catch (error) {
    failed(one, error);
  }
  go();
}

function failed(one: Upload, error: unknown) {
  if (error instanceof DOMException && error.name === "AbortError") return uploads.drop(one.id);
  const refusal = error instanceof Refusal ? error : undefined;
  if (refusal?.code === "name_taken") return put(one.id, { state: "taken" });
  const again = !refusal || refusal.status === 0 || refusal.status >= 500;
  return put(one.id, { state: "failed", why: error instanceof Error ? error.message : String(error), again });
}

export const uploads = {
  /** Bring files into a folder. */
  begin(files: readonly File[], folder: string, facts: Pick<Partial<Upload>, "ifExists" | "onDone" | "place"> = {}) {
    const fresh = files.map(
      (file): Upload => ({
        id: newId(),
        file,
        folder,
        ifExists: "refuse",
        sent: 0,
        state: "waits",
        stop: new AbortController(),
        ...facts,
      }),
    );
    useUploads.setState({ list: [...all(), ...fresh] });
    go();
  },
  /** Try one again, or say what becomes of a name that is taken. */
  again(id: string, ifExists?: Sending["ifExists"]) {
    const stop = new AbortController();
    put(id, { state: "waits", sent: 0, why: undefined, stop, ...(ifExists ? { ifExists } : {}) });
    go();
  },
  /** Stop one that is under way, or take it from the list. */
  drop(id: string) {
    const one = all().find((other) => other.id === id);
    useUploads.setState({ list: all().filter((other) => other.id !== id) });
    if (one?.state === "sends") one.stop.abort();
    go();
  },
  /** Take from the list what has arrived. */
  tidy: () => useUploads.setState({ list: all().filter((one) => one.state !== "done") }),
};
