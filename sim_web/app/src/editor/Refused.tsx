import type { Problem } from "../api/schema";
import { useEditor, useEditorStore } from "./store";
import { useReveal } from "./useReveal";

/** Everything that keeps a workflow from running, each a click from the block that it is about. */
export function Refused({ problems }: { problems: readonly Problem[] }) {
  const store = useEditorStore();
  const reveal = useReveal();
  const blocks = useEditor((state) => state.doc.blocks);
  const go = (id: string) => {
    store.getState().set({ panel: "block" });
    store.getState().select([id]);
    reveal(id);
  };
  return (
    <ul aria-label="Problems" className="grid grid-cols-1 gap-1">
      {problems.map((one) => {
        const block = one.block ? blocks[one.block] : undefined;
        return (
          <li key={one.code + one.pointer}>
            {block ? (
              <button
                type="button"
                className="flex w-full gap-3 rounded-md px-2 py-1 text-left hover:bg-hover"
                onClick={() => go(block.id)}
              >
                <span className="shrink-0 font-medium text-accent">{block.name}</span>
                <span>{one.message}</span>
              </button>
            ) : (
              <p className="px-2 py-1">{one.message}</p>
            )}
          </li>
        );
      })}
    </ul>
  );
}
