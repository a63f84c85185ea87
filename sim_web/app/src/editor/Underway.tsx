import { Square } from "lucide-react";
import { isUnderWay } from "../run/view";
import { useSession } from "../session";
import { Button } from "../ui/Button";
import { useEditor } from "./store";
import { useCommand } from "./useActs";

/** That somebody else's run, or one from another window, is the one that is shown; whoever may run may stop it. */
export function Underway() {
  const run = useEditor((state) => (state.run?.id === state.own?.id ? undefined : state.run));
  const runs = useEditor((state) => state.status.role !== "read");
  const me = useSession((state) => state.me?.id);
  const does = useCommand();
  if (!run || !isUnderWay(run)) return null;
  const whose = !run.by ? "A run" : run.by.id === me ? "Your run" : `${run.by.name}'s run`;
  return (
    <section aria-label="Run under way" className="flex items-center gap-2 text-sm whitespace-nowrap">
      <span className="text-soft max-md:hidden">{whose} goes on</span>
      {runs ? (
        <Button icon={Square} onClick={() => does("stop")}>
          Stop it
        </Button>
      ) : null}
    </section>
  );
}
