/** What can be done with a run once it has ended. */

import { write } from "../api/client";
import type { RunResult } from "../api/schema";
import { attempt } from "../frame/actions";
import { go } from "../frame/route";

export const ENDED = ["finished", "failed", "cancelled"];

/** Run it once more with the same input, whole or from a block, as a run of its own. */
export async function replay(id: string, from_block: string | null = null) {
  const made = await attempt(write<RunResult>("POST", `/runs/${id}/replay`, { async: true, from_block }));
  if (made) go(`/runs/${made.run_id}`);
}
