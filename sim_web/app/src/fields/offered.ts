/** Options that a service brings for a field, page by page; the server asks the tool that the field names. */

import { infiniteQueryOptions, useInfiniteQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { write } from "../api/client";
import type { Choices, FormField, Offered } from "../api/schema";
import { fieldValue, isEmpty } from "../model/forms";
import { session, useSession } from "../session";

/** Of which form a field is: a block type's, or a tool's. */
export interface Asker {
  block?: string;
  tool?: string;
  values: Readonly<Record<string, unknown>>;
  /** Titles of what has to be chosen before a service can be asked. */
  first: readonly string[];
}

const MINUTE = 60_000;

function offeredOptions(field: FormField, asker: Asker, search: string, refreshes: { due: boolean }) {
  const names = ["operation", ...(field.depends_on ?? [])];
  const values = Object.fromEntries(names.map((name) => [name, asker.values[name] ?? null]));
  const credential = typeof asker.values.credential === "string" ? asker.values.credential : "";
  const { workspace } = useSession.getState();
  const about = { block: asker.block ?? "", tool: asker.tool ?? "", field: field.name, values, credential, search };
  return infiniteQueryOptions({
    queryKey: ["options", workspace, session.person(), about],
    initialPageParam: "",
    staleTime: MINUTE,
    retry: false,
    queryFn: ({ pageParam }) => {
      const refresh = refreshes.due;
      if (!pageParam) refreshes.due = false;
      return write<Choices>("POST", `/workspaces/${workspace}/options`, { ...about, cursor: pageParam, refresh });
    },
    getNextPageParam: (last: Choices) => last.next_cursor ?? undefined,
  });
}

/** What a field's options are asked with and nobody has filled in yet, by title. */
export const lackingFor = (field: FormField, form: readonly FormField[], values: Asker["values"]) =>
  form
    .filter((one) => one.required && field.depends_on?.includes(one.name) && isEmpty(fieldValue(one, values)))
    .map((one) => one.title);

/** What can be chosen for a field now; it is asked for once a list is open, or to call what is chosen by its name. */
export function useOffered(field: FormField, asker: Asker, search: string, wanted: boolean) {
  const refreshes = useRef({ due: false });
  const found = useInfiniteQuery({
    ...offeredOptions(field, asker, search, refreshes.current),
    enabled: wanted && !asker.first.length,
  });
  const items = new Map<string, Offered>();
  for (const page of found.data?.pages ?? []) for (const one of page.items) items.set(String(one.value), one);
  return {
    items: [...items.values()],
    whole: found.isSuccess && !found.hasNextPage && !search,
    isAsking: found.isFetching,
    error: found.error,
    more: found.hasNextPage ? () => void found.fetchNextPage() : undefined,
    again: () => {
      refreshes.current.due = true;
      void found.refetch();
    },
  };
}
