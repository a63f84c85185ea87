import { useQuery } from "@tanstack/react-query";
import { Plug } from "lucide-react";
import { useState } from "react";
import { integrations, plugins } from "../api/queries";
import type { IntegrationFacts } from "../api/schema";
import { Card, Page } from "../ui/Page";
import { Empty, Failed, Skeleton } from "../ui/States";
import { TypeIcon } from "../ui/TypeIcon";

export default function Integrations() {
  const listed = useQuery(integrations);
  const installed = useQuery(plugins);
  const [search, setSearch] = useState("");
  const shown = (listed.data?.items ?? []).filter((one) =>
    `${one.title} ${one.doc}`.toLowerCase().includes(search.toLowerCase()),
  );
  const packageOf = (id: string) => installed.data?.items.find((one) => one.integrations?.includes(id));
  return (
    <Page
      title="Integrations"
      about="Services that workflows and agents can use. Each is a package; `sim plugin install NAME` brings more."
    >
      <input
        className="control max-w-xs"
        aria-label="Filter integrations"
        placeholder="Filter…"
        value={search}
        onChange={(event) => setSearch(event.target.value)}
      />
      {listed.error ? <Failed error={listed.error} onRetry={() => void listed.refetch()} /> : null}
      {listed.isPending ? <Skeleton /> : null}
      {listed.data && !shown.length ? (
        <Card>
          <Empty icon={Plug} title="No integration fits">
            <p>
              Install a package in a terminal: <code>sim plugin install NAME</code>.
            </p>
          </Empty>
        </Card>
      ) : null}
      {installed.data?.problems.map((one) => (
        <Failed key={one.plugin + one.message} error={new Error(`${one.plugin}: ${one.message}`)} />
      ))}
      <ul className="grid gap-3 md:grid-cols-2">
        {shown.map((one) => {
          const from = packageOf(one.id);
          return (
            <li key={one.id}>
              <Entry one={one} origin={from ? `${from.package} ${from.version}` : ""} />
            </li>
          );
        })}
      </ul>
    </Page>
  );
}

function Entry({ one, origin }: { one: IntegrationFacts; origin: string }) {
  return (
    <details className="group rounded-lg border border-line bg-card">
      <summary className="flex cursor-pointer list-none items-start gap-3 p-4">
        <TypeIcon title={one.title} color={one.color} size={32} />
        <span className="min-w-0 flex-1">
          <span className="block font-semibold">{one.title}</span>
          <span className="block text-soft">{one.doc}</span>
          <span className="mt-1 block text-xs text-soft">
            {one.tools?.length ?? 0} operations{origin ? ` · ${origin}` : ""}
          </span>
        </span>
      </summary>
      <ul className="max-h-72 overflow-auto border-t border-line p-2">
        {one.tools?.map((tool) => (
          <li key={tool.id} className="rounded-md px-2 py-1 hover:bg-hover">
            <span className="font-medium">{tool.title}</span> <span className="text-soft">{tool.doc}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}
