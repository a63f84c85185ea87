/** Opens a workflow and keeps the editor's store in step with it. */

import { useEffect, useState } from "react";
import { toast } from "sonner";
import { useBlockTypes } from "../api/queries";
import { openWorkflow } from "../data/open";
import { createEditor, type EditorStore } from "./store";

export function useClient(id: string): { store?: EditorStore; error?: Error } {
  const types = useBlockTypes();
  const [opened, setOpened] = useState<{ store?: EditorStore; error?: Error }>({});
  useEffect(() => {
    const client = openWorkflow(id);
    const store = createEditor(client);
    const follow = () => store.setState({ doc: client.state(), seq: client.seq(), status: client.status() });
    const stops = [
      client.subscribe(follow),
      client.onStatus(() => store.setState({ status: client.status(), seq: client.seq() })),
      client.onPresence(() => store.setState({ peers: client.presence() })),
      client.onNotice((notice) => {
        if (notice.kind === "rejected") toast.error(`Taken back: ${notice.message}`);
        if (notice.kind === "cancelled") toast("Someone removed what you were changing.");
      }),
    ];
    client.ready.then(
      () => {
        follow();
        setOpened({ store });
      },
      (error: Error) => setOpened({ error }),
    );
    return () => {
      for (const stop of stops) stop();
      client.close();
    };
  }, [id]);
  useEffect(() => {
    opened.store?.setState({
      types: new Map(types.flatMap((one) => [[one.type, one] as const, [one.id, one] as const])),
    });
  }, [types, opened.store]);
  return opened;
}
