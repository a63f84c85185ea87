import { Download, Gauge } from "lucide-react";
import { send } from "../../api/client";
import type { Used } from "../../api/schema";
import { attempt } from "../../frame/actions";
import { Button } from "../../ui/Button";
import { Card } from "../../ui/Page";
import { Empty, Failed, Skeleton } from "../../ui/States";
import { save } from "../../ui/save";
import { type By, count, NAMELESS, pathOf, TITLES, usd, useUsage } from "./usage";

/** What runs come to by one thing, as rows and as a file. */
export function Parts({ by, days }: { by: By; days: number }) {
  const told = useUsage(by, days);
  const take = async () => {
    const reply = await attempt(send(`${pathOf(by, days)}&format=csv`));
    if (reply) await save(reply, `usage-by-${by}.csv`);
  };
  if (told.error) return <Failed error={told.error} onRetry={() => void told.refetch()} />;
  if (!told.data) return <Skeleton rows={4} />;
  return (
    <div className="grid gap-3">
      <Rows by={by} rows={told.data.items} />
      {told.data.items.length ? (
        <div>
          <Button icon={Download} onClick={() => void take()}>
            Download as CSV
          </Button>
        </div>
      ) : null}
    </div>
  );
}

function Rows({ by, rows }: { by: By; rows: readonly Used[] }) {
  if (!rows.length)
    return (
      <Card>
        <Empty icon={Gauge} title="Nothing was used">
          <p>{by === "model" ? "No run asked a model in this time." : "There was no run in this time."}</p>
        </Empty>
      </Card>
    );
  const most = Math.max(...rows.map((one) => one.cost)) || 1;
  return (
    <Card className="min-w-0">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard */}
      <section tabIndex={0} aria-label={`By ${by}`} className="overflow-x-auto">
        <table className="w-full min-w-[560px] text-left">
          <thead className="text-sm text-soft">
            <tr className="border-b border-line [&>th]:px-4 [&>th]:py-2 [&>th]:font-medium">
              <th scope="col">{TITLES[by]}</th>
              {["Runs", "Failed", "Tokens in", "Tokens out", "Cost"].map((one) => (
                <th key={one} scope="col" className="whitespace-nowrap text-right">
                  {one}
                </th>
              ))}
            </tr>
          </thead>
          <tbody className="tabular-nums">
            {rows.map((one) => (
              <tr key={one.key} className="border-b border-line last:border-0 [&>td]:px-4 [&>td]:py-2">
                <td className="w-full max-w-0">
                  <span className="block truncate">{one.name || NAMELESS[by]}</span>
                  {one.cost ? (
                    <span
                      aria-hidden
                      className="mt-1 block h-1 rounded-full bg-accent"
                      style={{ width: `${(one.cost / most) * 100}%` }}
                    />
                  ) : null}
                </td>
                {[one.runs, one.failed, one.tokens_input, one.tokens_output].map((value, at) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: columns stay where they are
                  <td key={at} className="text-right">
                    {count.format(value)}
                  </td>
                ))}
                <td className="text-right">{usd.format(one.cost)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </Card>
  );
}
