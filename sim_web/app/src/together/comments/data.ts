/** What was said about the workflow that is open, kept fresh by what the room tells. */

import { queryOptions, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { toast } from "sonner";
import { read, write } from "../../api/client";
import { queries } from "../../api/queries";
import type { Anchor, ColleagueList, CommentList, Me } from "../../api/schema";
import { useEditor } from "../../editor/store";
import { type Thread, threadsOf } from "./threads";

const comments = (id: string) =>
  queryOptions({ queryKey: ["comments", id], queryFn: () => read<CommentList>(`/workflows/${id}/comments`) });
const people = (id: string) =>
  queryOptions({ queryKey: ["people", id], queryFn: () => read<ColleagueList>(`/workflows/${id}/people`) });
const me = queryOptions({ queryKey: ["me"], queryFn: () => read<Me>("/me"), staleTime: Number.POSITIVE_INFINITY });

const NONE: Thread[] = [];

export function useThreads() {
  const id = useEditor((state) => state.client.id);
  const { data, error, isPending } = useQuery(comments(id));
  const threads = useMemo(() => (data ? threadsOf(data) : NONE), [data]);
  return { threads, names: data?.names ?? {}, error, isPending };
}

export const usePeople = () => useQuery(people(useEditor((state) => state.client.id))).data?.items ?? [];

export const useMe = () => useQuery(me).data;

/** Hears of comments as long as a workflow is open. */
export function useCommentNews(): void {
  const client = useEditor((state) => state.client);
  useEffect(
    () =>
      client.onNotice((notice) => {
        if (notice.kind === "told" && notice.what === "comment") again(client.id);
      }),
    [client],
  );
}

const again = (id: string) => void queries.invalidateQueries({ queryKey: ["comments", id] });

async function done<T>(id: string, work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    toast.error(error instanceof Error ? error.message : String(error));
    return undefined;
  } finally {
    again(id);
  }
}

interface New {
  body: string;
  mentions: string[];
  anchor?: Anchor;
  thread_id?: string;
}

export const acts = (id: string) => ({
  /** Says something; its id, or nothing when it was refused. */
  say: (said: New) => done(id, write<{ id: string }>("POST", `/workflows/${id}/comments`, said)),
  edit: (comment: string, body: string, mentions: string[]) =>
    done(id, write<{ id: string }>("PATCH", `/workflows/${id}/comments/${comment}`, { body, mentions })),
  settle: (thread: string, resolved: boolean) =>
    done(id, write("PATCH", `/workflows/${id}/comments/${thread}`, { resolved })),
  remove: (comment: string) => done(id, write("DELETE", `/workflows/${id}/comments/${comment}`)),
  seen: (comment: string) => done(id, write("PUT", `/workflows/${id}/comments/${comment}/read`)),
});

export const useCommentActs = () => {
  const id = useEditor((state) => state.client.id);
  return useMemo(() => acts(id), [id]);
};
