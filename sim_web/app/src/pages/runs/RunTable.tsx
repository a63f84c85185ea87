import { memo, useEffect, useRef } from "react";
import type { RunEntry } from "../../api/schema";
import { Link } from "../../frame/Link";
import { StatusDot } from "../../ui/States";
import { useWindowed } from "../../ui/useWindowed";
import { ago, cost, lasted, moment } from "../../ui/when";
import { triggerWord } from "../../ui/words";

const ROW = 44;
const COLUMNS = [
  ["Status", "w-32"],
  ["Workflow", ""],
  ["Trigger", "w-32 max-md:hidden"],
  ["Started", "w-32 max-md:w-28"],
  ["Took", "w-24 text-right max-sm:hidden"],
  ["Tokens", "w-24 text-right max-md:hidden"],
  ["Cost", "w-24 text-right max-md:hidden"],
] as const;

interface Props {
  items: RunEntry[];
  names: Map<string, string>;
  onEnd: () => void;
}

/** Runs by the thousands: only the rows that are seen are drawn, and the end asks for more. */
export function RunTable({ items, names, onEnd }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const { from, to, above, below } = useWindowed(box, ROW, items.length);
  useEffect(() => {
    if (to >= items.length) onEnd();
  }, [to, items.length, onEnd]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls has to be reached by the keyboard
    <section ref={box} tabIndex={0} aria-label="List of runs" className="h-full overflow-auto">
      <table className="w-full table-fixed text-left" aria-rowcount={items.length + 1}>
        <thead className="sticky top-0 z-10 bg-card text-xs text-soft">
          <tr className="h-9 shadow-[inset_0_-1px_0_var(--line)]">
            {COLUMNS.map(([name, shape]) => (
              <th key={name} scope="col" className={`px-4 font-medium ${shape}`}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {above ? <tr aria-hidden style={{ height: above }} /> : null}
          {items.slice(from, to).map((one, at) => (
            <Row key={one.id} one={one} at={from + at + 2} name={names.get(one.workflow_id)} />
          ))}
          {below ? <tr aria-hidden style={{ height: below }} /> : null}
        </tbody>
      </table>
    </section>
  );
}

/** Drawn once, however far the table is scrolled. */
const Row = memo(function Row({ one, at, name }: { one: RunEntry; at: number; name?: string }) {
  const tokens = (one.tokens_input ?? 0) + (one.tokens_output ?? 0);
  const soft = "px-4 truncate text-soft tabular-nums";
  return (
    <tr aria-rowindex={at} style={{ height: ROW }} className="border-b border-line hover:bg-hover">
      <td className="px-4">
        <StatusDot status={one.status} />
      </td>
      <td className="px-4">
        <Link
          href={`/runs/${one.id}`}
          className="block truncate leading-[18px] font-medium underline-offset-4 hover:underline"
        >
          {name ?? "A deleted workflow"}
        </Link>
        {one.error ? <span className="block truncate text-xs text-bad">{one.error.message}</span> : null}
      </td>
      <td className={`${soft} max-md:hidden`}>{triggerWord(one.trigger)}</td>
      <td className={soft} title={moment(one.started_at ?? one.created_at)}>
        {ago(one.started_at ?? one.created_at)}
      </td>
      <td className={`${soft} text-right max-sm:hidden`}>{lasted(one.duration_ms)}</td>
      <td className={`${soft} text-right max-md:hidden`}>{tokens ? tokens.toLocaleString() : ""}</td>
      <td className={`${soft} text-right max-md:hidden`}>{cost(one.cost)}</td>
    </tr>
  );
});
