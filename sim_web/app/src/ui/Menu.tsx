import { ChevronRight, type LucideIcon } from "lucide-react";
import { ContextMenu, DropdownMenu } from "radix-ui";
import type { ReactNode } from "react";
import { Keys } from "./Keys";

export interface MenuEntry {
  label: string;
  icon?: LucideIcon;
  key?: string;
  danger?: boolean;
  disabled?: boolean;
  perform: () => void;
}
/** Entries that open to the side. */
export interface Submenu {
  label: string;
  icon?: LucideIcon;
  entries: MenuEntries;
}
export type MenuEntries = (MenuEntry | Submenu | "line")[];

type Parts = Pick<typeof DropdownMenu, "Item" | "Separator" | "Sub" | "SubTrigger" | "SubContent" | "Portal">;

const Sign = ({ icon: Icon }: { icon?: LucideIcon }) =>
  Icon ? <Icon size={14} aria-hidden /> : <span className="w-3.5" />;

const rows = (entries: MenuEntries, Part: Parts): ReactNode[] =>
  entries.map((entry, at) =>
    entry === "line" ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: lines have no name of their own
      <Part.Separator key={at} className="my-1 h-px bg-line" />
    ) : "entries" in entry ? (
      <Part.Sub key={entry.label}>
        <Part.SubTrigger className="menu-item">
          <Sign icon={entry.icon} />
          <span className="flex-1">{entry.label}</span>
          <ChevronRight size={14} className="text-soft" aria-hidden />
        </Part.SubTrigger>
        <Part.Portal>
          <Part.SubContent className="menu" sideOffset={2} alignOffset={-4}>
            {rows(entry.entries, Part)}
          </Part.SubContent>
        </Part.Portal>
      </Part.Sub>
    ) : (
      <Part.Item
        key={entry.label}
        className={`menu-item ${entry.danger ? "text-bad" : ""}`}
        disabled={entry.disabled}
        onSelect={entry.perform}
      >
        <Sign icon={entry.icon} />
        <span className="flex-1">{entry.label}</span>
        {entry.key ? <Keys keys={entry.key} /> : null}
      </Part.Item>
    ),
  );

/** A menu that closes gives focus back, some time later: not when what was chosen has put it somewhere by then. */
function leaveFocus(event: Event) {
  const now = document.activeElement;
  if (now && now !== document.body && !now.closest("[role=menu]")) event.preventDefault();
}

interface MenuProps {
  entries: MenuEntries | (() => MenuEntries);
  align?: "start" | "end";
  children: ReactNode;
}

export function Menu({ entries, align = "start", children }: MenuProps) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{children}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align={align} sideOffset={4} onCloseAutoFocus={leaveFocus}>
          <Rows entries={entries} part={DropdownMenu} />
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

interface RightClickProps {
  /** The entries, or where they are to be had when it opens. */
  entries: MenuEntries | (() => MenuEntries);
  children: ReactNode;
  onOpen?: (open: boolean) => void;
}

export function RightClick({ entries, children, onOpen }: RightClickProps) {
  return (
    <ContextMenu.Root modal={false} onOpenChange={onOpen}>
      <ContextMenu.Trigger asChild>{children}</ContextMenu.Trigger>
      <ContextMenu.Portal>
        <ContextMenu.Content className="menu" onCloseAutoFocus={leaveFocus}>
          <Rows entries={entries} part={ContextMenu as unknown as Parts} />
        </ContextMenu.Content>
      </ContextMenu.Portal>
    </ContextMenu.Root>
  );
}

/** Rendered while the menu is open only: what it holds then is what holds now. */
const Rows = ({ entries, part }: { entries: RightClickProps["entries"]; part: Parts }) =>
  rows(typeof entries === "function" ? entries() : entries, part);
