/** Shows the run of the draft that is under way, whoever started it and in whichever window. */

import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { queries, runs } from "../api/queries";
import { runToShow } from "../run/shown";
import { isUnderWay } from "../run/view";
import { lookNow } from "./follow";
import { useEditor, useEditorStore } from "./store";
import { mine, useRunner } from "./useRunner";

/** The room tells of each run; these are for what it could not tell. */
const LOOK_MS = { inRoom: 30_000, alone: 5000 };

export function useLiveRun() {
  const store = useEditorStore();
  const runner = useRunner();
  const id = useEditor((state) => state.client.id);
  const inRoom = useEditor((state) => state.status.state === "saved" || state.status.state === "saving");
  const listed = useQuery({ ...runs({ workflow_id: id }), refetchInterval: inRoom ? LOOK_MS.inRoom : LOOK_MS.alone });
  const items = listed.data?.items;
  useEffect(() => {
    const { client } = store.getState();
    const stop = client.onNotice((notice) => {
      if (notice.kind === "told" && notice.what === "run") void queries.invalidateQueries({ queryKey: ["runs"] });
    });
    addEventListener("online", lookNow);
    return () => {
      stop();
      removeEventListener("online", lookNow);
      runner.leave();
    };
  }, [store, runner]);
  useEffect(() => {
    const { busy, run } = store.getState();
    if (busy || isUnderWay(run) || runner.isPicked()) return;
    const found = runToShow(items ?? [], mine.of(id));
    if (!found || found.id === run?.id) return;
    void (found.id === mine.of(id) ? runner.takeUp(found.id) : runner.watch(found.id, found.started_by));
  }, [items, id, runner, store]);
}
