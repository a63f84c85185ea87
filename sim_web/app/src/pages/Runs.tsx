import { useQuery } from "@tanstack/react-query";
import { Activity } from "lucide-react";
import { useCallback, useState } from "react";
import { workflows } from "../api/queries";
import { Link } from "../frame/Link";
import { go, useSearch } from "../frame/route";
import { Card, Page } from "../ui/Page";
import { Empty, Listed } from "../ui/States";
import { Charts } from "./runs/Charts";
import { FilterBar } from "./runs/FilterBar";
import { type Filter, filterOf, isNarrow } from "./runs/filter";
import { RunTable } from "./runs/RunTable";
import { useRuns } from "./runs/useRuns";

const ABOUT = "What ran, how long it took, and what it cost.";

export default function Runs() {
  const filter = filterOf(useSearch());
  const [live, setLive] = useState(true);
  const listed = useRuns(filter, live);
  const known = useQuery(workflows);
  const names = new Map(known.data?.items.map((one) => [one.id, one.name]));
  const change = (next: Partial<Filter>) => {
    // what was typed comes a moment later, when something else may have been picked
    const now = filterOf(new URLSearchParams(location.search));
    const kept = Object.entries({ ...now, ...next }).filter(([, value]) => value);
    go(`/runs${kept.length ? `?${new URLSearchParams(kept)}` : ""}`, { replace: true });
  };
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = listed;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  if (listed.isSuccess && !listed.items.length && !isNarrow(filter)) return <Nothing />;
  return (
    <Page title="Runs" about={ABOUT} whole>
      <Charts filter={filter} />
      <FilterBar filter={filter} names={names} live={live} onLive={setLive} onChange={change} />
      <Card className="min-h-60 flex-1 overflow-hidden">
        <Listed listed={listed} isEmpty={!listed.items.length}>
          {listed.items.length ? (
            <RunTable items={listed.items} names={names} onEnd={more} />
          ) : (
            <Empty icon={Activity} title="No run fits">
              <p>Loosen the filter to see more.</p>
            </Empty>
          )}
        </Listed>
      </Card>
    </Page>
  );
}

/** Without a run there is nothing to draw or to filter. */
const Nothing = () => (
  <Page title="Runs" about={ABOUT}>
    <Card>
      <Empty icon={Activity} title="Nothing ran yet">
        <p>Each run of a workflow appears here, whoever or whatever starts it: what came of it, how long it took.</p>
        <Link href="/" className="inline-flex h-8 items-center rounded-md bg-accent px-3 font-medium text-on-accent">
          Open a workflow and run it
        </Link>
      </Empty>
    </Card>
  </Page>
);
