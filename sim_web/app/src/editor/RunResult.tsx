import { useQuery } from "@tanstack/react-query";
import { run as runQuery } from "../api/queries";
import { Approval } from "../run/Approval";
import { isSpeaking, type RunView } from "../run/view";
import { Value } from "../ui/Value";
import { isNothing } from "../ui/words";
import { Failure } from "./Failure";
import { lookNow } from "./follow";
import { Refused } from "./Refused";
import { Tools } from "./Tools";
import type { Names } from "./useNames";

/** What a run has come to: its words while it speaks, its output, what it asks, or why it failed. */
export function RunResult({ run, names }: { run: RunView; names: Names }) {
  const paused = useQuery({ ...runQuery(run.id), enabled: run.status === "paused" });
  const speaking = Object.values(run.steps).filter(isSpeaking);
  return (
    <div className="grid min-h-0 content-start gap-3 overflow-auto p-3">
      {run.lost ? (
        <p role="status" className="rounded-md bg-hover px-3 py-2">
          {run.lost}
        </p>
      ) : null}
      {run.message ? (
        <Failure
          message={run.message}
          {...(run.failedBlock && !run.problems?.length
            ? { name: names(run.failedBlock), spot: { ...run.failed, block: run.failedBlock } }
            : {})}
        />
      ) : null}
      {run.problems?.length ? <Refused problems={run.problems} /> : null}
      {run.status === "paused"
        ? paused.data?.pauses
            ?.filter((one) => one.kind === "human")
            .map((one) => <Approval key={one.pause} run={run.id} pause={one} onAnswered={lookNow} />)
        : null}
      {speaking.map((one) => (
        <div key={one.key}>
          {speaking.length > 1 ? <p className="text-xs font-semibold text-soft">{names(one.block)}</p> : null}
          <Tools step={one} />
          <p aria-live="polite" className="whitespace-pre-wrap">
            {one.text}
          </p>
        </div>
      ))}
      {run.problems?.length || (run.message && isNothing(run.output)) ? null : run.status === "running" ? (
        <p className="text-soft">Running…</p>
      ) : (
        <div data-testid="output">
          <Value value={run.output ?? null} name="output" />
        </div>
      )}
    </div>
  );
}
