import { useQuery } from "@tanstack/react-query";
import { Activity } from "lucide-react";
import { useCallback, useState } from "react";
import { workflows } from "../api/queries";
import { go, useSearch } from "../frame/route";
import { Card, Page } from "../ui/Page";
import { Empty, Failed, Skeleton } from "../ui/States";
import { Charts } from "./runs/Charts";
import { FilterBar } from "./runs/FilterBar";
import { type Filter, filterOf, isNarrow } from "./runs/filter";
import { RunTable } from "./runs/RunTable";
import { useRuns } from "./runs/useRuns";

export default function Runs() {
  const filter = filterOf(useSearch());
  const [live, setLive] = useState(true);
  const listed = useRuns(filter, live);
  const known = useQuery(workflows);
  const names = new Map(known.data?.items.map((one) => [one.id, one.name]));
  const change = (next: Partial<Filter>) => {
    const kept = Object.entries({ ...filter, ...next }).filter(([, value]) => value);
    go(`/runs${kept.length ? `?${new URLSearchParams(kept)}` : ""}`, { replace: true });
  };
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = listed;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  return (
    <Page title="Runs" about="What ran, how long it took, and what it cost." whole>
      <Charts filter={filter} />
      <FilterBar filter={filter} names={names} live={live} onLive={setLive} onChange={change} />
      <Card className="min-h-60 flex-1 overflow-hidden">
        {listed.error && !listed.items.length ? (
          <div className="p-4">
            <Failed error={listed.error} onRetry={() => void listed.refetch()} />
          </div>
        ) : listed.isPending ? (
          <div className="p-4">
            <Skeleton rows={8} />
          </div>
        ) : listed.items.length ? (
          <RunTable items={listed.items} names={names} onEnd={more} />
        ) : (
          <Empty icon={Activity} title={isNarrow(filter) ? "No run fits" : "Nothing ran yet"}>
            <p>
              {isNarrow(filter) ? "Loosen the filter to see more." : "Open a workflow and press Run: it appears here."}
            </p>
          </Empty>
        )}
      </Card>
    </Page>
  );
}
