/** Times and durations as people say them. */

export function ago(at: string | null | undefined): string {
  if (!at) return "";
  const seconds = (Date.now() - Date.parse(at)) / 1000;
  if (seconds < 45) return "just now";
  if (seconds < 3600) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.round(seconds / 3600)} h ago`;
  return day(at);
}

/** A day in full. */
export const day = (at: string) => new Date(at).toLocaleDateString(undefined, { dateStyle: "medium" });
/** A time of today, or the day with it. */
export const clock = (at: string) =>
  new Date(at).toDateString() === new Date().toDateString()
    ? new Date(at).toLocaleTimeString(undefined, { timeStyle: "short" })
    : moment(at);
/** A day and a time. */
export const moment = (at: string | null | undefined) =>
  at ? new Date(at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" }) : "";

export function lasted(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return "";
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

export const cost = (usd: number | undefined) => (usd ? `$${usd < 0.01 ? usd.toFixed(5) : usd.toFixed(3)}` : "");
