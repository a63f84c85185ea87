/** What can be done on every page. */

import {
  Activity,
  Files,
  FileUp,
  Keyboard,
  KeyRound,
  Link2,
  Moon,
  PanelLeft,
  Plug,
  Plus,
  Search,
  Sun,
  Workflow,
} from "lucide-react";
import type { Command } from "./command";

export interface FrameState {
  dark: boolean;
}

const page = (name: string, label: string, icon: Command["icon"], go: string): Command<FrameState> => ({
  name: `go.${name}`,
  label: `Go to ${label}`,
  group: "Go to",
  icon,
  perform: () => ({ go }),
});

export const FRAME: Command<FrameState>[] = [
  {
    name: "palette",
    label: "Search everything",
    group: "General",
    icon: Search,
    key: "Mod+K",
    perform: () => ({ show: "palette" }),
  },
  {
    name: "workflow.new",
    label: "New workflow",
    group: "Workflows",
    icon: Plus,
    words: "create add",
    perform: () => ({ act: "create" }),
  },
  {
    name: "workflow.import",
    label: "Import a workflow…",
    group: "Workflows",
    icon: FileUp,
    words: "upload yaml json sim",
    perform: () => ({ act: "import" }),
  },
  {
    name: "sidebar",
    label: "Fold or unfold the sidebar",
    group: "General",
    icon: PanelLeft,
    key: "Mod+B",
    perform: () => ({ act: "sidebar" }),
  },
  {
    name: "link",
    label: "Copy a link to this page",
    group: "General",
    icon: Link2,
    words: "share send address url",
    perform: () => ({ act: "link" }),
  },
  {
    name: "shortcuts",
    label: "Keyboard shortcuts",
    group: "General",
    icon: Keyboard,
    key: "?",
    perform: () => ({ show: "shortcuts" }),
  },
  {
    name: "theme.light",
    label: "Light appearance",
    group: "General",
    icon: Sun,
    words: "theme",
    when: (state) => state.dark,
    perform: () => ({ act: "theme", about: "light" }),
  },
  {
    name: "theme.dark",
    label: "Dark appearance",
    group: "General",
    icon: Moon,
    words: "theme",
    when: (state) => !state.dark,
    perform: () => ({ act: "theme", about: "dark" }),
  },
  page("workflows", "workflows", Workflow, "/workflows"),
  page("runs", "runs", Activity, "/runs"),
  page("files", "files", Files, "/files"),
  page("integrations", "integrations", Plug, "/integrations"),
  page("settings", "settings", KeyRound, "/settings"),
];
