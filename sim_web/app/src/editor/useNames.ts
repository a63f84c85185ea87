/** What the blocks of a run are called: as they are now, or as they were then where they are gone. */

import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { runDocument } from "../api/queries";
import type { RunView } from "../run/view";
import { useEditor } from "./store";

export type Names = (block: string) => string;

export function useNames(run: RunView): Names {
  const blocks = useEditor((state) => state.doc.blocks);
  const misses = Object.keys(run.blocks).some((id) => !blocks[id]);
  const then = useQuery({ ...runDocument(run.id), enabled: misses && Boolean(run.id) }).data?.blocks;
  return useCallback((id: string) => blocks[id]?.name ?? then?.[id]?.name ?? id, [blocks, then]);
}
