/** Leads to a block, and to the field of it that something is about. */

import { useCallback } from "react";
import { useEditorStore } from "./store";
import { useReveal } from "./useReveal";

/** Where something is said to be wrong. */
export interface Spot {
  block: string;
  field?: string | null;
  /** Of the code in the field, counted from 1. */
  line?: number | null;
}

export function useGoTo(): (spot: Spot) => void {
  const store = useEditorStore();
  const reveal = useReveal();
  return useCallback(
    (spot: Spot) => {
      store.setState({ panel: "block", aim: spot.field ? spot : undefined });
      store.getState().select([spot.block]);
      reveal(spot.block);
    },
    [store, reveal],
  );
}
