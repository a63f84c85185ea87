import { Wrench } from "lucide-react";
import type { Step } from "../run/view";
import { Fold } from "../ui/Fold";
import { JsonTree } from "../ui/JsonTree";
import { lasted } from "../ui/when";

interface Use {
  name: string;
  arguments?: unknown;
  result?: unknown;
  error?: string | null;
  ms?: number;
}

/** Tools that a step uses: their names while it runs, and what came of each once it has ended. */
export function Tools({ step }: { step: Step }) {
  const uses = usesOf(step.output);
  const asked: Use[] = uses.length || step.state === "done" ? uses : (step.tools ?? []).map((name) => ({ name }));
  if (!asked.length) return null;
  return (
    <ul aria-label="Tools it used" className="grid gap-1">
      {asked.map((use, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: uses are only ever added at the end
        <li key={at} data-tool={use.name}>
          {uses.length ? <Told use={use} /> : <Named use={use} />}
        </li>
      ))}
    </ul>
  );
}

const Named = ({ use }: { use: Use }) => (
  <span className="flex min-w-0 items-center gap-1.5 text-sm">
    <Wrench size={12} className="shrink-0 text-soft" aria-hidden />
    <span className="truncate font-mono">{use.name}</span>
    {use.error ? <span className="text-bad">failed</span> : null}
    <span className="text-soft">{lasted(use.ms)}</span>
  </span>
);

const Told = ({ use }: { use: Use }) => (
  <Fold title={<Named use={use} />}>
    <JsonTree value={use.arguments ?? null} label="arguments" />
    {use.error ? <p className="text-sm text-bad">{use.error}</p> : <JsonTree value={use.result} label="result" />}
  </Fold>
);

/** As the agent block tells of them; nothing where the output is of another shape. */
function usesOf(output: unknown): Use[] {
  const told = (output as { tool_calls?: { list?: unknown } } | null | undefined)?.tool_calls?.list;
  return Array.isArray(told) ? told.filter((one): one is Use => typeof one?.name === "string") : [];
}
