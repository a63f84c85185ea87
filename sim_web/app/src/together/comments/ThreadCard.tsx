import { Check, RotateCcw } from "lucide-react";
import { useEffect } from "react";
import { useEditor } from "../../editor/store";
import { IconButton } from "../../ui/Button";
import { cx } from "../../ui/cx";
import { together } from "../store";
import { useCommentActs } from "./data";
import { MentionBox } from "./MentionBox";
import { Remark } from "./Remark";
import { aboutOf, type Thread } from "./threads";

interface Props {
  thread: Thread;
  names: Readonly<Record<string, string>>;
  open: boolean;
  onOpen: () => void;
}

/** A thread in the list; open, it shows all that was said and takes an answer. */
export function ThreadCard({ thread, names, open, onOpen }: Props) {
  const acts = useCommentActs();
  const about = useEditor((state) => aboutOf(thread.anchor, state.doc));
  const last = thread.comments.at(-1)?.id;
  useEffect(() => {
    if (open && thread.unread && last) void acts.seen(last);
  }, [open, thread.unread, last, acts]);
  const shown = open ? thread.comments : thread.comments.slice(0, 1);
  const more = thread.comments.length - shown.length;
  return (
    <section
      data-thread={thread.id}
      aria-label={`Thread on ${about}`}
      className={cx("grid gap-2 border-b border-line px-4 py-3", open && "bg-hover", thread.resolved && "text-soft")}
    >
      <div className="flex items-center gap-2">
        <button
          type="button"
          aria-expanded={open}
          className="flex min-w-0 flex-1 items-center gap-2 text-left text-sm text-soft hover:text-text"
          onClick={() => (open ? together.read(null) : onOpen())}
        >
          <span className="truncate">{about}</span>
          {thread.unread ? (
            <span className="shrink-0 rounded-full bg-accent px-1.5 text-xs font-semibold text-on-accent">
              {thread.unread} new
            </span>
          ) : null}
          {thread.resolved ? <span className="shrink-0 text-xs text-good">Resolved</span> : null}
        </button>
        <IconButton
          small
          icon={thread.resolved ? RotateCcw : Check}
          label={thread.resolved ? "Open again" : "Resolve"}
          onClick={() => void acts.settle(thread.id, !thread.resolved)}
        />
      </div>
      {shown.map((one) => (
        <Remark key={one.id} comment={one} first={one.id === thread.id} author={names[one.created_by] ?? "Somebody"} />
      ))}
      {more ? (
        <button type="button" className="justify-self-start pl-8 text-sm text-accent" onClick={onOpen}>
          {more === 1 ? "1 answer" : `${more} answers`}
        </button>
      ) : null}
      {open ? (
        <MentionBox
          label="Answer"
          verb="Answer"
          onSay={async (body, mentions) => Boolean(await acts.say({ body, mentions, thread_id: thread.id }))}
        />
      ) : null}
    </section>
  );
}
