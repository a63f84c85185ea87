import { ViewportPortal } from "@xyflow/react";
import { MessageSquarePlus } from "lucide-react";
import { useCamera } from "../../editor/canvas/camera";
import { useEditor } from "../../editor/store";
import { cx } from "../../ui/cx";
import { initials } from "../../ui/person";
import { colorOf } from "../people";
import { together, useTogether } from "../store";
import { useCommentNews, useThreads } from "./data";
import { aboutOf, spotOf } from "./threads";

/** Open threads on the canvas, each where it belongs. */
export function Pins() {
  useCommentNews();
  const { threads, names } = useThreads();
  const doc = useEditor((state) => state.doc);
  const { thread: open, draft } = useTogether();
  const zoom = useCamera((at) => at[2]);
  const taken = new Map<string, number>();
  const pins = threads
    .filter((one) => !one.resolved || one.id === open)
    .flatMap((thread) => {
      const spot = spotOf(thread.anchor, doc);
      if (!spot) return [];
      const key = `${spot.x},${spot.y}`;
      const before = taken.get(key) ?? 0;
      taken.set(key, before + 1);
      return [{ thread, x: spot.x - before * 28, y: spot.y }];
    });
  const fresh = draft ? spotOf(draft, doc) : null;
  const at = (x: number, y: number) => ({ transform: `translate(${x}px, ${y}px) scale(${1 / zoom})` });
  return (
    <ViewportPortal>
      {pins.map(({ thread, x, y }) => {
        const author = thread.comments[0]?.created_by ?? "";
        const name = names[author] ?? "Somebody";
        return (
          <button
            key={thread.id}
            type="button"
            aria-label={`Thread of ${name} on ${aboutOf(thread.anchor, doc)}${thread.unread ? ", unread" : ""}`}
            className={cx(PIN, "text-white", thread.id === open && "outline-2 outline-accent outline-solid")}
            style={{ ...at(x, y), background: colorOf(author) }}
            onClick={() => together.read(thread.id)}
          >
            {initials(name)}
            {thread.unread ? (
              <span className="absolute -top-1 -right-1 size-3 rounded-full border-2 border-card bg-accent" />
            ) : null}
          </button>
        );
      })}
      {fresh ? (
        <span className={cx(PIN, "bg-accent text-on-accent")} style={at(fresh.x, fresh.y)}>
          <MessageSquarePlus size={14} aria-hidden />
        </span>
      ) : null}
    </ViewportPortal>
  );
}

const PIN =
  "nopan pointer-events-auto absolute top-0 left-0 z-[2000] grid size-7 origin-top-left place-items-center rounded-full rounded-bl-none border-2 border-card text-xs font-semibold shadow-float";
