import { History, MessageSquare } from "lucide-react";
import { IconButton } from "../ui/Button";
import { useThreads } from "./comments/data";
import { together, useTogether } from "./store";

/** Comments and the history, one click away. */
export function TogetherButtons() {
  const { threads } = useThreads();
  const aside = useTogether((state) => state.aside);
  const unread = threads.reduce((sum, one) => sum + one.unread, 0);
  return (
    <>
      <span className="relative">
        <IconButton
          icon={MessageSquare}
          label={unread ? `Comments, ${unread} unread` : "Comments"}
          aria-pressed={aside === "comments"}
          onClick={() => together.toggle("comments")}
        />
        {unread ? (
          <span
            aria-hidden
            className="pointer-events-none absolute top-0 right-0 min-w-4 rounded-full bg-accent px-1 text-center text-xs leading-4 font-semibold text-on-accent"
          >
            {unread > 9 ? "9+" : unread}
          </span>
        ) : null}
      </span>
      <IconButton icon={History} label="History" onClick={() => together.show("history")} />
    </>
  );
}
