import { useQuery } from "@tanstack/react-query";
import { FileUp, Plus, Workflow } from "lucide-react";
import { useState } from "react";
import { workflows } from "../api/queries";
import { bring, create, take } from "../frame/actions";
import { Link } from "../frame/Link";
import { Button } from "../ui/Button";
import { DropArea } from "../ui/DropArea";
import { Card, Page } from "../ui/Page";
import { Empty, Failed, Skeleton } from "../ui/States";
import { ago } from "../ui/when";

const GRID = "gap-3 sm:grid-cols-2 lg:grid-cols-3";

export default function Workflows() {
  const listed = useQuery(workflows);
  const [search, setSearch] = useState("");
  const all = listed.data?.items ?? [];
  const shown = all.filter((one) => `${one.name} ${one.description}`.toLowerCase().includes(search.toLowerCase()));
  return (
    <DropArea onFiles={([file]) => file && void take(file)}>
      <Page
        title="Workflows"
        about="What this workspace builds and runs."
        actions={
          <>
            <Button icon={FileUp} onClick={bring}>
              Import
            </Button>
            <Button icon={Plus} kind="main" onClick={() => void create()}>
              New workflow
            </Button>
          </>
        }
      >
        {listed.error ? <Failed error={listed.error} onRetry={() => void listed.refetch()} /> : null}
        {listed.isPending ? <Skeleton grid={GRID} piece="h-30" /> : null}
        {listed.data && !all.length ? (
          <Card>
            <Empty icon={Workflow} title="No workflow yet">
              <p>
                Make one and drag blocks onto its canvas, or import a file: ours as JSON or YAML, or an export of Sim
                Studio.
              </p>
              <Button icon={Plus} kind="main" onClick={() => void create()}>
                New workflow
              </Button>
            </Empty>
          </Card>
        ) : null}
        {all.length ? (
          <>
            <input
              className="control max-w-xs"
              aria-label="Filter workflows"
              placeholder="Filter…"
              value={search}
              onChange={(event) => setSearch(event.target.value)}
            />
            <ul className={`grid ${GRID}`}>
              {shown.map((one) => (
                <li key={one.id}>
                  <Link
                    href={`/workflows/${one.id}`}
                    className="flex h-30 flex-col gap-1 rounded-lg border border-line bg-card p-4 hover:border-strong"
                  >
                    <span className="truncate font-semibold">{one.name || "Untitled"}</span>
                    <span className="line-clamp-2 text-soft">{one.description || "No description."}</span>
                    <span className="mt-auto text-xs text-soft">Changed {ago(one.updated_at)}</span>
                  </Link>
                </li>
              ))}
            </ul>
            {shown.length ? null : <p className="text-soft">No workflow has these words.</p>}
          </>
        ) : null}
      </Page>
    </DropArea>
  );
}
