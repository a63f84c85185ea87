import type { Span } from "../api/schema";
import { lasted } from "../ui/when";
import { rowsOf } from "./spans";

interface Props {
  root: Span;
  chosen?: string;
  onChoose: (span: Span) => void;
}

const TONES: Record<string, string> = {
  failed: "bg-bad",
  handled: "bg-busy",
  running: "bg-busy",
  paused: "bg-accent",
  cancelled: "bg-strong",
};

/** The steps of a run, one bar each. */
export function Waterfall({ root, chosen, onChoose }: Props) {
  const { rows, whole } = rowsOf(root);
  return (
    <ol className="grid py-2">
      {rows.map(({ span, depth, from }) => (
        <li key={`${span.id}:${span.order}:${JSON.stringify(span.path)}`}>
          <button
            type="button"
            onClick={() => onChoose(span)}
            aria-pressed={span.id === chosen}
            className="grid w-full grid-cols-[minmax(140px,260px)_1fr_72px] items-center gap-3 px-4 py-1 text-left hover:bg-hover aria-pressed:bg-wash"
          >
            <span className="truncate" style={{ paddingLeft: depth * 14 }}>
              {span.name}
            </span>
            <span className="relative h-2 rounded-sm bg-hover">
              <span
                className={`absolute inset-y-0 rounded-sm ${TONES[span.status ?? ""] ?? "bg-good"}`}
                style={{ left: `${(from / whole) * 100}%`, width: `max(2px, ${((span.ms ?? 0) / whole) * 100}%)` }}
              />
            </span>
            <span className="text-right text-sm text-soft tabular-nums">{lasted(span.ms)}</span>
          </button>
        </li>
      ))}
    </ol>
  );
}
