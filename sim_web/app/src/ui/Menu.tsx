import type { LucideIcon } from "lucide-react";
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
export type MenuEntries = (MenuEntry | "line")[];

type Parts = Pick<typeof DropdownMenu, "Item" | "Separator">;

const rows = (entries: MenuEntries, Part: Parts) =>
  entries.map((entry, at) =>
    entry === "line" ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: lines have no name of their own
      <Part.Separator key={at} className="my-1 h-px bg-line" />
    ) : (
      <Part.Item
        key={entry.label}
        className={`menu-item ${entry.danger ? "text-bad" : ""}`}
        disabled={entry.disabled}
        onSelect={entry.perform}
      >
        {entry.icon ? <entry.icon size={14} aria-hidden /> : <span className="w-3.5" />}
        <span className="flex-1">{entry.label}</span>
        {entry.key ? <Keys keys={entry.key} /> : null}
      </Part.Item>
    ),
  );

export function Menu({ entries, children }: { entries: MenuEntries; children: ReactNode }) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{children}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="start" sideOffset={4}>
          {rows(entries, DropdownMenu)}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

export function RightClick({
  entries,
  children,
  onOpen,
}: {
  entries: MenuEntries;
  children: ReactNode;
  onOpen?: (open: boolean) => void;
}) {
  return (
    <ContextMenu.Root modal={false} onOpenChange={onOpen}>
      <ContextMenu.Trigger asChild>{children}</ContextMenu.Trigger>
      <ContextMenu.Portal>
        <ContextMenu.Content className="menu">{rows(entries, ContextMenu as unknown as Parts)}</ContextMenu.Content>
      </ContextMenu.Portal>
    </ContextMenu.Root>
  );
}
