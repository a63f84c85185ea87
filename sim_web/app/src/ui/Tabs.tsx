import { Tabs as Radix } from "radix-ui";
import type { ReactNode } from "react";

export interface Tab {
  name: string;
  label: ReactNode;
  content: ReactNode;
}

/** Parts of which one is shown at a time. */
export function Tabs({ label, tabs, first }: { label: string; tabs: readonly Tab[]; first?: string }) {
  return (
    <Radix.Root defaultValue={first ?? tabs[0]?.name} className="grid grid-cols-1 gap-3">
      <Radix.List aria-label={label} className="flex gap-4 border-b border-line">
        {tabs.map((one) => (
          <Radix.Trigger
            key={one.name}
            value={one.name}
            className="-mb-px border-b-2 border-transparent px-0.5 py-1.5 text-soft hover:text-text data-[state=active]:border-accent data-[state=active]:font-medium data-[state=active]:text-text"
          >
            {one.label}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map((one) => (
        <Radix.Content key={one.name} value={one.name} className="min-w-0 outline-none">
          {one.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
