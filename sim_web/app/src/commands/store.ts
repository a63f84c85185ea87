/** The commands that hold at this moment: those of the frame and those of the page that is open. */

import type { LucideIcon } from "lucide-react";
import { create } from "zustand";

export interface Ready {
  name: string;
  label: string;
  group: string;
  icon?: LucideIcon;
  key?: string;
  words?: string;
  run: () => void;
}

interface Commands {
  sources: Record<string, Ready[]>;
  open: boolean;
  /** What the palette is opened for, when not for everything. */
  offer: (source: string, commands: Ready[]) => void;
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
