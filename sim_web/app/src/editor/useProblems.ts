/** What the server finds wrong with the workflow, by block. */

import { useQuery } from "@tanstack/react-query";
import { validation } from "../api/queries";
import type { Problem } from "../api/schema";
import { useEditor } from "./store";

const NONE: Problem[] = [];

export function useAllProblems(): Problem[] {
  const id = useEditor((state) => state.client.id);
  const seq = useEditor((state) => state.seq);
  return useQuery(validation(id, seq)).data?.problems ?? NONE;
}

export function useProblems(block: string): Problem[] {
  const id = useEditor((state) => state.client.id);
  const seq = useEditor((state) => state.seq);
  const read = useQuery({
    ...validation(id, seq),
    select: (found) => found.problems.filter((one) => one.block === block && one.severity !== "warning"),
  });
  return read.data ?? NONE;
}
