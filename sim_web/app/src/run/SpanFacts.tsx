import { RotateCcw } from "lucide-react";
import type { Span } from "../api/schema";
import { Button } from "../ui/Button";
import { Value } from "../ui/Value";

/** What went into a step and came out of it, and a run anew from there. */
export function SpanFacts({ span, onReplay }: { span: Span; onReplay?: () => void }) {
  return (
    <div className="grid gap-4 border-t border-line p-4 md:grid-cols-2">
      <div>
        <h3 className="text-sm font-semibold text-soft">Input of {span.name}</h3>
        <Value value={span.inputs ?? null} name={`input of ${span.name}`} />
      </div>
      <div className="grid content-start gap-1">
        <h3 className="text-sm font-semibold text-soft">Output of {span.name}</h3>
        {span.error ? <p className="text-bad">{span.error}</p> : null}
        <Value value={span.output ?? null} name={`output of ${span.name}`} />
        {span.stdout ? (
          <pre className="mt-2 rounded-md bg-hover p-2 font-mono text-sm whitespace-pre-wrap">{span.stdout}</pre>
        ) : null}
      </div>
      {onReplay ? (
        <div className="md:col-span-2">
          <Button icon={RotateCcw} onClick={onReplay}>
            Run again from {span.name}
          </Button>
        </div>
      ) : null}
    </div>
  );
}
