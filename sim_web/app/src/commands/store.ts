/** The commands that hold at this moment: those of the frame and those of the page that is open. */

import { create } from "zustand";
import type { Ready } from "./command";

type Source = () => readonly Ready[];

interface Commands {
  sources: Readonly<Record<string, Source>>;
  /** Whether the palette is open. */
  open: boolean;
  offer: (source: string, commands: Source) => void;
  withdraw: (source: string) => void;
  setOpen: (open: boolean) => void;
}

export const useCommands = create<Commands>((set) => ({
  sources: {},
  open: false,
  offer: (source, commands) => set((state) => ({ sources: { ...state.sources, [source]: commands } })),
  withdraw: (source) =>
    set((state) => {
      const { [source]: _, ...sources } = state.sources;
      return { sources };
    }),
  setOpen: (open) => set({ open }),
}));

export const offered = (sources: Commands["sources"]): Ready[] => Object.values(sources).flatMap((each) => each());
