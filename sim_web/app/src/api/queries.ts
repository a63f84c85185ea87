/** What the app asks the API for, each with the key it is cached under. */

import { QueryClient, queryOptions, useQuery } from "@tanstack/react-query";
import { readOrKept } from "../data/offline";
import { fullDocument, type NewDocument } from "../realtime/document";
import { read, send } from "./client";
import type {
  BlockList,
  CredentialList,
  FolderList,
  IntegrationList,
  ModelList,
  PluginList,
  ProviderList,
  RestKeysKeyList,
  RunDocument,
  RunPage,
  RunReply,
  SecretList,
  Validation,
  WorkflowPage,
} from "./schema";

export const queries = new QueryClient({
  defaultOptions: { queries: { staleTime: 30_000, retry: 1, refetchOnWindowFocus: false } },
});

/** Every page of a list as one, up to two thousand entries. */
async function everyPage<P extends { items: unknown[]; next_cursor: string | null }>(path: string): Promise<P> {
  const whole = await read<P>(path);
  for (let left = 9; left && whole.next_cursor; left--) {
    const next = await read<P>(`${path}&cursor=${encodeURIComponent(whole.next_cursor)}`);
    whole.items.push(...next.items);
    whole.next_cursor = next.next_cursor;
  }
  return whole;
}

const HOUR = 3_600_000;
export const workflows = queryOptions({
  queryKey: ["workflows"],
  queryFn: () => everyPage<WorkflowPage>("/workflows?limit=200"),
});
export const folders = queryOptions({ queryKey: ["folders"], queryFn: () => read<FolderList>("/folders") });
export const blockTypes = queryOptions({
  queryKey: ["blocks"],
  queryFn: () => readOrKept("blocks", () => read<BlockList>("/blocks")),
  networkMode: "always",
  staleTime: HOUR,
});
export const integrations = queryOptions({
  queryKey: ["integrations"],
  queryFn: () => read<IntegrationList>("/integrations"),
  staleTime: HOUR,
});
export const providers = queryOptions({
  queryKey: ["providers"],
  queryFn: () => read<ProviderList>("/providers"),
  staleTime: HOUR,
});
export const models = queryOptions({
  queryKey: ["models"],
  queryFn: () => read<ModelList>("/models"),
  staleTime: HOUR,
});
export const plugins = queryOptions({ queryKey: ["plugins"], queryFn: () => read<PluginList>("/plugins") });
export const secrets = queryOptions({ queryKey: ["secrets"], queryFn: () => read<SecretList>("/secrets") });
export const keys = queryOptions({ queryKey: ["keys"], queryFn: () => read<RestKeysKeyList>("/keys") });
export const credentials = queryOptions({
  queryKey: ["credentials"],
  queryFn: () => read<CredentialList>("/credentials"),
});
export const runs = (filter: Record<string, string>) => {
  const words = new URLSearchParams(Object.entries(filter).filter(([, value]) => value));
  return queryOptions({
    queryKey: ["runs", filter],
    queryFn: () => read<RunPage>(`/runs?limit=100&${words}`),
    staleTime: 2000,
  });
};
export const run = (id: string) =>
  queryOptions({ queryKey: ["run", id], queryFn: () => read<RunReply>(`/runs/${id}?trace=true`), staleTime: 2000 });
/** The workflow as it was when it ran, which never changes. */
export const runDocument = (id: string) =>
  queryOptions({
    queryKey: ["run", id, "document"],
    queryFn: async () =>
      fullDocument((await read<RunDocument>(`/runs/${id}/document`)).workflow as unknown as NewDocument),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
export const validation = (id: string, seq: number) =>
  queryOptions({
    queryKey: ["validation", id, seq],
    enabled: Boolean(id),
    queryFn: async (): Promise<Validation> => (await send(`/workflows/${id}/validate`, { method: "POST" })).json(),
    placeholderData: (before: Validation | undefined) => before,
  });

export const useBlockTypes = () => useQuery(blockTypes).data?.items ?? NONE;
const NONE: BlockList["items"] = [];
