import { CircleAlert } from "lucide-react";
import { useMemo } from "react";
import { failuresOf } from "../run/lines";
import type { RunView } from "../run/view";

interface Props {
  run: RunView;
  chosen?: string;
  onJump: (key: string) => void;
}

/** How many steps failed, handled or not: a click leads to the first of them, another one to the next. */
export function Failures({ run, chosen, onJump }: Props) {
  const failed = useMemo(() => failuresOf(run), [run]);
  const [first] = failed;
  if (!first) return null;
  const at = failed.indexOf(chosen ?? "");
  const next = failed[at + 1] ?? first;
  return (
    <button
      type="button"
      onClick={() => onJump(next)}
      className="flex shrink-0 items-center gap-2 border-b border-line px-3 py-1.5 text-left text-sm text-bad hover:bg-hover"
    >
      <CircleAlert size={13} className="shrink-0" aria-hidden />
      <span className="min-w-0 truncate">
        {at < 0 ? `${failed.length.toLocaleString()} failed` : `${at + 1} of ${failed.length.toLocaleString()} failed`}
      </span>
    </button>
  );
}
