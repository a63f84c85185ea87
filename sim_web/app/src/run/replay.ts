/** What can be done with a run once it has ended. */

import { write } from "../api/client";
import type { Replay, RunResult } from "../api/schema";
import { attempt, once } from "../frame/actions";
import { go } from "../frame/route";

export const ENDED = ["finished", "failed", "cancelled"];

/** Run it once more, the same or with changes, as a run of its own. */
export const replay = once(async (id: string, changes: Replay = {}) => {
  const made = await attempt(write<RunResult>("POST", `/runs/${id}/replay`, { ...changes, async: true }));
  if (made) go(`/runs/${made.run_id}`);
});
