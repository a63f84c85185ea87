/** What a model writes for a field, as it comes. */

import { useEffect, useRef, useState } from "react";
import { events, Refusal, send } from "../api/client";
import type { AssistWanted } from "../api/schema";
import { useSession } from "../session";

interface Draft {
  state: "idle" | "writing" | "done" | "failed";
  text: string;
  value?: unknown;
  model?: string;
  cost?: number;
  error?: string;
  /** Whether there is no model that could be asked. */
  lacks?: boolean;
}

const NONE: Draft = { state: "idle", text: "" };
const LACKING = ["no_model", "missing_key", "missing_address"];

export function useDraft() {
  const [draft, setDraft] = useState(NONE);
  const under = useRef<AbortController>(undefined);
  useEffect(() => () => under.current?.abort(), []);
  const ask = async (wanted: Partial<AssistWanted>) => {
    under.current?.abort();
    const control = new AbortController();
    under.current = control;
    const set = (next: (before: Draft) => Draft) => {
      if (under.current === control) setDraft(next);
    };
    set(() => ({ ...NONE, state: "writing" }));
    try {
      const { workspace } = useSession.getState();
      const options = { method: "POST", body: JSON.stringify(wanted), signal: control.signal };
      for await (const told of events(await send(`/workspaces/${workspace}/assist`, options)))
        set((before) => after(before, told.name, told.data));
      set((before) => (before.state === "writing" ? failed(before, "The answer broke off. Try again.") : before));
    } catch (error) {
      if (control.signal.aborted) return;
      const code = error instanceof Refusal ? error.code : "";
      const words = error instanceof Refusal ? error.message : "The answer broke off. Try again.";
      set((before) => ({ ...failed(before, words), lacks: LACKING.includes(code) }));
    }
  };
  const stop = () => {
    under.current?.abort();
    under.current = undefined;
    setDraft((before) => (before.state === "writing" ? { ...before, state: "idle" } : before));
  };
  return { draft, ask: (wanted: Partial<AssistWanted>) => void ask(wanted), stop };
}

const failed = (before: Draft, error: string): Draft => ({ ...before, state: "failed", error });

function after(before: Draft, name: string, data: Record<string, unknown>): Draft {
  switch (name) {
    case "wrote":
      return { ...before, text: before.text + String(data.text ?? "") };
    case "again":
      return { ...before, text: "" };
    case "failed":
      return failed(before, String(data.message ?? ""));
    case "drafted":
      return {
        state: "done",
        text: String(data.text ?? ""),
        value: data.value,
        model: String(data.model ?? ""),
        cost: (data.cost as { total?: number } | undefined)?.total,
      };
    default:
      return before;
  }
}
