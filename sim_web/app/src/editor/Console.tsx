import { useQuery } from "@tanstack/react-query";
import { Trash2, X } from "lucide-react";
import { useState } from "react";
import { run as runQuery } from "../api/queries";
import { Approval } from "../run/Approval";
import type { RunView } from "../run/view";
import { IconButton } from "../ui/Button";
import { JsonTree } from "../ui/JsonTree";
import { StatusDot } from "../ui/States";
import { lasted } from "../ui/when";
import { Refused } from "./Refused";
import { StepDetail } from "./StepDetail";
import { StepTree } from "./StepTree";
import { useEditor, useEditorStore } from "./store";
import { useRunner } from "./useRunner";

export function Console() {
  const store = useEditorStore();
  const run = useEditor((state) => state.run);
  const [chosen, setChosen] = useState<string>();
  const step = chosen ? run?.steps[chosen] : undefined;
  return (
    <section aria-label="Console" className="flex h-72 shrink-0 flex-col border-t border-line bg-card">
      <div className="flex h-9 shrink-0 items-center gap-3 border-b border-line px-3">
        <h2 className="font-semibold">Console</h2>
        {run ? (
          <>
            <StatusDot status={run.status} />
            <span className="text-sm text-soft">{lasted(run.ms)}</span>
          </>
        ) : null}
        <span className="flex-1" />
        <IconButton
          small
          label="Clear the console"
          icon={Trash2}
          disabled={!run}
          onClick={() => store.getState().set({ run: undefined })}
        />
        <IconButton small label="Hide the console" icon={X} onClick={() => store.getState().set({ console: false })} />
      </div>
      {run ? (
        <div className="grid min-h-0 flex-1 grid-cols-[minmax(220px,340px)_1fr] max-md:grid-cols-[140px_1fr]">
          <StepTree run={run} chosen={chosen} onChoose={setChosen} />
          <div className="min-h-0 overflow-auto p-3">{step ? <StepDetail step={step} /> : <Result run={run} />}</div>
        </div>
      ) : (
        <p className="p-6 text-center text-soft">Nothing ran yet: press Run.</p>
      )}
    </section>
  );
}

function Result({ run }: { run: RunView }) {
  const runner = useRunner();
  const paused = useQuery({ ...runQuery(run.id), enabled: run.status === "paused" });
  const speaking = Object.values(run.steps).filter((one) => one.state === "running" && one.text);
  return (
    <div className="grid gap-3">
      {run.message ? (
        <p role="alert" className="rounded-md bg-bad-wash px-3 py-2 text-bad">
          {run.message}
        </p>
      ) : null}
      {run.problems?.length ? <Refused problems={run.problems} /> : null}
      {run.status === "paused"
        ? paused.data?.pauses
            ?.filter((one) => one.kind === "human")
            .map((one) => (
              <Approval key={one.pause} run={run.id} pause={one} onAnswered={() => void runner.resumed()} />
            ))
        : null}
      {speaking.map((one) => (
        <p key={one.key} aria-live="polite" className="whitespace-pre-wrap">
          {one.text}
        </p>
      ))}
      {run.problems?.length ? null : run.status === "running" ? (
        <p className="text-soft">Running…</p>
      ) : (
        <div data-testid="output">
          <JsonTree value={run.output ?? null} />
        </div>
      )}
    </div>
  );
}
