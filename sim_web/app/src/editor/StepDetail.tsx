import { normalise } from "../model/names";
import type { Step } from "../run/view";
import { JsonTree } from "../ui/JsonTree";
import { cost } from "../ui/when";
import { useEditor } from "./store";

/** What went into a step, and what came out of it. */
export function StepDetail({ step }: { step: Step }) {
  const name = useEditor((state) => state.doc.blocks[step.block]?.name ?? step.block);
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      <div>
        <h3 className="mb-1 text-xs font-semibold text-soft">Input</h3>
        <JsonTree value={step.inputs ?? null} />
      </div>
      <div className="grid content-start gap-1">
        <h3 className="text-xs font-semibold text-soft">
          Output {step.cost?.total ? `· ${cost(step.cost.total)}` : ""}
        </h3>
        {step.message ? (
          <p role="alert" className="rounded-md bg-bad-wash px-3 py-2 text-bad">
            {step.message}
          </p>
        ) : null}
        {step.state === "running" ? (
          <p aria-live="polite" className="whitespace-pre-wrap">
            {step.text || "Running…"}
          </p>
        ) : (
          <JsonTree value={step.output ?? null} path={normalise(name)} />
        )}
        {step.stdout ? (
          <pre className="rounded-md bg-hover p-2 font-mono text-sm whitespace-pre-wrap">{step.stdout}</pre>
        ) : null}
      </div>
    </div>
  );
}
