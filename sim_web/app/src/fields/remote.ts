/** Options that a service brings; asked for again when what they depend on changes. */

import { queryOptions } from "@tanstack/react-query";
import { write } from "../api/client";
import { type FormField, type Option, PATHS } from "../api/schema";

/** Where the API has no door to them the field is typed into. */
export function remoteOptions(field: FormField, values: Readonly<Record<string, unknown>>) {
  const about = Object.fromEntries(
    ["credential", ...(field.depends_on ?? [])].map((name) => [name, values[name] ?? null]),
  );
  return queryOptions({
    queryKey: ["options", field.options_tool, about],
    enabled: Boolean(field.options_tool) && PATHS.includes("/api/v1/tools/{tool}/options"),
    retry: false,
    staleTime: 60_000,
    queryFn: async (): Promise<Option[] | undefined> => {
      const found = await write<{ items?: Option[] }>("POST", `/tools/${field.options_tool}/options`, {
        inputs: about,
      }).catch(() => null);
      return found?.items ?? [];
    },
  });
}
