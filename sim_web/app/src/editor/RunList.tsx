import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { runs } from "../api/queries";
import type { RunEntry } from "../api/schema";
import { cx } from "../ui/cx";
import { useWindowed } from "../ui/useWindowed";
import { ago, lasted } from "../ui/when";
import { triggerWord } from "../ui/words";
import { useEditor } from "./store";
import { useRunner } from "./useRunner";

const ROW = 44;
const FOLLOW_MS = 5000;
const TONES: Record<string, string> = {
  running: "bg-busy",
  pending: "bg-soft",
  finished: "bg-good",
  failed: "bg-bad",
  paused: "bg-accent",
  cancelled: "bg-strong",
};

/** The runs of this workflow, the newest first, wherever they were started; one of them is shown. */
export function RunList() {
  const id = useEditor((state) => state.client.id);
  const shown = useEditor((state) => state.run?.id);
  const live = useEditor((state) => state.run?.status);
  const runner = useRunner();
  const listed = useQuery({ ...runs({ workflow_id: id }), refetchInterval: FOLLOW_MS });
  const items = listed.data?.items ?? [];
  const box = useRef<HTMLDivElement>(null);
  const { from, to, above, below } = useWindowed(box, ROW, items.length);
  return (
    <div ref={box} className="min-h-0 overflow-auto border-r border-line">
      {listed.data && !items.length ? <p className="p-3 text-sm text-soft">Nothing ran yet: press Run.</p> : null}
      <ol aria-label="Runs" style={{ paddingTop: above, paddingBottom: below }}>
        {items.slice(from, to).map((one) => (
          <li key={one.id}>
            <Row
              one={one.id === shown && live ? { ...one, status: live } : one}
              shown={one.id === shown}
              onChoose={() => runner.pick(one)}
            />
          </li>
        ))}
      </ol>
    </div>
  );
}

function Row({ one, shown, onChoose }: { one: RunEntry; shown: boolean; onChoose: () => void }) {
  const facts = [
    triggerWord(one.trigger),
    one.trigger === "manual" ? one.started_by?.name : "",
    one.version ? `v${one.version}` : "",
    one.status === "finished" ? lasted(one.duration_ms) : one.status,
  ];
  return (
    <button
      type="button"
      aria-pressed={shown}
      data-run={one.id}
      title={one.error?.message ?? undefined}
      onClick={onChoose}
      style={{ height: ROW }}
      className="grid w-full grid-cols-[auto_1fr] content-center items-center gap-x-2 px-3 text-left hover:bg-hover aria-pressed:bg-wash"
    >
      <span aria-hidden className={cx("size-2 rounded-full", TONES[one.status] ?? "bg-soft")} />
      <span className="truncate text-sm">{ago(one.started_at ?? one.created_at)}</span>
      <span className="col-start-2 truncate text-xs text-soft">{facts.filter(Boolean).join(" · ")}</span>
    </button>
  );
}
