import { useQuery } from "@tanstack/react-query";
import { ArrowUpRight, PencilLine, RotateCcw } from "lucide-react";
import { useState } from "react";
import { run as runQuery, workflows } from "../api/queries";
import type { RunReply } from "../api/schema";
import { Link } from "../frame/Link";
import { Approval } from "../run/Approval";
import { ReplayDialog } from "../run/ReplayDialog";
import { ENDED, replay } from "../run/replay";
import { Trace } from "../run/Trace";
import { Button } from "../ui/Button";
import { Card, Page } from "../ui/Page";
import { Coming, Failed, StatusDot } from "../ui/States";
import { Value } from "../ui/Value";
import { cost, lasted, moment } from "../ui/when";
import { triggerWord } from "../ui/words";

export default function Run({ id }: { id: string }) {
  const read = useQuery({
    ...runQuery(id),
    refetchInterval: (query) => (ENDED.includes(query.state.data?.status ?? "") ? false : 1500),
  });
  const known = useQuery(workflows);
  const name = known.data?.items.find((one) => one.id === read.data?.workflow_id)?.name || "Run";
  if (!read.data)
    return (
      <Page title="Run">
        <Coming asked={read} />
      </Page>
    );
  const one = read.data;
  return (
    <Page
      title={name}
      about={`Started ${moment(one.started_at ?? one.created_at)}`}
      actions={
        <>
          {ENDED.includes(one.status) ? <Again run={one} /> : null}
          <Link
            href={`/workflows/${one.workflow_id}`}
            className="inline-flex h-8 items-center gap-1.5 rounded-md border border-line bg-card px-3 font-medium hover:bg-hover"
          >
            <ArrowUpRight size={14} aria-hidden /> Open the workflow
          </Link>
        </>
      }
    >
      <Facts run={one} />
      {one.error ? <Failed error={new Error(one.error.message)} /> : null}
      {one.pauses
        ?.filter((pause) => pause.kind === "human")
        .map((pause) => (
          <Card key={pause.pause} className="p-4">
            <Approval run={id} pause={pause} onAnswered={() => void read.refetch()} />
          </Card>
        ))}
      <Trace run={one} />
      <div className="grid gap-4 md:grid-cols-2">
        <Card className="p-4">
          <h2 className="mb-2 font-semibold">Input</h2>
          <Value value={one.input ?? null} name="input" />
        </Card>
        <Card className="p-4">
          <h2 className="mb-2 font-semibold">Output</h2>
          <Value value={one.output ?? null} name="output" />
        </Card>
      </div>
    </Page>
  );
}

/** The same once more, or with changes. */
function Again({ run }: { run: RunReply }) {
  const [changes, setChanges] = useState(false);
  return (
    <>
      <Button icon={RotateCcw} onClick={() => void replay(run.id)}>
        Run again
      </Button>
      <Button icon={PencilLine} onClick={() => setChanges(true)}>
        With changes…
      </Button>
      {changes ? <ReplayDialog run={run} onClose={() => setChanges(false)} /> : null}
    </>
  );
}

function Facts({ run }: { run: RunReply }) {
  const facts: [string, string][] = [
    ["Took", lasted(run.duration_ms)],
    ["Trigger", triggerWord(run.trigger)],
    ["Version", run.version ? String(run.version) : "Draft"],
    ["Tokens", ((run.tokens_input ?? 0) + (run.tokens_output ?? 0)).toLocaleString()],
    ["Cost", cost(run.cost)],
  ];
  return (
    <dl className="flex flex-wrap gap-x-8 gap-y-2">
      <div>
        <dt className="text-xs text-soft">Status</dt>
        <dd>
          <StatusDot status={run.status} />
        </dd>
      </div>
      {facts
        .filter(([, value]) => value && value !== "0")
        .map(([label, value]) => (
          <div key={label}>
            <dt className="text-xs text-soft">{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
