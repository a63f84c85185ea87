import { useEffect } from "react";
import { toast } from "sonner";
import { again } from "../api/accounts";
import { useEditorStore } from "../editor/store";
import { cameBack, returned } from "./account";

/** Where a browser that opens no windows comes back to: the block it left, with the account chosen. */
export const backTo = (block: string, field: string) => `${location.pathname}?${new URLSearchParams({ block, field })}`;

/** Choose the account that was connected on the way here. */
export function useReturn() {
  const store = useEditorStore();
  useEffect(() => {
    const asked = new URLSearchParams(location.search);
    const { connected, error } = returned(location.search);
    const [block, field] = [asked.get("block") ?? "", asked.get("field") ?? ""];
    if ((!connected && !error) || !cameBack(location.pathname, location.search)) return;
    history.replaceState(null, "", location.pathname);
    if (error) toast.error(error);
    if (!store.getState().doc.blocks[block]) return;
    store.getState().select([block]);
    if (!connected || !field) return;
    void again("credentials");
    store.getState().change([{ op: "value.update", items: [{ block_id: block, field, value: connected }] }]);
  }, [store]);
}
