/** What is done to whole workflows, wherever it is asked for. */

import { toast } from "sonner";
import { send, write } from "../api/client";
import { queries, workflows } from "../api/queries";
import type { Imported, WorkflowReply } from "../api/schema";
import { newId } from "../data/ids";
import { save } from "../ui/save";
import { go } from "./route";

const refresh = () => queries.invalidateQueries({ queryKey: workflows.queryKey });

/** Do something that may be refused, and say so calmly when it is. */
export async function attempt<T>(what: Promise<T>): Promise<T | undefined> {
  try {
    return await what;
  } catch (error) {
    toast.error(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

/** An act that is not begun again while it is under way, however often it is asked for. */
export function once<Words extends unknown[]>(act: (...words: Words) => Promise<void>) {
  let isUnderWay = false;
  return async (...words: Words) => {
    if (isUnderWay) return;
    isUnderWay = true;
    await act(...words).finally(() => {
      isUnderWay = false;
    });
  };
}

export const create = once(async (folder_id: string | null = null) => {
  const start = { id: newId(), type: "start", name: "Start", position: { x: 0, y: 0 } };
  const body = {
    name: "Untitled workflow",
    folder_id,
    workflow: { name: "Untitled workflow", blocks: { [start.id]: start } },
  };
  const made = await attempt(write<WorkflowReply>("POST", "/workflows", body));
  await refresh();
  if (made) go(`/workflows/${made.id}`);
});

export async function rename(id: string, name: string) {
  await attempt(write("PATCH", `/workflows/${id}`, { operations: [{ op: "workflow.update", set: { name } }] }));
  await refresh();
}

export const duplicate = once(async (id: string, name: string) => {
  const made = await attempt(write<WorkflowReply>("POST", `/workflows/${id}/duplicate`, { name: `${name} copy` }));
  await refresh();
  if (made) go(`/workflows/${made.id}`);
});

export async function remove(id: string) {
  await attempt(write("DELETE", `/workflows/${id}`));
  if (location.pathname.endsWith(id)) go("/workflows");
  await refresh();
  queries.removeQueries({ queryKey: ["run", id] });
}

export async function download(id: string, format: "json" | "yaml" | "sim") {
  const reply = await attempt(send(`/workflows/${id}/export?format=${format}`));
  if (!reply) return;
  await save(reply, "workflow.json");
}

/** Take in a workflow file that the person chooses. */
export function bring() {
  const input = document.createElement("input");
  input.type = "file";
  input.accept = ".json,.yaml,.yml";
  input.onchange = () => {
    const file = input.files?.[0];
    if (file) void take(file);
  };
  input.click();
}

export async function take(file: File) {
  const kind = /\.ya?ml$/.test(file.name) ? "application/yaml" : "application/json";
  const path = `/workflows/import?filename=${encodeURIComponent(file.name)}`;
  const reply = await attempt(
    send(path, { method: "POST", body: await file.text(), headers: { "Content-Type": kind } }),
  );
  if (!reply) return;
  const made: Imported = await reply.json();
  await refresh();
  const unknown = made.unknown_types?.length ? ` Not installed here: ${made.unknown_types.join(", ")}.` : "";
  toast.success(`Imported ${made.blocks} blocks.${unknown}`);
  go(`/workflows/${made.id}`);
}
