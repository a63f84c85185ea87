import { useReactFlow } from "@xyflow/react";
import { MessageSquare, Plus, X } from "lucide-react";
import { useState } from "react";
import { useEditor, useEditorStore } from "../../editor/store";
import { Button, IconButton } from "../../ui/Button";
import { Empty, Failed, Skeleton } from "../../ui/States";
import { together, useTogether } from "../store";
import { useCommentActs, useThreads } from "./data";
import { MentionBox } from "./MentionBox";
import { ThreadCard } from "./ThreadCard";
import { aboutOf, spotOf, type Thread } from "./threads";

/** Everything that was said about the workflow, beside the canvas. */
export function Comments() {
  const { threads, names, error, isPending } = useThreads();
  const { thread, draft, placing } = useTogether();
  const [settled, setSettled] = useState(false);
  const show = useShow();
  const shown = threads.filter((one) => settled || !one.resolved || one.id === thread);
  const hidden = threads.filter((one) => one.resolved).length;
  return (
    <aside aria-label="Comments" className="flex w-90 shrink-0 flex-col border-l border-line bg-card">
      <header className="flex h-10 shrink-0 items-center gap-2 border-b border-line pr-2 pl-4">
        <h2 className="flex-1 font-semibold">Comments</h2>
        <Button kind="ghost" icon={Plus} aria-pressed={placing} onClick={() => together.place()}>
          New comment
        </Button>
        <IconButton small icon={X} label="Close the comments" onClick={() => together.show("")} />
      </header>
      {placing ? (
        <p role="status" className="border-b border-line bg-wash px-4 py-2 text-sm">
          Click a block or a spot on the canvas, or{" "}
          <button type="button" className="text-accent underline" onClick={() => together.write({})}>
            write about the workflow
          </button>
          .
        </p>
      ) : null}
      <div className="min-h-0 flex-1 overflow-auto">
        {draft ? <Draft /> : null}
        {error ? (
          <div className="p-4">
            <Failed error={error} />
          </div>
        ) : isPending ? (
          <div className="p-4">
            <Skeleton rows={3} />
          </div>
        ) : !shown.length && !draft ? (
          <Empty icon={MessageSquare} title={hidden ? "Everything is resolved" : "Nothing was said yet"}>
            <p>Press New comment, then click what you want to talk about. @ calls somebody.</p>
          </Empty>
        ) : null}
        {shown.map((one) => (
          <ThreadCard
            key={one.id}
            thread={one}
            names={names}
            open={one.id === thread}
            onOpen={() => {
              together.read(one.id);
              show(one);
            }}
          />
        ))}
      </div>
      {hidden ? (
        <label className="flex items-center gap-2 border-t border-line px-4 py-2 text-sm text-soft">
          <input
            type="checkbox"
            className="accent-(--accent)"
            checked={settled}
            onChange={(event) => setSettled(event.target.checked)}
          />
          Show {hidden} resolved
        </label>
      ) : null}
    </aside>
  );
}

/** The first words of a new thread. */
function Draft() {
  const acts = useCommentActs();
  const draft = useTogether((state) => state.draft);
  const about = useEditor((state) => aboutOf(draft, state.doc));
  return (
    <section aria-label="New thread" className="grid gap-2 border-b border-line px-4 py-3">
      <p className="text-sm text-soft">{about}</p>
      <MentionBox
        label="Comment"
        verb="Comment"
        autoFocus
        onCancel={() => together.read(null)}
        onSay={async (body, mentions) => {
          const made = await acts.say({ body, mentions, anchor: draft ?? undefined });
          if (made) together.read(made.id);
          return Boolean(made);
        }}
      />
    </section>
  );
}

/** Brings what a thread is about into view. */
function useShow() {
  const store = useEditorStore();
  const flow = useReactFlow();
  return ({ anchor }: Thread) => {
    const spot = spotOf(anchor, store.getState().doc);
    if (spot) void flow.setCenter(spot.x, spot.y + 60, { zoom: Math.min(1, flow.getZoom()), duration: 200 });
  };
}
