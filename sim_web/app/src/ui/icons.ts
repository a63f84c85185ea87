/** Icons by the names that block types and commands use. */

import {
  Bot,
  Clock,
  Code,
  Columns2,
  Gauge,
  Globe,
  type LucideIcon,
  Play,
  Plug,
  Repeat,
  Reply,
  Route,
  Split,
  StickyNote,
  UserCheck,
  Variable,
  Workflow,
} from "lucide-react";

const ICONS: Record<string, LucideIcon> = {
  bot: Bot,
  clock: Clock,
  code: Code,
  columns: Columns2,
  gauge: Gauge,
  globe: Globe,
  play: Play,
  plug: Plug,
  repeat: Repeat,
  reply: Reply,
  route: Route,
  split: Split,
  "sticky-note": StickyNote,
  "user-check": UserCheck,
  variable: Variable,
  workflow: Workflow,
};

export const iconOf = (name: string | undefined): LucideIcon | undefined => ICONS[name ?? ""];
