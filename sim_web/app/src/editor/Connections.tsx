import { GripVertical } from "lucide-react";
import { toast } from "sonner";
import type { Source } from "../model/offers";
import { TypeIcon } from "../ui/TypeIcon";

/** What this block can refer to, to be dragged into its fields. */
export function Connections({ offered }: { offered: Source[] }) {
  if (!offered.length) return null;
  return (
    <section className="grid grid-cols-1 gap-1">
      <h3 className="text-xs font-semibold text-soft">Values to use: type &lt; in a field, or drag one in</h3>
      {offered.map((source) => (
        <SourceRow key={source.id} source={source} />
      ))}
    </section>
  );
}

function SourceRow({ source }: { source: Source }) {
  return (
    <details className="rounded-md border border-line">
      <summary className="flex cursor-pointer list-none items-center gap-2 px-2 py-1.5">
        <TypeIcon title={source.name} color={source.type?.color} icon={source.type?.icon ?? "variable"} size={18} />
        <span className="min-w-0 flex-1 truncate">{source.name}</span>
        <span className="text-xs text-soft">{source.offers.length}</span>
      </summary>
      <ul className="max-h-56 overflow-auto border-t border-line p-1">
        {source.offers.map((offer) => (
          <li key={offer.path}>
            <button
              type="button"
              draggable
              title={offer.doc}
              onDragStart={(event) => event.dataTransfer.setData("text/plain", `<${offer.path}>`)}
              onClick={() =>
                void navigator.clipboard?.writeText(`<${offer.path}>`).then(() => toast(`Copied <${offer.path}>`))
              }
              className="flex w-full items-center gap-1 rounded-sm px-1 py-0.5 text-left font-mono text-sm hover:bg-hover"
            >
              <GripVertical size={12} className="shrink-0 text-soft" aria-hidden />
              <span className="min-w-0 flex-1 truncate">{offer.path}</span>
              <span className="text-xs text-soft">{offer.type}</span>
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}
