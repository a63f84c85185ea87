import { useQuery } from "@tanstack/react-query";
import { read } from "../../api/client";
import type { Figure, Figures } from "../../api/schema";
import { type Bar, Bars } from "../../ui/Bars";
import { cost, lasted } from "../../ui/when";
import { type Filter, sinceOf } from "./filter";
import { filled } from "./told";

const STRETCHES = 48;

/** What the runs come to: how many, how many failed, how long they took and what they cost. */
export function Charts({ filter }: { filter: Filter }) {
  const words = new URLSearchParams({ since: sinceOf(filter.time || "week"), stretches: String(STRETCHES) });
  if (filter.workflow) words.set("workflow_id", filter.workflow);
  if (filter.trigger) words.set("trigger", filter.trigger);
  const told = useQuery({
    queryKey: ["figures", filter.time, filter.workflow, filter.trigger],
    queryFn: () => read<Figures>(`/runs/figures?${words}`),
    refetchInterval: 15_000,
    placeholderData: (before: Figures | undefined) => before,
  });
  if (told.error) return null;
  const all = told.data ? filled(told.data, STRETCHES) : [];
  const sum = (of: (one: Figure) => number) => all.reduce((total, one) => total + of(one), 0);
  const bars = (of: (one: Figure) => number, bad?: (one: Figure) => number): Bar[] =>
    all.map((one) => ({ label: one.label, value: of(one), bad: bad?.(one) }));
  const known = (words: string) => (told.data ? words : "");
  const runs = sum((one) => one.runs);
  const failed = sum((one) => one.failed);
  const share = runs ? `${((failed / runs) * 100).toFixed(failed && failed * 10 < runs ? 1 : 0)} %` : "–";
  const slow = Math.max(0, ...all.map((one) => one.p95_ms ?? 0));
  const price = sum((one) => one.cost);
  return (
    <section aria-label="Runs over time" className="grid min-h-[102px] grid-cols-2 gap-3 lg:grid-cols-4">
      <Bars
        title="Runs"
        total={known(runs.toLocaleString())}
        bars={bars(
          (one) => one.runs,
          (one) => one.failed,
        )}
        say={String}
      />
      <Bars
        title="Failed"
        total={known(share)}
        bars={bars(
          (one) => one.failed,
          (one) => one.failed,
        )}
        say={String}
      />
      <Bars
        title="95 % took at most"
        total={known(slow ? lasted(slow) : "–")}
        bars={bars((one) => one.p95_ms ?? 0)}
        say={lasted}
      />
      <Bars
        title="Cost"
        total={known(cost(price) || "$0.00")}
        bars={bars((one) => one.cost)}
        say={(usd) => cost(usd) || "$0.00"}
      />
    </section>
  );
}
