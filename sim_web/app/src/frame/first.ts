/** The first steps of somebody who just signed up: which are left, in this browser. */

import { create } from "zustand";
import "../ui/storage";

export const STEPS = ["run", "look", "add", "search"] as const;
export type Step = (typeof STEPS)[number];

const KEY = "sim.first";
const kept = (): Step[] => STEPS.filter((one) => (localStorage.getItem(KEY) ?? "").split(",").includes(one));

export const useFirst = create<{ left: readonly Step[] }>(() => ({ left: kept() }));

function leave(left: readonly Step[]) {
  if (left.length) localStorage.setItem(KEY, left.join());
  else localStorage.removeItem(KEY);
  useFirst.setState({ left });
}

export const first = {
  /** Somebody is new here. */
  begin: () => leave(STEPS),
  done(step: Step) {
    const { left } = useFirst.getState();
    if (left.includes(step)) leave(left.filter((one) => one !== step));
  },
  /** They want no more of it, for good. */
  dismiss: () => leave([]),
};
