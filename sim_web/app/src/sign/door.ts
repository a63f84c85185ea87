/** Coming in: what happens after each answer of the door. */

import { queryOptions } from "@tanstack/react-query";
import { read, write } from "../api/client";
import { queries } from "../api/queries";
import type { AuthFacts, Me, SignedIn, WorkflowPage } from "../api/schema";
import { isLost, keep, keepApp, recall } from "../data/offline";
import { forgetPerson, settle, unsent } from "../data/parting";
import { asking } from "../frame/asked";
import { anew, go } from "../frame/route";
import { isOver, session, useSession } from "../session";

export const authFacts = queryOptions({ queryKey: ["auth"], queryFn: () => read<AuthFacts>("/auth"), staleTime: 0 });

/** Ask who is here, and go where they are to begin; without an answer the server is lost, with a refusal one is out. */
export async function arrive({ workspace, to }: { workspace?: string; to?: string } = {}) {
  try {
    const me = await read<Me>("/me");
    if (to) queries.clear();
    session.enter(me, workspace);
    // within the same moment: no page is drawn that one is led away from
    if (to) go(to, { replace: true });
    settle();
    keepApp();
    void keep("me", me);
  } catch (error) {
    if (to) throw error;
    const kept = isLost(error) ? await recall<Me>("me").catch(() => undefined) : undefined;
    if (kept) session.enter(kept, workspace);
    else if (!isOver(useSession.getState().phase)) useSession.setState({ phase: "lost" });
  }
}

/** Where one wanted to go before the door was in the way: an address of this app, and of no other. */
export function wanted(search: string): string {
  const to = new URLSearchParams(search).get("to") ?? "";
  return /^\/(?![/\\])/.test(to) ? to : "";
}

const OPEN = /^\/(sign-in|sign-up|reset|connect|invite)?\/?$/;

/** Go in: to the sample of a new workspace, to where one wanted to go, or to the workflows. */
export async function enter(reply: SignedIn) {
  const to = wanted(location.search) || (OPEN.test(location.pathname) ? "" : location.pathname + location.search);
  const workspace = reply.workspace_id || undefined;
  await arrive({ workspace, to: to || (workspace ? await newest(workspace) : "/workflows") });
}

async function newest(workspace: string) {
  const asked = read<WorkflowPage>("/workflows?limit=1", { "X-Workspace-Id": workspace });
  const found = (await asked.catch(() => undefined))?.items[0];
  return found ? `/workflows/${found.id}` : "/workflows";
}

/** Sign out; whoever has changes that the server lacks is asked what becomes of them. */
export async function leave({ everywhere = false } = {}) {
  const count = await unsent();
  if (!count) return depart({ everywhere });
  const words = count === 1 ? "1 change is" : `${count} changes are`;
  asking.yes({
    title: "Sign out with unsent changes?",
    about: `${words} not at the server yet. Kept, they stay in this browser and are sent when you sign in here again.`,
    verb: "Discard them",
    perform: () => depart({ everywhere }),
    or: { verb: "Keep them", perform: () => depart({ everywhere, keep: true }) },
  });
}

/** Sign out, whatever waits. */
export async function depart({ everywhere = false, ...where }: { everywhere?: boolean } & Parting = {}) {
  if (!session.key()) await write("POST", everywhere ? "/auth/sign-out/everywhere" : "/auth/sign-out");
  await vacate(where);
}

interface Parting {
  /** Leave the unsent changes where they are. */
  keep?: boolean;
  to?: string;
}

/** Leave nothing of whoever is out by now; what this tab holds of them goes with the page. */
export async function vacate({ keep = false, to = "/sign-in" }: Parting = {}) {
  const person = session.person();
  session.close("", "leaving");
  await forgetPerson(person, { keep });
  await anew(to);
}

const TITLES: Record<string, string> = { google: "Google", github: "GitHub", microsoft: "Microsoft", oidc: "SSO" };
export const providerTitle = (id: string) => TITLES[id] ?? id.replace(/^\w/, (letter) => letter.toUpperCase());

export const isEmail = (text: string) =>
  /^[^\s@]+@[^\s@]+\.[^\s@]+$|^[^\s@]+@localhost$/.test(text) ? undefined : "This is not an address: name@example.com.";
export const isLong = (text: string) => (text.length < 10 ? "A password has 10 to 256 characters." : undefined);
