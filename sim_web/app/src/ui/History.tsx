import { useEffect, useState } from "react";
import { read } from "../api/client";
import type { Page, Run } from "../api/types";
import { Alert } from "./Alert";

const DOTS: Record<string, string> = {
  finished: "done", failed: "failed", cancelled: "failed", interrupted: "failed", paused: "paused", running: "running",
};

/** The last runs of a workflow; `after` changes when there is a new one. */
export function History({ workflow, after }: { workflow: string; after: unknown }) {
  const [runs, setRuns] = useState<Run[]>([]);
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    read<Page<Run>>(`/runs?workflow_id=${workflow}&limit=10`).then((page) => setRuns(page.items), setError);
  }, [workflow, after]);
  return (
    <section className="card">
      <h2>Last runs</h2>
      <Alert error={error} />
      {runs.length === 0 ? <p className="soft">It has not run yet.</p> : null}
      <div className="console">
        {runs.map((run) => (
          <div key={run.id}>
            <span className={`dot ${DOTS[run.status] ?? ""}`} title={run.status} />
            <span>{run.started_at ? new Date(run.started_at).toLocaleString() : run.id} <span className="soft">{run.error?.message ?? run.status}</span></span>
            <code className="soft">{run.id.slice(0, 8)}</code>
          </div>
        ))}
      </div>
    </section>
  );
}
