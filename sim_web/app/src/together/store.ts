/** What is open of all that people do together: comments, the history, and a comment that is being placed. */

import { create } from "zustand";
import type { Anchor } from "../api/schema";

export interface Together {
  aside: "" | "comments" | "history";
  /** The thread that is read. */
  thread: string | null;
  /** What a new thread is about, while its first words are written. */
  draft: Anchor | null;
  /** Whether the next click on the canvas says what a new thread is about. */
  placing: boolean;
}

const NOTHING: Together = { aside: "", thread: null, draft: null, placing: false };

export const useTogether = create<Together>(() => NOTHING);

export const together = {
  show: (aside: Together["aside"]) => useTogether.setState({ ...NOTHING, aside }),
  toggle: (aside: Together["aside"]) => together.show(useTogether.getState().aside === aside ? "" : aside),
  read: (thread: string | null) => useTogether.setState({ ...NOTHING, aside: "comments", thread }),
  /** Begin a thread: on a block, at a spot, or on the workflow as a whole. */
  write: (draft: Anchor) => useTogether.setState({ ...NOTHING, aside: "comments", draft }),
  place: () => useTogether.setState({ ...NOTHING, aside: "comments", placing: true }),
  reset: () => useTogether.setState(NOTHING),
};
