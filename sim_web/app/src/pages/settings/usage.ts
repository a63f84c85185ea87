/** What runs come to, as the page of usage asks for it and says it. */

import { useQuery } from "@tanstack/react-query";
import { read } from "../../api/client";
import type { UsageList as Told, Used } from "../../api/schema";

const DAY = 86_400_000;
export const BY = ["workflow", "model", "person"] as const;
export type By = (typeof BY)[number];
export const TITLES: Record<By, string> = { workflow: "Workflow", model: "Model", person: "Person" };
export const NAMELESS: Record<By, string> = {
  workflow: "A deleted workflow",
  model: "Not told",
  person: "Nobody: by itself",
};
export const usd = new Intl.NumberFormat("en", { style: "currency", currency: "USD", maximumFractionDigits: 4 });
export const count = new Intl.NumberFormat("en");

/** The day on which a stretch of days begins, so that asking again within it is asking the same. */
const sinceOf = (days: number) => new Date(Math.floor(Date.now() / DAY) * DAY - (days - 1) * DAY).toISOString();
export const pathOf = (by: string, days: number) => `/usage?${new URLSearchParams({ by, since: sinceOf(days) })}`;

export function useUsage(by: string, days: number) {
  return useQuery({
    queryKey: ["usage", by, days],
    queryFn: () => read<Told>(pathOf(by, days)),
    placeholderData: (before: Told | undefined) => before,
  });
}

/** Every day of a stretch, those without a run too. */
export function filled(rows: readonly Used[], days: number) {
  const known = new Map(rows.map((one) => [one.key, one]));
  const first = Date.parse(sinceOf(days));
  return Array.from({ length: days }, (_, at) => {
    const key = new Date(first + at * DAY).toISOString().slice(0, 10);
    return { key, one: known.get(key) };
  });
}
