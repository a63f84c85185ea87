import { useState } from "react";
import type { Used } from "../../api/schema";
import { Bars } from "../../ui/Bars";
import { Tabs } from "../../ui/Tabs";
import { Head } from "./Section";
import { Parts } from "./UsageParts";
import { BY, count, filled, TITLES, usd, useUsage } from "./usage";

const SPANS = [7, 30, 90, 365];

/** Who uses what: runs, tokens and cost by workflow, model, person and day. */
export function Usage() {
  const [days, setDays] = useState(30);
  const daily = useUsage("day", days);
  const shown = filled(daily.data?.items ?? [], days);
  const sum = (of: (one: Used) => number) => (daily.data?.items ?? []).reduce((all, one) => all + of(one), 0);
  const bars = (of: (one: Used) => number, bad?: (one: Used) => number) =>
    shown.map(({ key, one }) => ({ label: key, value: one ? of(one) : 0, bad: one && bad?.(one) }));
  const known = (words: string) => (daily.data ? words : "");
  const tokens = (one: Used) => one.tokens_input + one.tokens_output;
  return (
    <>
      <Head
        title="Usage"
        about={known(
          daily.data?.of === "you" ? "What the runs that you began come to." : "What everybody's runs come to.",
        )}
      >
        <select
          aria-label="How far back"
          className="control w-auto"
          value={days}
          onChange={(event) => setDays(Number(event.target.value))}
        >
          {SPANS.map((one) => (
            <option key={one} value={one}>
              Last {one} days
            </option>
          ))}
        </select>
      </Head>
      <section aria-label="Over time" className="grid gap-3 sm:grid-cols-3">
        <Bars
          title="Cost"
          total={known(usd.format(sum((one) => one.cost)))}
          bars={bars((one) => one.cost)}
          say={usd.format}
        />
        <Bars title="Tokens" total={known(count.format(sum(tokens)))} bars={bars(tokens)} say={count.format} />
        <Bars
          title="Runs"
          total={known(count.format(sum((one) => one.runs)))}
          bars={bars(
            (one) => one.runs,
            (one) => one.failed,
          )}
          say={count.format}
        />
      </section>
      <Tabs
        label="By what"
        tabs={BY.map((by) => ({ name: by, label: TITLES[by], content: <Parts by={by} days={days} /> }))}
      />
    </>
  );
}
