import { ChevronRight } from "lucide-react";
import { useMemo, useState } from "react";
import { type Line, linesOf, type RunView } from "../run/view";
import { IconButton } from "../ui/Button";
import { cx } from "../ui/cx";
import { lasted } from "../ui/when";
import { useEditor } from "./store";

const DOTS: Record<string, string> = {
  running: "bg-busy",
  done: "bg-good",
  failed: "bg-bad",
  handled: "bg-busy",
  paused: "bg-accent",
};

/** A run as a tree of steps and rounds. */
export function StepTree({
  run,
  chosen,
  onChoose,
}: {
  run: RunView;
  chosen?: string;
  onChoose: (key?: string) => void;
}) {
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
