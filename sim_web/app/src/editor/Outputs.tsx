import { Pin, PinOff } from "lucide-react";
import { named } from "../commands/editor";
import { normalise } from "../model/names";
import type { Block } from "../realtime/document";
import { Button } from "../ui/Button";
import { Value } from "../ui/Value";
import { PinnedOutput } from "./PinnedOutput";
import { useEditor } from "./store";
import { useCommand } from "./useActs";

/** What a block brought last, and what is pinned in its place. */
export function Outputs({ block }: { block: Block }) {
  const last = useEditor((state) => state.run?.blocks[block.id]);
  const pins = useEditor((state) => state.status.editable && !block.locked);
  const told = last && (last.output !== undefined || last.message);
  if (!told && !block.pinned) return null;
  return (
    <>
      {block.pinned ? (
        <section className="grid grid-cols-1 gap-1">
          <Head title="Pinned output" action={pins ? <Do name="unpin" icon={PinOff} label="Unpin" /> : null} />
          <PinnedOutput block={block} disabled={!pins} />
        </section>
      ) : null}
      {told ? (
        <section className="grid grid-cols-1 gap-1">
          <Head
            title="Last output"
            action={pins && last.state === "done" ? <Do name="pin" icon={Pin} label="Pin" /> : null}
          />
          {last.message ? <p className="text-bad">{last.message}</p> : null}
          <div className="max-h-72 overflow-auto rounded-md border border-line p-2">
            <Value value={last.output ?? null} path={normalise(block.name)} name={`last output of ${block.name}`} />
          </div>
        </section>
      ) : null}
    </>
  );
}

const Head = ({ title, action }: { title: string; action: React.ReactNode }) => (
  <div className="flex min-h-7 items-center justify-between">
    <h3 className="text-xs font-semibold text-soft">{title}</h3>
    {action}
  </div>
);

/** A button for one of the editor's commands. */
function Do({ name, label, icon }: { name: string; label: string; icon: typeof Pin }) {
  const does = useCommand();
  return (
    <Button kind="ghost" icon={icon} className="h-7 px-2" title={named(name)?.label} onClick={() => does(name)}>
      {label}
    </Button>
  );
}
