import { useRef, useState } from "react";
import { events, type RunEvent, send } from "../api/client";
import type { State } from "../api/types";

export interface Line {
  key: string;
  block: string;
  path: string;
  state: State;
  text: string;
  ms?: number;
}

const STATES: Record<string, State> = {
  "block.started": "running", "block.finished": "done", "block.failed": "failed", "block.paused": "paused",
};

/** The line of the console that an event changes. */
export function lineOf(event: RunEvent, before?: Line): Line | undefined {
  const data = event.data as { block?: string; path?: [string, number][]; message?: string; ms?: number; text?: string };
  const state = STATES[event.name] ?? (event.name === "block.delta" ? before?.state : undefined);
  if (!data.block || !state) return undefined;
  const path = (data.path ?? []).map(([, index]) => ` ${index + 1}`).join(" ·");
  const text = data.message ?? (event.name === "block.delta" ? (before?.text ?? "") + (data.text ?? "") : (before?.text ?? ""));
  return { key: `${data.block}${path}`, block: data.block, path, state, text, ms: data.ms };
}

/** One run at a time of a workflow, followed live. */
export function useRun(workflow: string) {
  const [lines, setLines] = useState<Line[]>([]);
  const [output, setOutput] = useState<unknown>();
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const runId = useRef("");

  const follow = (event: RunEvent) => {
    if (event.name.startsWith("run.")) {
      runId.current = String(event.data.run_id ?? runId.current);
      if (event.name !== "run.started") setOutput(event.data.output ?? null);
      if (event.name === "run.failed") setError(new Error(String(event.data.message)));
      return;
    }
    setLines((all) => {
      const key = lineOf(event, { state: "running" } as Line)?.key;
      const at = all.findIndex((line) => line.key === key);
      const line = lineOf(event, all[at]);
      if (!line) return all;
      return at < 0 ? [...all, line] : all.with(at, line);
    });
  };
  const start = async (input: string) => {
    setLines([]); setOutput(undefined); setError(undefined); setBusy(true);
    try {
      const body = JSON.stringify({ input: JSON.parse(input || "null"), stream: true });
      const reply = await send(`/workflows/${workflow}/execute`, { method: "POST", body });
      runId.current = reply.headers.get("X-Run-Id") ?? "";
      for await (const event of events(reply)) follow(event);
    } catch (refusal) {
      setError(refusal instanceof SyntaxError ? new Error(`The input is not JSON: ${refusal.message}`) : refusal);
    } finally {
      setBusy(false);
    }
  };
  const stop = () => void send(`/runs/${runId.current}/cancel`, { method: "POST" }).catch(setError);
  const states: Record<string, State> = Object.fromEntries(lines.map((line) => [line.block, line.state]));
  return { lines, output, error, busy, states, start, stop };
}
