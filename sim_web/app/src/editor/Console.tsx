import { ArrowUpRight, Trash2, X } from "lucide-react";
import { useState } from "react";
import { Link } from "../frame/Link";
import type { RunView } from "../run/view";
import { IconButton } from "../ui/Button";
import { Divider } from "../ui/Divider";
import { StatusDot } from "../ui/States";
import { cost, lasted } from "../ui/when";
import { RunList } from "./RunList";
import { RunResult } from "./RunResult";
import { StepDetail } from "./StepDetail";
import { StepTree } from "./StepTree";
import { useEditor } from "./store";
import { useCommand } from "./useActs";
import { useNames } from "./useNames";

const HEIGHT = { least: 160, most: 900, first: 300, kept: "sim.console" };

/** Runs at the left, what one did in the middle, what went into a step and came out of it at the right. */
export function Console() {
  const run = useEditor((state) => state.run);
  const [height, setHeight] = useState(() => Number(localStorage.getItem(HEIGHT.kept)) || HEIGHT.first);
  const resize = (next: number) => {
    setHeight(next);
    localStorage.setItem(HEIGHT.kept, String(next));
  };
  return (
    <section
      aria-label="Console"
      className="relative flex max-h-[75vh] shrink-0 flex-col border-t border-line bg-card"
      style={{ height }}
    >
      <Divider label="Height of the console" value={height} least={HEIGHT.least} most={HEIGHT.most} onChange={resize} />
      <Head run={run} />
      <div className="grid min-h-0 flex-1 grid-cols-[168px_minmax(0,1fr)] max-md:grid-cols-[104px_minmax(0,1fr)]">
        <RunList />
        {run ? (
          <Shown key={run.id} run={run} />
        ) : (
          <p className="p-6 text-center text-soft">Press Run, or choose an earlier run.</p>
        )}
      </div>
    </section>
  );
}

function Head({ run }: { run?: RunView }) {
  const does = useCommand();
  const spent = run && Object.values(run.steps).reduce((sum, one) => sum + (one.cost?.total ?? 0), 0);
  return (
    <div className="flex h-9 shrink-0 items-center gap-3 border-b border-line px-3">
      <h2 className="font-semibold">Console</h2>
      {run ? (
        <>
          <StatusDot status={run.status} />
          <span className="text-sm text-soft">{[lasted(run.ms), cost(spent)].filter(Boolean).join(" · ")}</span>
        </>
      ) : null}
      <span className="flex-1" />
      {run?.id ? (
        <Link
          href={`/runs/${run.id}`}
          title="Open the page of this run"
          className="inline-flex items-center gap-1 rounded-md px-1.5 py-0.5 text-sm text-soft hover:bg-hover hover:text-text"
        >
          Trace <ArrowUpRight size={13} aria-hidden />
        </Link>
      ) : null}
      <IconButton small label="Clear the console" icon={Trash2} disabled={!run} onClick={() => does("console.clear")} />
      <IconButton small label="Hide the console" icon={X} onClick={() => does("console")} />
    </div>
  );
}

function Shown({ run }: { run: RunView }) {
  const [chosen, setChosen] = useState<string>();
  const names = useNames(run);
  const step = chosen ? run.steps[chosen] : undefined;
  return (
    <div className="grid min-h-0 grid-cols-[minmax(160px,27%)_minmax(0,1fr)]">
      <StepTree run={run} names={names} chosen={chosen} onChoose={setChosen} />
      {step ? <StepDetail step={step} name={names(step.block)} /> : <RunResult run={run} names={names} />}
    </div>
  );
}
