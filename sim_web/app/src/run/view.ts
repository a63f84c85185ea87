/** A run as the canvas and the console show it, made of its events one by one. */

import type { Told } from "../api/client";
import type { Problem } from "../api/schema";

export type StepState = "running" | "done" | "failed" | "handled" | "paused";
export type Path = [string, number][];

export interface Step {
  key: string;
  block: string;
  path: Path;
  order: number;
  state: StepState;
  text: string;
  inputs?: unknown;
  output?: unknown;
  message?: string;
  stdout?: string;
  port?: string | null;
  ms?: number;
  pause?: string;
  /** It did not run: its pinned output was taken. */
  pinned?: boolean;
  cost?: { total?: number };
}

export interface RunView {
  id: string;
  status: "running" | "finished" | "failed" | "paused" | "cancelled";
  steps: Record<string, Step>;
  /** Keys of the steps in the order they began. */
  order: string[];
  /** The last state of each block. */
  blocks: Record<string, Step>;
  output?: unknown;
  message?: string;
  failedBlock?: string | null;
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

export function take(view: RunView, told: Told): RunView {
  const data = told.data as Data;
  const lastId = told.id || view.lastId;
  switch (told.name) {
    case "run.paused":
    case "run.finished":
    case "run.failed":
    case "run.cancelled":
      return ended({ ...view, lastId }, told.name.slice(4) as RunView["status"], data);
    case "block.started":
      return put(view, lastId, data, {
        state: "running",
        inputs: data.inputs,
        text: "",
        output: undefined,
        message: undefined,
        ms: undefined,
      });
    case "block.finished":
      return put(view, lastId, data, {
        state: "done",
        output: data.output,
        port: (data.port as string) ?? "source",
        ms: data.ms as number,
        stdout: data.stdout as string,
        cost: data.cost as Step["cost"],
        pinned: Boolean(data.pinned),
      });
    case "block.failed":
      return put(view, lastId, data, {
        state: data.handled ? "handled" : "failed",
        message: data.message,
        output: data.output,
        port: "error",
        ms: data.ms as number,
      });
    case "block.paused":
      return put(view, lastId, data, { state: "paused", output: data.output, pause: data.pause as string });
    case "block.delta": {
      const before = view.steps[keyOf(data.block ?? "", data.path ?? [])]?.text ?? "";
      if (data.kind === "thinking") return { ...view, lastId };
      return put(view, lastId, data, { text: data.kind === "reset" ? "" : before + (data.text ?? "") });
    }
    case "block.resumed": {
      const step = Object.values(view.steps).find((one) => one.pause === data.pause);
      return step ? put(view, lastId, { ...step } as unknown as Data, { state: "running" }) : { ...view, lastId };
    }
    default:
      return { ...view, lastId };
  }
}

function put(view: RunView, lastId: string, data: Data, facts: Partial<Step>): RunView {
  const block = data.block ?? "";
  const path = data.path ?? [];
  const key = keyOf(block, path);
  const before = view.steps[key];
  const step: Step = {
    ...(before ?? { key, block, path, order: data.order ?? 0, state: "running", text: "" }),
    ...facts,
    order: data.order ?? before?.order ?? 0,
  };
  return {
    ...view,
    lastId,
    status: "running",
    steps: { ...view.steps, [key]: step },
    order: before ? view.order : [...view.order, key],
    blocks: { ...view.blocks, [block]: step },
  };
}

function ended(view: RunView, status: RunView["status"], data: Data): RunView {
  const stop = (step: Step): Step =>
    step.state === "running"
      ? {
          ...step,
          state: status === "cancelled" || status === "failed" ? "failed" : "done",
          message: status === "cancelled" ? "Stopped." : step.message,
        }
      : step;
  const steps = Object.fromEntries(Object.entries(view.steps).map(([key, step]) => [key, stop(step)]));
  const blocks = Object.fromEntries(Object.entries(view.blocks).map(([id, step]) => [id, steps[step.key] ?? step]));
  return {
    ...view,
    status,
    steps,
    blocks,
    output: data.output,
    message: data.message,
    failedBlock: data.block,
    ms: data.ms as number,
  };
}

/** A line of the console: a step, or a round of a container. */
export interface Line {
  key: string;
  depth: number;
  step?: Step;
  round?: { container: string; index: number };
}

/** The console's tree as lines, top to bottom; what is folded leaves its inside out. */
export function linesOf(view: RunView, folded: ReadonlySet<string>): Line[] {
  const children = new Map<string, string[]>();
  for (const key of view.order) {
    const path = view.steps[key]?.path ?? [];
    const within = path.map(([container, index]) => `${container}:${index}`).join("/");
    children.set(within, [...(children.get(within) ?? []), key]);
  }
  const lines: Line[] = [];
  const walk = (within: string, depth: number) => {
    for (const key of children.get(within) ?? []) {
      const step = view.steps[key];
      if (!step) continue;
      lines.push({ key, depth, step });
      if (folded.has(key)) continue;
      const prefix = within ? `${within}/` : "";
      const rounds = [...children.keys()].filter(
        (one) => one.startsWith(`${prefix}${step.block}:`) && !one.slice(prefix.length).includes("/"),
      );
      for (const round of rounds.sort((a, b) => indexOf(a) - indexOf(b))) {
        lines.push({
          key: `${key}#${round}`,
          depth: depth + 1,
          round: { container: step.block, index: indexOf(round) },
        });
        if (!folded.has(`${key}#${round}`)) walk(round, depth + 2);
      }
    }
  };
  walk("", 0);
  return lines;
}

const indexOf = (round: string) => Number(round.slice(round.lastIndexOf(":") + 1));
