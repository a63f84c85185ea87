import { Check, Circle, X } from "lucide-react";
import { useEffect, useRef } from "react";
import { useCommands } from "../commands/store";
import { first, STEPS, type Step, useFirst } from "../frame/first";
import { IconButton } from "../ui/Button";
import { Keys } from "../ui/Keys";
import { useEditor } from "./store";

const WORDS: Record<Step, { says: string; keys?: string }> = {
  run: { says: "Press Run and see what comes out", keys: "Mod+Enter" },
  look: { says: "Click a block to see what it does" },
  add: { says: "Add a block from the list above" },
  search: { says: "Find anything by its name", keys: "Mod+K" },
};

/** What somebody new may try first; each is ticked once it was done, and the whole goes away for good. */
export function FirstSteps() {
  const left = useFirst((state) => state.left);
  const editable = useEditor((state) => state.status.editable);
  useTicks();
  if (!left.length || !editable) return null;
  return (
    <section aria-label="First steps" className="border-t border-line bg-page px-4 pt-2 pb-3">
      <div className="flex items-center justify-between">
        <h2 className="font-semibold">First steps</h2>
        <IconButton small icon={X} label="Do not show the first steps again" onClick={first.dismiss} />
      </div>
      <ul className="grid gap-1 pt-1">
        {STEPS.map((step) => (
          <Line key={step} step={step} done={!left.includes(step)} />
        ))}
      </ul>
    </section>
  );
}

function Line({ step, done }: { step: Step; done: boolean }) {
  const { says, keys } = WORDS[step];
  const Icon = done ? Check : Circle;
  return (
    <li className="flex items-center gap-2">
      <Icon size={14} className={done ? "shrink-0 text-good" : "shrink-0 text-soft"} aria-hidden />
      <span className={done ? "min-w-0 flex-1 text-soft line-through" : "min-w-0 flex-1"}>
        {says}
        {done ? <span className="sr-only">, done</span> : null}
      </span>
      {keys ? <Keys keys={keys} /> : null}
    </li>
  );
}

/** Whatever was done counts, however it was done. */
function useTicks() {
  const ran = useEditor((state) => Boolean(state.run));
  const looked = useEditor((state) => state.selected.length === 1);
  const blocks = useEditor((state) => Object.keys(state.doc.blocks).length);
  const searched = useCommands((state) => state.open);
  const before = useRef(blocks);
  const added = blocks > before.current;
  useEffect(() => {
    const did: Record<Step, boolean> = { run: ran, look: looked, add: added, search: searched };
    for (const step of STEPS) if (did[step]) first.done(step);
  }, [ran, looked, added, searched]);
}
