/** The talks of this tab, one for each workflow; they outlive a reload, but neither the tab nor the session. */

import { create } from "zustand";
import { createJSONStorage, persist } from "zustand/middleware";
import { newId } from "../data/ids";
import type { PickedFile } from "../run/picked";
import { isOver, TALKS, useSession } from "../session";

export interface Said {
  id: string;
  who: "you" | "workflow";
  text: string;
  /** What went with a message; without their contents once the tab was loaded anew. */
  files?: readonly Partial<PickedFile>[];
  /** Why there is no answer. */
  error?: string;
}

export interface Talk {
  conversation: string;
  said: readonly Said[];
  /** Outputs to show, as references without their brackets; none is the result of the whole. */
  picked: readonly string[];
}

interface Talks {
  talks: Readonly<Record<string, Talk>>;
  set: (workflow: string, facts: Partial<Talk>) => void;
  say: (workflow: string, said: Omit<Said, "id">) => void;
}

/** Messages of a talk that are kept. */
const MOST = 200;

/** A talk too long to be kept goes on all the same. */
const kept = {
  getItem: (name: string) => sessionStorage.getItem(name),
  removeItem: (name: string) => sessionStorage.removeItem(name),
  setItem: (name: string, value: string) => {
    try {
      sessionStorage.setItem(name, value);
    } catch {
      sessionStorage.removeItem(name);
    }
  },
};

const fresh = (): Talk => ({ conversation: newId(), said: [], picked: [] });
const EMPTY = fresh();

export const useTalks = create<Talks>()(
  persist(
    (set) => ({
      talks: {},
      set: (workflow, facts) =>
        set(({ talks }) => ({ talks: { ...talks, [workflow]: { ...(talks[workflow] ?? fresh()), ...facts } } })),
      say: (workflow, said) =>
        set(({ talks }) => {
          const talk = talks[workflow] ?? fresh();
          const now = [...talk.said, { ...said, id: newId() }].slice(-MOST);
          return { talks: { ...talks, [workflow]: { ...talk, said: now } } };
        }),
    }),
    {
      name: TALKS,
      storage: createJSONStorage(() => kept, {
        replacer: (key, value) => (key === "base64" ? undefined : value),
      }),
    },
  ),
);

useSession.subscribe(({ phase }) => {
  if (isOver(phase)) useTalks.setState({ talks: {} });
});

export const useTalk = (workflow: string): Talk => useTalks((state) => state.talks[workflow] ?? EMPTY);
