import { useQuery } from "@tanstack/react-query";
import { ChevronRight, Trash2, X } from "lucide-react";
import { useMemo, useState } from "react";
import { run as runQuery } from "../api/queries";
import { normalise } from "../model/names";
import { Approval } from "../run/Approval";
import { type Line, linesOf, type RunView, type Step } from "../run/view";
import { IconButton } from "../ui/Button";
import { cx } from "../ui/cx";
import { JsonTree } from "../ui/JsonTree";
import { StatusDot } from "../ui/States";
import { cost, lasted } from "../ui/when";
import { useEditor, useEditorStore } from "./store";
import { useRunner } from "./useRunner";

const DOTS: Record<string, string> = {
  running: "bg-busy",
  done: "bg-good",
  failed: "bg-bad",
  handled: "bg-busy",
  paused: "bg-accent",
};

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
        <div className="grid min-h-0 flex-1 grid-cols-[minmax(220px,340px)_1fr]">
          <Tree run={run} chosen={chosen} onChoose={setChosen} />
          <div className="min-h-0 overflow-auto p-3">{step ? <Detail step={step} /> : <Result run={run} />}</div>
        </div>
      ) : (
        <p className="p-6 text-center text-soft">Nothing ran yet: press Run.</p>
      )}
    </section>
  );
}

function Tree({ run, chosen, onChoose }: { run: RunView; chosen?: string; onChoose: (key?: string) => void }) {
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const blocks = useEditor((state) => state.doc.blocks);
  const lines = useMemo(() => linesOf(run, folded), [run, folded]);
  const fold = (key: string) =>
    setFolded((was) => {
      const next = new Set(was);
      if (!next.delete(key)) next.add(key);
      return next;
    });
  return (
    <ol className="min-h-0 overflow-auto border-r border-line py-1">
      <li>
        <button
          type="button"
          onClick={() => onChoose(undefined)}
          aria-pressed={!chosen}
          className="w-full px-3 py-1 text-left font-medium hover:bg-hover aria-pressed:bg-wash"
        >
          Result
        </button>
      </li>
      {lines.map((line) => (
        <li
          key={line.key}
          style={{ paddingLeft: line.depth * 14 }}
          className={cx("flex items-center px-2", chosen === line.key && "bg-wash")}
        >
          <IconButton
            small
            icon={ChevronRight}
            label={folded.has(line.key) ? "Unfold" : "Fold"}
            className={cx("size-5", hasInside(line, run) ? "" : "invisible", folded.has(line.key) ? "" : "rotate-90")}
            onClick={() => fold(line.key)}
          />
          <LineRow
            line={line}
            name={line.step ? (blocks[line.step.block]?.name ?? line.step.block) : ""}
            onChoose={() => (line.step ? onChoose(line.key) : fold(line.key))}
          />
        </li>
      ))}
    </ol>
  );
}

const hasInside = (line: Line, run: RunView) =>
  line.round
    ? true
    : run.order.some(
        (key) =>
          run.steps[key]?.path.at(-1)?.[0] === line.step?.block &&
          run.steps[key]?.path.length === (line.step?.path.length ?? 0) + 1,
      );

function LineRow({ line, name, onChoose }: { line: Line; name: string; onChoose: () => void }) {
  const { step, round } = line;
  if (round)
    return (
      <button type="button" onClick={onChoose} className="flex-1 py-1 text-left text-soft">
        Round {round.index + 1}
      </button>
    );
  return (
    <button
      type="button"
      onClick={onChoose}
      data-step={name}
      className="flex min-w-0 flex-1 items-center gap-2 py-1 text-left"
    >
      <span className={cx("size-2 shrink-0 rounded-full", DOTS[step?.state ?? ""])} title={step?.state} />
      <span className="min-w-0 flex-1 truncate">{name}</span>
      <span className="text-xs text-soft">{lasted(step?.ms)}</span>
    </button>
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
      {run.status === "running" ? (
        <p className="text-soft">Running…</p>
      ) : (
        <div data-testid="output">
          <JsonTree value={run.output ?? null} />
        </div>
      )}
    </div>
  );
}

function Detail({ step }: { step: Step }) {
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
