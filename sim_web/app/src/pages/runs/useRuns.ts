/** The runs that fit a filter: pages of the past, and a head that follows along. */

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { read } from "../../api/client";
import type { RunPage } from "../../api/schema";
import { type Filter, queryOf } from "./filter";
import { merged } from "./told";

const FOLLOW_MS = 2000;
const PAGE = 100;

export function useRuns(filter: Filter, live: boolean) {
  const words = new URLSearchParams({ ...queryOf(filter), limit: String(PAGE) });
  const key = ["runs", JSON.stringify(filter)];
  const past = useInfiniteQuery({
    queryKey: key,
    initialPageParam: "",
    queryFn: ({ pageParam }) => read<RunPage>(`/runs?${words}${pageParam ? `&cursor=${pageParam}` : ""}`),
    getNextPageParam: (page: RunPage) => page.next_cursor ?? undefined,
  });
  const head = useQuery({
    queryKey: [...key, "head"],
    queryFn: () => read<RunPage>(`/runs?${words}`),
    refetchInterval: live ? FOLLOW_MS : false,
    enabled: live && past.isSuccess,
  });
  const items = useMemo(
    () => merged(head.data?.items ?? [], past.data?.pages.flatMap((page) => page.items) ?? []),
    [head.data, past.data],
  );
  return { ...past, items, error: past.error ?? head.error };
}
