/** The history of a workflow, read from its end in pieces, and its versions. */

import { keepPreviousData, queryOptions, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { read, write } from "../../api/client";
import type { HistoryPage, PastDocument, VersionList } from "../../api/schema";
import { useEditor } from "../../editor/store";
import type { Document } from "../../realtime/document";
import { momentsOf } from "./moments";

const PIECE = 500;
const HOUR = 3_600_000;

export function useMoments(id: string, upTo: number, doc: Document) {
  const found = useInfiniteQuery({
    queryKey: ["history", id, upTo],
    initialPageParam: Math.max(0, upTo - PIECE),
    queryFn: ({ pageParam }) => read<HistoryPage>(`/workflows/${id}/history?after=${pageParam}&limit=${PIECE}`),
    getNextPageParam: (_page, _pages, after) => (after > 0 ? Math.max(0, after - PIECE) : undefined),
    staleTime: HOUR,
  });
  const moments = useMemo(() => {
    const pages = [...(found.data?.pages ?? [])].reverse();
    // A piece that begins nearer than a whole one before the next overlaps with it.
    const bySeq = new Map(pages.flatMap(({ items }) => items.map((one) => [one.seq, one] as const)));
    const entries = [...bySeq.values()].filter(({ seq }) => seq <= upTo).sort((a, b) => a.seq - b.seq);
    return momentsOf(entries, doc);
  }, [found.data, doc, upTo]);
  const names = Object.assign({}, ...(found.data?.pages.map((page) => page.names) ?? [])) as Record<string, string>;
  return { ...found, moments, names };
}

/** The document after an operation; the one before stays until it is there. */
export const usePast = (id: string, seq: number | undefined) =>
  useQuery({
    ...queryOptions({
      queryKey: ["past", id, seq],
      queryFn: () => read<PastDocument>(`/workflows/${id}/history/${seq}`),
      staleTime: HOUR,
    }),
    enabled: seq !== undefined,
    placeholderData: keepPreviousData,
  });

/** Deployed versions, by the operation after which they were taken. */
export function useVersions(): Map<number, number[]> {
  const id = useEditor((state) => state.client.id);
  const { data } = useQuery({
    queryKey: ["versions", id],
    queryFn: () => read<VersionList>(`/workflows/${id}/deployments`),
  });
  return useMemo(() => {
    const found = new Map<number, number[]>();
    for (const { seq, version } of data?.items ?? []) found.set(seq, [...(found.get(seq) ?? []), version]);
    return found;
  }, [data]);
}

/** Make the workflow what it was: one batch, as a change of the client that is named. */
export const restore = (id: string, to_seq: number, client_id: string) =>
  write<{ seq: number; outcome: string }>("POST", `/workflows/${id}/restore`, { to_seq, client_id });
