/** The deployed versions of the workflow that is open, and whether its draft has moved on. */

import { queryOptions, useQuery } from "@tanstack/react-query";
import { useDeferredValue, useMemo } from "react";
import { read, write } from "../api/client";
import { queries } from "../api/queries";
import type { FrozenVersion, VersionList } from "../api/schema";
import { useEditor } from "../editor/store";
import { attempt } from "../frame/actions";
import { differs } from "../model/changes";
import { type Document, fullDocument, type NewDocument } from "../realtime/document";

export const versions = (workflow: string) =>
  queryOptions({
    queryKey: ["versions", workflow],
    queryFn: () => read<VersionList>(`/workflows/${workflow}/deployments`),
  });

/** A version's document never changes. */
export const frozen = (workflow: string, version: number | undefined) =>
  queryOptions({
    queryKey: ["version", workflow, version],
    enabled: version !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async (): Promise<Document> => {
      const found = await read<FrozenVersion>(`/workflows/${workflow}/deployments/${version}`);
      return fullDocument(found.workflow as unknown as NewDocument);
    },
  });

export function useLive() {
  const id = useEditor((state) => state.client.id);
  const listed = useQuery(versions(id));
  return { ...listed, live: listed.data?.items.find((one) => one.live) };
}

/** `undefined` while nothing is deployed or known. */
export function useDraftDiffers(): boolean | undefined {
  const id = useEditor((state) => state.client.id);
  const doc = useDeferredValue(useEditor((state) => state.doc));
  const { live } = useLive();
  const deployed = useQuery(frozen(id, live?.version)).data;
  return useMemo(() => (deployed ? differs(deployed, doc) : undefined), [deployed, doc]);
}

const done = (workflow: string) => queries.invalidateQueries({ queryKey: ["versions", workflow] });

export async function deploy(workflow: string, note: string, durable: boolean): Promise<boolean> {
  const made = await attempt(
    write<{ version: number }>("POST", `/workflows/${workflow}/deployments`, { note, durable }),
  );
  await done(workflow);
  return Boolean(made);
}

export async function promote(workflow: string, version: number) {
  await attempt(write("POST", `/workflows/${workflow}/deployments/${version}/promote`));
  await done(workflow);
}

export async function undeploy(workflow: string) {
  await attempt(write("POST", `/workflows/${workflow}/undeploy`));
  await done(workflow);
}
