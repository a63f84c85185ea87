/** What the others show of themselves, as components want to know it: only what concerns them, and only when it changes. */

import { useShallow } from "zustand/react/shallow";
import { type Editor, useEditor } from "../editor/store";
import type { Peer } from "../realtime/types";

type Peers = readonly Peer[];
export interface Somebody {
  sid: string;
  user_id: string;
  name: string;
}

/** Each person once, whatever number of tabs they have open. */
export const persons = (peers: Peers): Peer[] => [...new Map(peers.map((one) => [one.user_id, one])).values()];

/** Strings are compared by value, so that a cursor that moves redraws nothing but cursors. */
const flat = (peers: Peers): string[] => peers.flatMap(({ sid, user_id, name }) => [sid, user_id, name]);
const whole = (facts: string[]): Somebody[] => {
  const found: Somebody[] = [];
  for (let at = 0; at < facts.length; at += 3) {
    found.push({ sid: facts[at] ?? "", user_id: facts[at + 1] ?? "", name: facts[at + 2] ?? "" });
  }
  return found;
};

const useSome = (select: (state: Editor) => Peers) => whole(useEditor(useShallow((state) => flat(select(state)))));

/** Who is in a field of a block. */
export const useInField = (block: string, field: string) =>
  useSome(({ peers }) =>
    persons(peers.filter((one) => one.editing?.block_id === block && one.editing.field === field)),
  );

/** Who has chosen a block, or edits it. */
export const useAtBlock = (block: string) =>
  useSome(({ peers }) =>
    persons(peers.filter((one) => one.selection?.includes(block) || one.editing?.block_id === block)),
  );

export const usePersons = () => useSome(({ peers }) => persons(peers));
