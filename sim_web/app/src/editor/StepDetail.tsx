import { Crosshair } from "lucide-react";
import type { ReactNode } from "react";
import { normalise } from "../model/names";
import type { Step } from "../run/view";
import { IconButton } from "../ui/Button";
import { Value } from "../ui/Value";
import { cost, lasted } from "../ui/when";
import { isNothing } from "../ui/words";
import { Failure } from "./Failure";
import { useEditor, useEditorStore } from "./store";
import { Tools } from "./Tools";
import { useReveal } from "./useReveal";

/** What went into a step, and what came out of it, side by side. */
export function StepDetail({ step, name }: { step: Step; name: string }) {
  return (
    <div className="grid min-h-0 grid-cols-2">
      <Side title="Input" extra={<Show block={step.block} name={name} />}>
        <Value value={step.inputs ?? null} name={`input of ${name}`} />
      </Side>
      <Side title="Output" facts={factsOf(step)}>
        <Came step={step} name={name} />
      </Side>
    </div>
  );
}

const Side = ({
  title,
  facts,
  extra,
  children,
}: {
  title: string;
  facts?: string;
  extra?: ReactNode;
  children: ReactNode;
}) => (
  <section aria-label={title} className="flex min-h-0 min-w-0 flex-col border-r border-line last:border-0">
    <div className="flex h-8 shrink-0 items-center gap-2 border-b border-line px-3">
      <h3 className="text-xs font-semibold text-soft">{title}</h3>
      <span className="min-w-0 flex-1 truncate text-right text-xs text-soft">{facts}</span>
      {extra}
    </div>
    <div className="grid min-h-0 flex-1 content-start gap-2 overflow-auto p-3">{children}</div>
  </section>
);

function Came({ step, name }: { step: Step; name: string }) {
  const speaks = step.state === "running";
  return (
    <>
      {step.message ? <Failure message={step.message} spot={step} /> : null}
      {step.thinking ? (
        <details open={speaks && !step.text} className="rounded-md border border-line px-3 py-2 text-sm text-soft">
          <summary className="cursor-pointer">Thinking</summary>
          <p className="pt-1 whitespace-pre-wrap">{step.thinking}</p>
        </details>
      ) : null}
      <Tools step={step} />
      {speaks ? (
        <p aria-live="polite" className="whitespace-pre-wrap">
          {step.text || "Running…"}
        </p>
      ) : step.text && isNothing(step.output) ? (
        <p className="whitespace-pre-wrap">{step.text}</p>
      ) : (
        <Value value={step.output ?? null} path={normalise(name)} name={`output of ${name}`} />
      )}
      {step.stdout ? (
        <pre className="rounded-md bg-hover p-2 font-mono text-sm whitespace-pre-wrap">{step.stdout}</pre>
      ) : null}
    </>
  );
}

/** How long it took and what it cost, in one line. */
function factsOf(step: Step): string {
  const tokens = (step.usage?.input ?? 0) + (step.usage?.output ?? 0);
  return [
    step.pinned ? "pinned, did not run" : lasted(step.ms),
    (step.tries ?? 1) > 1 ? `${step.tries} tries` : "",
    tokens ? `${tokens} tokens` : "",
    cost(step.cost?.total),
    step.port && step.port !== "source" ? `left by ${step.port}` : "",
  ]
    .filter(Boolean)
    .join(" · ");
}

function Show({ block, name }: { block: string; name: string }) {
  const store = useEditorStore();
  const reveal = useReveal();
  const exists = useEditor((state) => Boolean(state.doc.blocks[block]));
  if (!exists) return <span className="text-xs text-soft">no longer there</span>;
  const show = () => {
    store.getState().select([block]);
    reveal(block);
  };
  return <IconButton small icon={Crosshair} label={`Show ${name} on the canvas`} onClick={show} />;
}
