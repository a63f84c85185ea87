import { ChevronRight } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import { type Line, linesOf } from "../run/lines";
import { isUnderWay, type RunView, type Step } from "../run/view";
import { IconButton } from "../ui/Button";
import { cx } from "../ui/cx";
import { useNewest } from "../ui/useNewest";
import { useWindowed } from "../ui/useWindowed";
import { lasted } from "../ui/when";
import { Failures } from "./Failures";
import type { Names } from "./useNames";

const ROW = 28;
const DOTS: Record<string, string> = {
  running: "bg-busy",
  done: "bg-good",
  failed: "bg-bad",
  handled: "bg-busy",
  paused: "bg-accent",
};
const FEW = 8;

interface Props {
  run: RunView;
  names: Names;
  chosen?: string;
  onChoose: (key?: string) => void;
}

/** A run as a tree of steps and rounds; only the lines that are seen are drawn, and the newest as they come. */
export function StepTree({ run, names, chosen, onChoose }: Props) {
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const [words, setWords] = useState("");
  const lines = useMemo(() => linesOf(run, folded, fitting(words, names)), [run, folded, words, names]);
  const box = useRef<HTMLDivElement>(null);
  const { from, to, above, below } = useWindowed(box, ROW, lines.length);
  useNewest(box, lines.length, isUnderWay(run));
  const fold = (key: string) =>
    setFolded((was) => {
      const next = new Set(was);
      if (!next.delete(key)) next.add(key);
      return next;
    });
  /** To a step, wherever it lies: nothing is folded or left out then. */
  const jump = (key: string) => {
    setFolded(new Set());
    setWords("");
    onChoose(key);
    const at = linesOf(run, new Set()).findIndex((line) => line.key === key);
    requestAnimationFrame(() => box.current?.scrollTo({ top: at * ROW - box.current.clientHeight / 2 }));
  };
  return (
    <div className="flex min-h-0 flex-col border-r border-line">
      <Failures run={run} chosen={chosen} onJump={jump} />
      {run.order.length > FEW ? (
        <input
          aria-label="Filter the steps"
          placeholder="A name or a state…"
          className="m-1.5 h-7 rounded-md border border-line bg-transparent px-2 text-sm"
          value={words}
          onChange={(event) => setWords(event.target.value)}
        />
      ) : null}
      <div ref={box} className="min-h-0 flex-1 overflow-auto py-1">
        <ol aria-label="Steps" style={{ paddingTop: above, paddingBottom: below }}>
          {from === 0 ? (
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
          ) : null}
          {lines.slice(from, to).map((line) => (
            <li
              key={line.key}
              style={{ paddingLeft: 8 + line.depth * 14, height: ROW }}
              className={cx("flex items-center pr-2", chosen === line.key ? "bg-wash" : "hover:bg-hover")}
            >
              <IconButton
                small
                icon={ChevronRight}
                label={folded.has(line.key) ? "Unfold" : "Fold"}
                className={cx("size-5", line.holds ? "" : "invisible", folded.has(line.key) ? "" : "rotate-90")}
                onClick={() => fold(line.key)}
              />
              <LineRow
                line={line}
                name={line.step ? names(line.step.block) : ""}
                onChoose={() => (line.step ? onChoose(line.key) : fold(line.key))}
              />
            </li>
          ))}
        </ol>
      </div>
    </div>
  );
}

/** By the name of the block or the state of the step. */
function fitting(words: string, names: Names): ((step: Step) => boolean) | undefined {
  const wanted = words.trim().toLowerCase();
  if (!wanted) return undefined;
  return (step) => names(step.block).toLowerCase().includes(wanted) || step.state === wanted;
}

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
      <span className="text-xs text-soft">{step?.state === "running" ? "running…" : lasted(step?.ms)}</span>
    </button>
  );
}
