/** What runs are looked for: kept in the address, so that it can be sent to somebody. */

const DAY = 86_400_000;
export const TIMES = [
  { value: "hour", label: "Last hour", ms: DAY / 24 },
  { value: "day", label: "Last 24 hours", ms: DAY },
  { value: "week", label: "Last 7 days", ms: 7 * DAY },
  { value: "month", label: "Last 30 days", ms: 30 * DAY },
] as const;
export const STATUSES = ["running", "finished", "failed", "paused", "cancelled", "pending"];
export const TRIGGERS = ["api", "manual", "schedule", "webhook", "replay", "child"];

export interface Filter {
  status: string;
  workflow: string;
  trigger: string;
  time: string;
  text: string;
}

export const filterOf = (words: URLSearchParams): Filter => ({
  status: words.get("status") ?? "",
  workflow: words.get("workflow") ?? "",
  trigger: words.get("trigger") ?? "",
  time: words.get("time") ?? "",
  text: words.get("text") ?? "",
});

export const isNarrow = (filter: Filter) => Object.values(filter).some(Boolean);

const TICK = 60_000;
/** When a stretch of time began, to the minute, so that the same question is asked twice. */
export function sinceOf(time: string, now = Date.now()): string {
  const ms = TIMES.find((one) => one.value === time)?.ms;
  return ms ? new Date(Math.floor((now - ms) / TICK) * TICK).toISOString() : "";
}

/** The filter as the API takes it. */
export function queryOf(filter: Filter): Record<string, string> {
  const words = {
    status: filter.status,
    workflow_id: filter.workflow,
    trigger: filter.trigger,
    since: sinceOf(filter.time),
    text: filter.text.trim(),
  };
  return Object.fromEntries(Object.entries(words).filter(([, value]) => value));
}
