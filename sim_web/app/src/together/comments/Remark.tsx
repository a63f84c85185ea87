import { Ellipsis } from "lucide-react";
import { useState } from "react";
import type { Comment } from "../../api/schema";
import { useEditor } from "../../editor/store";
import { IconButton } from "../../ui/Button";
import { Menu } from "../../ui/Menu";
import { ago } from "../../ui/when";
import { useCommentActs, useMe, usePeople } from "./data";
import { Face, MentionBox } from "./MentionBox";
import { pieces } from "./threads";

interface Props {
  comment: Comment;
  author: string;
  /** Whether it began the thread, which goes with it. */
  first: boolean;
}

/** One thing that somebody said. */
export function Remark({ comment, author, first }: Props) {
  const acts = useCommentActs();
  const me = useMe();
  const people = usePeople();
  const isAdmin = useEditor((state) => state.status.role === "admin");
  const [edits, setEdits] = useState(false);
  const mine = comment.created_by === me?.id;
  const names = people.filter((one) => comment.mentions.includes(one.id)).map((one) => one.name);
  const entries = [
    ...(mine ? [{ label: "Edit", perform: () => setEdits(true) }] : []),
    ...(mine || isAdmin
      ? [{ label: first ? "Delete the thread" : "Delete", danger: true, perform: () => void acts.remove(comment.id) }]
      : []),
  ];
  return (
    <article aria-label={`${author} said`} className="grid gap-1">
      <header className="flex h-6 items-center gap-2">
        <Face id={comment.created_by} name={author} />
        <span className="truncate font-medium">{author}</span>
        <time dateTime={comment.created_at} className="shrink-0 text-xs text-soft">
          {ago(comment.created_at)}
          {comment.edited_at ? ", edited" : ""}
        </time>
        <span className="flex-1" />
        {entries.length ? (
          <Menu entries={entries}>
            <IconButton small icon={Ellipsis} label={`What to do with what ${author} said`} />
          </Menu>
        ) : null}
      </header>
      {edits ? (
        <MentionBox
          label="Say it differently"
          verb="Save"
          text={comment.body}
          autoFocus
          onCancel={() => setEdits(false)}
          onSay={async (body, mentions) => {
            const done = await acts.edit(comment.id, body, mentions);
            if (done) setEdits(false);
            return Boolean(done);
          }}
        />
      ) : (
        <p className="pl-8 break-words whitespace-pre-wrap">
          {pieces(comment.body, names).map((piece, at) =>
            piece.meant ? (
              // biome-ignore lint/suspicious/noArrayIndexKey: pieces of a text have their place alone
              <span key={at} className="rounded-sm bg-wash px-0.5 font-medium text-accent">
                {piece.text}
              </span>
            ) : (
              piece.text
            ),
          )}
        </p>
      )}
    </article>
  );
}
