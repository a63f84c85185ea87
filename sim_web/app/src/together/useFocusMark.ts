/** Tells the others which field one is in. */

import { type FocusEvent, useMemo } from "react";
import { useEditorStore } from "../editor/store";

export function useFocusMark(block_id: string, field: string) {
  const store = useEditorStore();
  return useMemo(
    () => ({
      onFocus: () => store.getState().client.setPresence({ editing: { block_id, field } }),
      onBlur: (event: FocusEvent) => {
        if (event.currentTarget.contains(event.relatedTarget)) return;
        store.getState().client.setPresence({ editing: null });
      },
    }),
    [store, block_id, field],
  );
}
