/** Which of a workflow's runs is shown without anybody having asked for it. */

import type { RunEntry } from "../api/schema";

const UNDER_WAY = ["running", "pending", "paused"];

/** The run of this tab, if it goes on; else the newest of the draft, if that one does. */
export function runToShow(items: readonly RunEntry[], own: string): RunEntry | undefined {
  const drafts = items.filter((one) => !one.version && !one.parent_id);
  const goesOn = (one: RunEntry | undefined) => (one && UNDER_WAY.includes(one.status) ? one : undefined);
  return goesOn(drafts.find((one) => one.id === own)) ?? goesOn(drafts[0]);
}
