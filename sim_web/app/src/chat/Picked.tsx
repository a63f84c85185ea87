import { ChevronDown } from "lucide-react";
import { Popover } from "radix-ui";
import { useMemo } from "react";
import { useEditor } from "../editor/store";
import { speakers } from "./reply";
import type { Talk } from "./store";

/** Which outputs the chat shows. */
export function Picked({ talk, onChange }: { talk: Talk; onChange: (picked: string[]) => void }) {
  const doc = useEditor((state) => state.doc);
  const types = useEditor((state) => state.types);
  const all = useMemo(() => speakers(doc, types), [doc, types]);
  const { picked } = talk;
  const flip = (path: string) =>
    onChange(picked.includes(path) ? picked.filter((one) => one !== path) : [...picked, path]);
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <button
          type="button"
          className="flex min-w-0 flex-1 items-center gap-1 rounded-md px-1 py-1 text-left text-sm hover:bg-hover"
        >
          <span className="text-soft">Shows</span>
          <span className="min-w-0 truncate font-mono">{picked.join(", ") || "the result"}</span>
          <ChevronDown size={13} className="shrink-0 text-soft" aria-hidden />
        </button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="menu max-h-80 w-72 overflow-auto p-2" align="start" sideOffset={4}>
          <p className="px-1 pb-2 text-sm text-soft">Outputs to show; without any, the result of the whole.</p>
          {all.map((source) => (
            <fieldset key={source.id} className="grid gap-0.5 pb-2">
              <legend className="px-1 text-sm font-medium">{source.name}</legend>
              {source.offers.map((offer) => (
                <label key={offer.path} className="flex items-center gap-2 rounded-sm px-1 hover:bg-hover">
                  <input
                    type="checkbox"
                    className="accent-(--accent)"
                    checked={picked.includes(offer.path)}
                    onChange={() => flip(offer.path)}
                  />
                  <span className="min-w-0 flex-1 truncate font-mono text-sm">{offer.path}</span>
                  <span className="text-xs text-soft">{offer.type}</span>
                </label>
              ))}
            </fieldset>
          ))}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
