/** What the server finds wrong with the workflow, by block: asked once for all of them. */

import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { validation } from "../api/queries";
import type { Problem } from "../api/schema";
import { useEditor, useEditorStore } from "./store";

const NONE: readonly Problem[] = [];

export function useAllProblems(): readonly Problem[] {
  const id = useEditor((state) => state.client.id);
  const seq = useEditor((state) => state.seq);
  return useQuery(validation(id, seq)).data?.problems ?? NONE;
}

/** Keeps each block's problems in the store; a block whose problems stay the same is not rendered for it. */
export function useValidation() {
  const store = useEditorStore();
  const all = useAllProblems();
  useEffect(() => {
    const before = store.getState().problems;
    const now: Record<string, readonly Problem[]> = {};
    for (const one of all)
      if (one.block && one.severity !== "warning") now[one.block] = [...(now[one.block] ?? []), one];
    for (const [block, found] of Object.entries(now)) {
      const old = before[block];
      if (old && JSON.stringify(old) === JSON.stringify(found)) now[block] = old;
    }
    store.setState({ problems: now });
  }, [all, store]);
}

export const useProblems = (block: string): readonly Problem[] => useEditor((state) => state.problems[block] ?? NONE);
