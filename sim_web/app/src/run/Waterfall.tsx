import { useMemo, useRef } from "react";
import type { Span } from "../api/schema";
import { useWindowed } from "../ui/useWindowed";
import { cost, lasted } from "../ui/when";
import { keyOf, rowsOf } from "./spans";

interface Props {
  root: Span;
  /** The key of the span that is shown. */
  chosen?: string;
  onChoose: (span: Span) => void;
}

const ROW = 28;
const TONES: Record<string, string> = {
  failed: "bg-bad",
  handled: "bg-busy",
  running: "bg-busy",
  paused: "bg-accent",
  cancelled: "bg-strong",
};

/** The steps of a run, one bar each; of thousands, only those that are seen are drawn. */
export function Waterfall({ root, chosen, onChoose }: Props) {
  const { rows, whole } = useMemo(() => rowsOf(root), [root]);
  const box = useRef<HTMLElement>(null);
  const { from, to, above, below } = useWindowed(box, ROW, rows.length);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls has to be reached by the keyboard
    <section ref={box} tabIndex={0} aria-label="Steps" className="my-2 max-h-[60vh] overflow-auto">
      <ol style={{ paddingTop: above, paddingBottom: below }}>
        {rows.slice(from, to).map(({ span, depth, from: begins }) => (
          <li key={keyOf(span)}>
            <button
              type="button"
              onClick={() => onChoose(span)}
              aria-pressed={keyOf(span) === chosen}
              title={`${span.name}: ${factsOf(span)}`}
              style={{ height: ROW }}
              className="grid w-full grid-cols-[minmax(100px,260px)_1fr_72px] items-center gap-3 px-4 text-left hover:bg-hover aria-pressed:bg-wash sm:grid-cols-[minmax(140px,260px)_1fr_72px_72px]"
            >
              <span className="truncate" style={{ paddingLeft: Math.min(depth * 14, 112) }}>
                {span.name}
              </span>
              <span className="relative h-2 rounded-sm bg-hover">
                <span
                  className={`absolute inset-y-0 rounded-sm ${TONES[span.status ?? ""] ?? "bg-good"}`}
                  style={{ left: `${(begins / whole) * 100}%`, width: `max(2px, ${((span.ms ?? 0) / whole) * 100}%)` }}
                />
              </span>
              <span className="truncate text-right text-sm text-soft tabular-nums max-sm:hidden">{aside(span)}</span>
              <span className="text-right text-sm text-soft tabular-nums">{lasted(span.ms)}</span>
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}

const tries = (span: Span) => ((span.tries ?? 1) > 1 ? `${span.tries} tries` : "");
const aside = (span: Span) => cost(span.cost?.total) || tries(span);
const factsOf = (span: Span) =>
  [span.status ?? "finished", lasted(span.ms), tries(span), cost(span.cost?.total)].filter(Boolean).join(", ");
