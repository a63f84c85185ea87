/** Going over from one workspace to another: everything that is shown belongs to one. */

import { queries } from "../api/queries";
import { session, useSession } from "../session";
import { go } from "./route";

/** What is cached of the workspace that was open is not of the next one. */
const KEPT = ["workspaces", "organizations", "auth", "address"];

/** Have another workspace open, and stay at the address one is at. */
export function switchWorkspace(id: string) {
  if (id === useSession.getState().workspace) return;
  session.choose(id);
  // what is on its way for the workspace before is given up, and what is shown is asked for anew
  void queries.resetQueries({ predicate: (query) => !KEPT.includes(String(query.queryKey[0])) });
}

export function enterWorkspace(id: string) {
  if (id === useSession.getState().workspace) return;
  switchWorkspace(id);
  go("/workflows");
}
