/** Who this tab is: the one place that knows how a request is signed, and in which workspace it is. */

import "./ui/storage";
import { create } from "zustand";
import type { Me } from "./api/schema";

const KEY = "sim.key";
const SIGNED = "sim.signed";
const EXPECTED = "expected";
const WORKSPACE = "sim.workspace";
/** What was said in test chats: nobody who signs in after is to read it. */
export const TALKS = "sim.talks";

export interface SessionState {
  phase: "asking" | "out" | "in" | "lost" | "leaving";
  me?: Me;
  workspace: string;
  /** Why one is out again, in words. */
  why: string;
}

const recall = (name: string) => sessionStorage.getItem(name) ?? localStorage.getItem(name) ?? "";

/** The workspace of this tab among those that there are: the last one, or the first. */
export const placed = (me: Me, last: string) => (last in me.workspaces ? last : (Object.keys(me.workspaces)[0] ?? ""));

export const useSession = create<SessionState>(() => ({
  phase: sessionStorage.getItem(KEY) || localStorage.getItem(SIGNED) ? "asking" : "out",
  workspace: recall(WORKSPACE),
  why: "",
}));

/** Nobody is in. */
export const isOver = (phase: SessionState["phase"]) => phase === "out" || phase === "leaving";

export const session = {
  key: () => sessionStorage.getItem(KEY) ?? "",
  headers(): Record<string, string> {
    const { workspace } = useSession.getState();
    const headers: Record<string, string> = session.key() ? { "X-API-Key": session.key() } : {};
    return workspace ? { ...headers, "X-Workspace-Id": workspace } : headers;
  },
  /** Whose browser this is, as far as it knows: without a network nobody can be asked. */
  person: () => useSession.getState().me?.id ?? (session.key() ? "" : (localStorage.getItem(SIGNED) ?? "")),
  /** Somebody is in. */
  enter(me: Me, workspace = useSession.getState().workspace) {
    if (!session.key()) localStorage.setItem(SIGNED, me.id);
    useSession.setState({ phase: "in", me, workspace: placed(me, workspace), why: "" });
    session.keepWorkspace();
  },
  /** Come in by an API key: the door of developers. */
  withKey: (key: string) => sessionStorage.setItem(KEY, key),
  /** A browser that goes to another provider to sign in may come back with a session. */
  expect: () => localStorage.setItem(SIGNED, EXPECTED),
  /** Nobody is in any more; who is leaving sees no door before the page that follows is there. */
  close(why = "", phase: "out" | "leaving" = "out") {
    if (isOver(useSession.getState().phase)) return;
    const was = localStorage.getItem(SIGNED) !== EXPECTED;
    sessionStorage.removeItem(KEY);
    sessionStorage.removeItem(TALKS);
    localStorage.removeItem(SIGNED);
    useSession.setState({ phase, me: undefined, why: was ? why : "" });
  },
  choose(workspace: string) {
    useSession.setState({ workspace });
    session.keepWorkspace();
  },
  keepWorkspace() {
    const { workspace } = useSession.getState();
    sessionStorage.setItem(WORKSPACE, workspace);
    localStorage.setItem(WORKSPACE, workspace);
  },
};

/** What another tab says: whoever signs out or in there does so here as well. */
addEventListener("storage", (event) => {
  if (event.key !== SIGNED || session.key()) return;
  const { phase, me } = useSession.getState();
  if (phase === "in" && event.newValue !== me?.id) location.reload();
  if (phase === "out" && event.newValue) location.reload();
});

export const useMe = () => useSession((state) => state.me);
/** What one may do in the workspace that is open. */
export const useRole = () => useSession((state) => state.me?.workspaces[state.workspace] ?? "read");
