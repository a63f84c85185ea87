import type { Problem } from "../api/schema";
import { useEditor, useEditorStore } from "./store";
import { useGoTo } from "./useGoTo";

/** Everything that keeps a workflow from running, each a click from the field that it is about. */
export function Refused({ problems }: { problems: readonly Problem[] }) {
  const blocks = useEditor((state) => state.doc.blocks);
  const lead = useLead();
  return (
    <ul aria-label="Problems" className="grid grid-cols-1 gap-1">
      {problems.map((one) => {
        const go = lead(one);
        const name = one.block && blocks[one.block]?.name;
        const said = (
          <>
            {name ? <span className="shrink-0 font-medium text-accent">{name}</span> : null}
            <span>{one.message}</span>
          </>
        );
        return (
          <li key={one.code + one.pointer}>
            {go ? (
              <button
                type="button"
                className="flex w-full gap-3 rounded-md px-2 py-1 text-left hover:bg-hover"
                onClick={go}
              >
                {said}
              </button>
            ) : (
              <p className="flex gap-3 px-2 py-1">{said}</p>
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** What a click on a problem does: to its field, its block, or the variables; nothing where there is no such place. */
export function useLead(): (problem: Problem) => (() => void) | undefined {
  const store = useEditorStore();
  const goTo = useGoTo();
  return ({ block, field, line, pointer }) => {
    if (block && store.getState().doc.blocks[block]) return () => goTo({ block, field, line });
    if (pointer?.startsWith("/variables")) return () => store.setState({ shown: "variables" });
    return undefined;
  };
}
