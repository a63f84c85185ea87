import { useState } from "react";
import type { IntegrationFacts, PluginEntry } from "../../api/schema";
import { TypeIcon } from "../../ui/TypeIcon";
import { Accounts } from "./Accounts";

/** An integration; opened, it tells its accounts and what it can do. */
export function Entry({ one, from }: { one: IntegrationFacts; from?: PluginEntry }) {
  const [open, setOpen] = useState(false);
  const origin = from ? `${from.package} ${from.version}` : "";
  return (
    <details
      className="group rounded-lg border border-line bg-card"
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary className="flex cursor-pointer list-none items-start gap-3 rounded-lg p-4 hover:bg-hover group-open:rounded-b-none">
        <TypeIcon title={one.title} color={one.color} size={32} />
        <span className="min-w-0 flex-1">
          <span className="block font-semibold">{one.title}</span>
          <span className="line-clamp-2 min-h-10 text-soft">{one.doc}</span>
          <span className="mt-1 block truncate text-xs text-soft">
            {one.tools?.length ?? 0} operations{origin ? ` · ${origin}` : ""}
          </span>
        </span>
      </summary>
      {open ? (
        <div className="border-t border-line">
          {one.auth?.length ? <Accounts one={one} /> : null}
          <h3 className="px-4 pt-3 pb-1 text-xs font-semibold text-soft">Operations</h3>
          <ul className="max-h-72 overflow-auto px-2 pb-2">
            {one.tools?.map((tool) => (
              <li key={tool.id} className="rounded-md px-2 py-1">
                <span className="font-medium">{tool.title}</span> <span className="text-soft">{tool.doc}</span>
              </li>
            ))}
          </ul>
        </div>
      ) : null}
    </details>
  );
}
