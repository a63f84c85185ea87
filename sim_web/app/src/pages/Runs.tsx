import { useQuery } from "@tanstack/react-query";
import { Activity } from "lucide-react";
import type { ReactNode } from "react";
import { runs, workflows } from "../api/queries";
import type { RunEntry } from "../api/schema";
import { Link } from "../frame/Link";
import { go, useSearch } from "../frame/route";
import { Card, Page } from "../ui/Page";
import { Empty, Failed, Skeleton, StatusDot } from "../ui/States";
import { ago, cost, lasted } from "../ui/when";

const STATUSES = ["running", "finished", "failed", "paused", "cancelled", "pending"];

export default function Runs() {
  const words = useSearch();
  const filter = {
    status: words.get("status") ?? "",
    workflow_id: words.get("workflow") ?? "",
    trigger: words.get("trigger") ?? "",
  };
  const listed = useQuery({ ...runs(filter), refetchInterval: 3000 });
  const known = useQuery(workflows);
  const names = new Map(known.data?.items.map((one) => [one.id, one.name]));
  const set = (name: string, value: string) => {
    const next = new URLSearchParams(words);
    if (value) next.set(name, value);
    else next.delete(name);
    go(`/runs${next.size ? `?${next}` : ""}`, { replace: true });
  };
  return (
    <Page title="Runs" about="What ran, how long it took, and what it cost. The list follows along.">
      <div className="flex flex-wrap gap-2">
        <Filter label="Workflow" value={filter.workflow_id} onChange={(value) => set("workflow", value)}>
          {[...names].map(([id, name]) => (
            <option key={id} value={id}>
              {name || "Untitled"}
            </option>
          ))}
        </Filter>
        <Filter label="Status" value={filter.status} onChange={(value) => set("status", value)}>
          {STATUSES.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </Filter>
        <Filter label="Trigger" value={filter.trigger} onChange={(value) => set("trigger", value)}>
          {["api", "manual", "schedule", "webhook", "child"].map((one) => (
            <option key={one}>{one}</option>
          ))}
        </Filter>
      </div>
      {listed.error ? <Failed error={listed.error} onRetry={() => void listed.refetch()} /> : null}
      {listed.isPending ? <Skeleton rows={8} /> : null}
      {listed.data ? <Table items={listed.data.items} names={names} /> : null}
    </Page>
  );
}

function Filter({
  label,
  value,
  onChange,
  children,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  children: ReactNode;
}) {
  return (
    <select
      aria-label={label}
      className="control w-44"
      value={value}
      onChange={(event) => onChange(event.target.value)}
    >
      <option value="">{label}: all</option>
      {children}
    </select>
  );
}

function Table({ items, names }: { items: RunEntry[]; names: Map<string, string> }) {
  if (!items.length) {
    return (
      <Card>
        <Empty icon={Activity} title="No run fits">
          <p>Open a workflow and press Run, or loosen the filters.</p>
        </Empty>
      </Card>
    );
  }
  return (
    <Card className="overflow-x-auto">
      <table className="w-full text-left">
        <thead className="text-xs text-soft">
          <tr>
            {["Status", "Workflow", "Trigger", "Started", "Took", "Tokens", "Cost"].map((one) => (
              <th key={one} scope="col" className="px-4 py-2 font-medium">
                {one}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((one) => (
            <tr key={one.id} className="border-t border-line hover:bg-hover">
              <td className="px-4 py-2">
                <StatusDot status={one.status} />
              </td>
              <td className="max-w-72 px-4 py-2">
                <Link
                  href={`/runs/${one.id}`}
                  className="block truncate font-medium underline-offset-4 hover:underline"
                >
                  {names.get(one.workflow_id) || "A deleted workflow"}
                </Link>
                {one.error ? <span className="block truncate text-sm text-bad">{one.error.message}</span> : null}
              </td>
              <td className="px-4 py-2 text-soft">{one.trigger}</td>
              <td className="px-4 py-2 whitespace-nowrap text-soft">{ago(one.started_at ?? one.created_at)}</td>
              <td className="px-4 py-2 whitespace-nowrap text-soft">{lasted(one.duration_ms)}</td>
              <td className="px-4 py-2 text-soft">{(one.tokens_input ?? 0) + (one.tokens_output ?? 0) || ""}</td>
              <td className="px-4 py-2 text-soft">{cost(one.cost)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}
