/** Opens a workflow and keeps the editor's store in step with it. */

import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { toast } from "sonner";
import { standing } from "../api/client";
import { blockTypes, queries, useBlockTypes } from "../api/queries";
import { openWorkflow } from "../data/open";
import type { Status, WorkflowClient } from "../realtime/types";
import { useSession } from "../session";
import { seat } from "../together/people";
import { sentence } from "../ui/words";
import { createEditor, type EditorStore } from "./store";

export function useClient(id: string): { store?: EditorStore; error?: Error } {
  const types = useBlockTypes();
  const waits = useQuery(blockTypes).isPending;
  const [stocked, setStocked] = useState<EditorStore>();
  const [opened, setOpened] = useState<{ store?: EditorStore; error?: Error }>({});
  useEffect(() => {
    let close: () => void = () => undefined;
    let gone = false;
    const open = async () => {
      const client = await openWorkflow(id);
      if (gone) return client.close();
      const store = createEditor(client);
      const stops = listen(client, store);
      close = () => {
        for (const stop of stops) stop();
        client.close();
      };
      await client.ready;
      follow(client, store);
      if (!gone) setOpened({ store });
    };
    open().catch((error: Error) => setOpened({ error }));
    return () => {
      gone = true;
      close();
    };
  }, [id]);
  useEffect(() => {
    const byName = new Map(types.flatMap((one) => [[one.type, one] as const, [one.id, one] as const]));
    opened.store?.setState({ types: byName });
    // before they are known, each block would be shown as one that no package brings, and then again
    if (!waits) setStocked(opened.store);
  }, [types, waits, opened.store]);
  return stocked && stocked === opened.store ? opened : { error: opened.error };
}

const follow = (client: WorkflowClient, store: EditorStore) =>
  store.setState({ doc: client.state(), seq: client.seq(), status: client.status() });

/** Somebody deleted it, or took it away: what stands here is only what it was. */
function isGone({ reason }: Status) {
  const about = "What you see is how it was. Nothing of it is saved any more.";
  toast.error(sentence(reason ?? "this workflow is gone"), { id: "gone", description: about, duration: 20_000 });
  void queries.invalidateQueries({ queryKey: ["workflows"] });
}

const listen = (client: WorkflowClient, store: EditorStore) => [
  client.subscribe(() => follow(client, store)),
  client.onStatus(() => {
    const status = client.status();
    if (status.role !== store.getState().status.role) standing.doubt();
    if (status.state === "gone" && store.getState().status.state !== "gone") isGone(status);
    store.setState({ status, seq: client.seq() });
  }),
  client.onPresence(() => {
    const peers = client.presence();
    seat([useSession.getState().me?.id ?? "", ...peers.map((one) => one.user_id)]);
    store.setState({ peers });
  }),
  client.onNotice((notice) => {
    if (notice.kind === "rejected") toast.error(`Taken back: ${notice.message}`);
    if (notice.kind === "cancelled") toast("Someone removed what you were changing.");
    if (notice.kind === "conflict") toast("Someone changed the same while you were offline; theirs stands.");
  }),
];
