/** A run as the canvas and the console show it, made of its events one by one. */

import type { Told } from "../api/client";
import type { Problem, Starter } from "../api/schema";

export type StepState = "running" | "done" | "failed" | "handled" | "paused";
export type Path = [string, number][];

export interface Step {
  key: string;
  block: string;
  path: Path;
  order: number;
  state: StepState;
  text: string;
  /** What a model thought aloud. */
  thinking?: string;
  /** Tools that a model has asked for so far. */
  tools?: readonly string[];
  inputs?: unknown;
  output?: unknown;
  message?: string;
  /** The field that made it fail, and the line of the code in there. */
  field?: string | null;
  line?: number | null;
  stdout?: string;
  port?: string | null;
  ms?: number;
  pause?: string;
  /** It did not run: its pinned output was taken. */
  pinned?: boolean;
  tries?: number;
  usage?: { input?: number; output?: number };
  cost?: { total?: number };
}

export interface RunView {
  id: string;
  /** Who started it, where that is known. */
  by?: Starter | null;
  /** Why nothing is heard of it now, in words. */
  lost?: string;
  status: "running" | "finished" | "failed" | "paused" | "cancelled";
  steps: Record<string, Step>;
  /** Keys of the steps in the order they began. */
  order: string[];
  /** The last state of each block. */
  blocks: Record<string, Step>;
  input?: unknown;
  output?: unknown;
  /** What variables were set to. */
  variables?: Readonly<Record<string, unknown>>;
  message?: string;
  failedBlock?: string | null;
  /** The step that made it fail. */
  failed?: Step;
  /** Everything that kept it from starting. */
  problems?: readonly Problem[];
  ms?: number;
  lastId: string;
  began: number;
}

export const emptyRun = (id = "", began = 0): RunView => ({
  id,
  status: "running",
  steps: {},
  order: [],
  blocks: {},
  lastId: "",
  began,
});

export const isUnderWay = (view: RunView | undefined) => view?.status === "running";

/** Without the words of the steps that run: whoever begins to listen again is told all of them from the start. */
export function unsaid(view: RunView): RunView {
  const steps = { ...view.steps };
  const blocks = { ...view.blocks };
  for (const one of Object.values(view.steps)) {
    if (one.state !== "running") continue;
    steps[one.key] = { ...one, text: "", thinking: "", tools: undefined };
    if (blocks[one.block]?.key === one.key) blocks[one.block] = steps[one.key] as Step;
  }
  return { ...view, steps, blocks };
}

/** Whether a step has words to show while it runs, or tools that it uses. */
export const isSpeaking = (step: Step) => step.state === "running" && Boolean(step.text || step.tools?.length);

const keyOf = (block: string, path: Path) =>
  [block, ...path.map(([container, index]) => `${container}:${index}`)].join("/");

type Data = Told["data"] & {
  block?: string;
  path?: Path;
  order?: number;
  text?: string;
  kind?: string;
  message?: string;
};

/** What a view is while events are taken in: copied once for all of them. */
type Draft = { -readonly [K in keyof RunView]: RunView[K] };

export const take = (view: RunView, told: Told): RunView => takeAll(view, [told]);

export function takeAll(view: RunView, told: readonly Told[]): RunView {
  const draft: Draft = { ...view, steps: { ...view.steps }, blocks: { ...view.blocks }, order: [...view.order] };
  for (const one of told) {
    draft.lastId = one.id || draft.lastId;
    one.name.startsWith("run.") ? turn(draft, one.name.slice(4), one.data as Data) : step(draft, one);
  }
  return draft;
}

function turn(draft: Draft, name: string, data: Data) {
  if (name === "started") {
    draft.input = data.input;
    return;
  }
  if (name !== "paused" && name !== "finished" && name !== "failed" && name !== "cancelled") return;
  draft.status = name;
  draft.output = data.output;
  draft.message = data.message ?? (data.reason === "timeout" ? "It took longer than it may." : undefined);
  draft.failedBlock = data.block;
  draft.failed = name === "failed" ? draft.steps[keyOf(data.block ?? "", data.path ?? [])] : undefined;
  draft.ms = data.ms as number;
  for (const [key, one] of Object.entries(draft.steps)) {
    if (one.state !== "running") continue;
    const stopped = name === "cancelled" || name === "failed";
    const message = name === "cancelled" ? "Stopped." : one.message;
    draft.steps[key] = { ...one, state: stopped ? "failed" : "done", message };
    if (draft.blocks[one.block]?.key === key) draft.blocks[one.block] = draft.steps[key];
  }
}

function step(draft: Draft, told: Told) {
  const data = told.data as Data;
  switch (told.name) {
    case "block.started":
      return put(draft, data, {
        state: "running",
        inputs: data.inputs,
        text: "",
        thinking: "",
        tools: undefined,
        output: undefined,
        message: undefined,
        ms: undefined,
      });
    case "block.finished":
      return put(draft, data, {
        state: "done",
        output: data.output,
        port: (data.port as string) ?? "source",
        ms: data.ms as number,
        stdout: data.stdout as string,
        tries: data.tries as number,
        usage: data.usage as Step["usage"],
        cost: data.cost as Step["cost"],
        pinned: Boolean(data.pinned),
      });
    case "block.failed":
      return put(draft, data, {
        state: data.handled ? "handled" : "failed",
        message: data.message,
        field: data.field as string,
        line: data.line as number,
        output: data.output,
        port: "error",
        ms: data.ms as number,
      });
    case "block.paused":
      return put(draft, data, { state: "paused", output: data.output, pause: data.pause as string });
    case "block.resumed": {
      const found = Object.values(draft.steps).find((one) => one.pause === data.pause);
      return found && put(draft, { ...found } as unknown as Data, { state: "running" });
    }
    case "block.delta":
      return speak(draft, data);
    case "variables.set":
      draft.variables = { ...draft.variables, ...(data.values as Record<string, unknown>) };
  }
}

function speak(draft: Draft, data: Data) {
  const before = draft.steps[keyOf(data.block ?? "", data.path ?? [])];
  if (data.kind === "reset") return put(draft, data, { text: "", thinking: "" });
  if (data.kind === "tool") {
    const named = (data.text ?? "").split("\n").filter(Boolean);
    return put(draft, data, { tools: [...(before?.tools ?? []), ...named] });
  }
  const what = data.kind === "thinking" ? "thinking" : "text";
  put(draft, data, { [what]: (before?.[what] ?? "") + (data.text ?? "") });
}

function put(draft: Draft, data: Data, facts: Partial<Step>) {
  const block = data.block ?? "";
  const path = data.path ?? [];
  const key = keyOf(block, path);
  const before = draft.steps[key];
  const now: Step = {
    ...(before ?? { key, block, path, order: data.order ?? 0, state: "running", text: "" }),
    ...facts,
    order: data.order ?? before?.order ?? 0,
  };
  draft.status = "running";
  draft.steps[key] = now;
  draft.blocks[block] = now;
  if (!before) draft.order.push(key);
}
