/** The talks of this tab, one for each workflow; they outlive the panel but not the tab. */

import { create } from "zustand";
import { newId } from "../data/ids";

export interface Said {
  id: string;
  who: "you" | "workflow";
  text: string;
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

const fresh = (): Talk => ({ conversation: newId(), said: [], picked: [] });
const EMPTY = fresh();

export const useTalks = create<Talks>((set) => ({
  talks: {},
  set: (workflow, facts) =>
    set(({ talks }) => ({ talks: { ...talks, [workflow]: { ...(talks[workflow] ?? fresh()), ...facts } } })),
  say: (workflow, said) =>
    set(({ talks }) => {
      const talk = talks[workflow] ?? fresh();
      return { talks: { ...talks, [workflow]: { ...talk, said: [...talk.said, { ...said, id: newId() }] } } };
    }),
}));

export const useTalk = (workflow: string): Talk => useTalks((state) => state.talks[workflow] ?? EMPTY);
