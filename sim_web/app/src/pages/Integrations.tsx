import { useQuery } from "@tanstack/react-query";
import { Plug, Plus } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { toast } from "sonner";
import { blockTypes, integrations, plugins, providers } from "../api/queries";
import { go, useSearch } from "../frame/route";
import { Button } from "../ui/Button";
import { Card, Page } from "../ui/Page";
import { Empty, Failed, Skeleton } from "../ui/States";
import { AddPackage } from "./integrations/AddPackage";
import { entriesOf, type Entry as Facts, SECTIONS } from "./integrations/catalogue";
import { Entry } from "./integrations/Entry";

/** Whoever comes back from a service is told what came of it. */
function useReturned() {
  const words = useSearch();
  const connected = words.get("connected");
  const failure = words.get("connect_message");
  useEffect(() => {
    if (connected) toast.success("The account is connected.");
    if (failure) toast.error(failure);
    if (connected || failure) go("/integrations", { replace: true });
  }, [connected, failure]);
}

/** Everything that is installed, once all of it is known. */
function useInstalled() {
  const services = useQuery(integrations);
  const blocks = useQuery(blockTypes);
  const vendors = useQuery(providers);
  const packages = useQuery(plugins);
  const entries = useMemo(
    () =>
      services.data && blocks.data && vendors.data && packages.data
        ? entriesOf({
            services: services.data.items,
            blocks: blocks.data.items,
            vendors: vendors.data.items,
            plugins: packages.data.items,
          })
        : undefined,
    [services.data, blocks.data, vendors.data, packages.data],
  );
  const failed = [services, blocks, vendors, packages].find((one) => one.error);
  return {
    entries,
    problems: packages.data?.problems ?? [],
    error: failed?.error,
    refetch: () => void failed?.refetch(),
  };
}

const GRID = "gap-3 md:grid-cols-2";

export default function Integrations() {
  useReturned();
  const { entries, problems, error, refetch } = useInstalled();
  const [search, setSearch] = useState("");
  const [adding, setAdding] = useState(false);
  const shown = entries?.filter((one) => one.words.includes(search.trim().toLowerCase()));
  return (
    <Page
      title="Integrations"
      about="What workflows and agents can use. Each is a package of its own."
      actions={
        <Button icon={Plus} kind="main" onClick={() => setAdding(true)}>
          Add a package
        </Button>
      }
    >
      <input
        type="search"
        className="control max-w-xs"
        aria-label="Filter integrations"
        placeholder="A name, or what it does…"
        value={search}
        onChange={(event) => setSearch(event.target.value)}
      />
      {problems.map((one) => (
        <Failed key={one.plugin + one.message} error={new Error(`${one.plugin}: ${one.message}`)} />
      ))}
      {error ? <Failed error={error} onRetry={refetch} /> : null}
      {shown || error ? null : <Skeleton grid={GRID} piece="h-28" />}
      {shown && !shown.length ? (
        <Card>
          <Empty icon={Plug} title="Nothing that is installed fits">
            <p>There may be a package for it.</p>
            <Button onClick={() => setAdding(true)}>Add a package</Button>
          </Empty>
        </Card>
      ) : null}
      {SECTIONS.map(({ kind, title }) => (
        <Section key={kind} title={title} entries={shown?.filter((one) => one.kind === kind) ?? []} />
      ))}
      <AddPackage open={adding} onClose={() => setAdding(false)} />
    </Page>
  );
}

const Section = ({ title, entries }: { title: string; entries: Facts[] }) =>
  entries.length ? (
    <section className="grid grid-cols-1 gap-3">
      <h2 className="text-lg font-semibold">
        {title} <span className="font-normal text-soft">{entries.length}</span>
      </h2>
      <ul className={`grid grid-flow-dense items-start ${GRID}`}>
        {entries.map((one) => (
          <li key={one.id} className="has-[details[open]]:col-span-full">
            <Entry one={one} />
          </li>
        ))}
      </ul>
    </section>
  ) : null;
