import { History as Icon, RotateCcw, X } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { useEditor } from "../../editor/store";
import { RESTORE, type WorkflowClient } from "../../realtime/types";
import { Button, IconButton } from "../../ui/Button";
import { Empty, Failed, Skeleton } from "../../ui/States";
import { useEscape } from "../../ui/useEscape";
import { together } from "../store";
import { restore, useMoments, usePast } from "./data";
import { Moments, whenOf } from "./Moments";
import type { Moment } from "./moments";
import { Past } from "./Past";

const close = () => together.show("");

/** The workflow as it was, at any moment: to look at, and to go back to. */
export function History() {
  useEscape(close);
  const client = useEditor((state) => state.client);
  const editable = useEditor((state) => state.status.editable);
  const doc = useEditor((state) => state.doc);
  // The history is read as it was when it was opened; what others do meanwhile comes with the next look.
  const [opened] = useState({ seq: client.seq(), doc });
  const found = useMoments(client.id, opened.seq, opened.doc);
  const [wanted, setWanted] = useState<number>();
  const moment = found.moments.find((one) => one.seq === wanted) ?? found.moments[0];
  const past = usePast(client.id, moment?.seq);
  const name = (one: Moment) => found.names[one.actor] ?? "Somebody";
  return (
    <main className="flex h-full flex-col">
      <header className="flex h-12 shrink-0 items-center gap-3 border-b border-line bg-card px-3">
        <h1 className="shrink-0 font-semibold">History of {doc.name || "Untitled"}</h1>
        {moment ? (
          <>
            <Slider moments={found.moments} moment={moment} onChange={setWanted} told={name} />
            <Button
              kind="main"
              icon={RotateCcw}
              disabled={!editable || moment.seq === opened.seq}
              onClick={() => void goBack(client, moment)}
            >
              Restore this
            </Button>
          </>
        ) : (
          <span className="flex-1" />
        )}
        <IconButton icon={X} label="Close the history" onClick={close} />
      </header>
      <div className="flex min-h-0 flex-1">
        <div className="relative min-w-0 flex-1">
          {past.data && moment ? <Past past={past.data} blocks={moment.blocks} /> : <Look found={found} />}
        </div>
        <Moments found={found} moment={moment} onChoose={setWanted} name={name} />
      </div>
    </main>
  );
}

function Look({ found }: { found: ReturnType<typeof useMoments> }) {
  if (found.error) return <Failed error={found.error} onRetry={() => void found.refetch()} />;
  if (found.isPending || found.moments.length) return <Skeleton rows={8} />;
  return (
    <Empty icon={Icon} title="Nothing has happened yet">
      <p>Every change of this workflow will be found here.</p>
    </Empty>
  );
}

interface SliderProps {
  moments: readonly Moment[];
  moment: Moment;
  onChange: (seq: number) => void;
  told: (one: Moment) => string;
}

/** From the oldest moment on the left to the latest on the right. */
function Slider({ moments, moment, onChange, told }: SliderProps) {
  const last = moments.length - 1;
  const place = last - moments.indexOf(moment);
  return (
    <label className="flex min-w-0 flex-1 items-center gap-3">
      <span className="sr-only">Moment</span>
      <input
        type="range"
        className="min-w-24 flex-1 accent-(--accent)"
        min={0}
        max={last}
        value={place}
        aria-valuetext={`${told(moment)}, ${whenOf(moment.at)}`}
        onChange={(event) => onChange(moments[last - Number(event.target.value)]?.seq ?? moment.seq)}
      />
      <span className="max-w-80 truncate text-sm text-soft">
        {told(moment)}, {whenOf(moment.at)}
      </span>
    </label>
  );
}

/** Restores a moment: a step of one's own, which the note that says so, or Undo, takes back. */
async function goBack(client: WorkflowClient, moment: Moment): Promise<void> {
  try {
    await client.settled();
    await restore(client.id, moment.seq, client.restorer());
    together.show("");
    toast.success(`Restored how it was on ${whenOf(moment.at)}.`, {
      duration: 15_000,
      action: { label: "Undo", onClick: () => takeBack(client) },
    });
  } catch (error) {
    toast.error(error instanceof Error ? error.message : String(error));
  }
}

function takeBack(client: WorkflowClient): void {
  if (client.undoLabel() === RESTORE) client.undo();
  else toast("You have changed something since. Undo takes that back first, and then this.");
}
