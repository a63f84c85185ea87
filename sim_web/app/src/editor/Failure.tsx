import { useEditor } from "./store";
import { type Spot, useGoTo } from "./useGoTo";

/** Why something failed, and the way to where it can be mended. */
export function Failure({ spot, name, message }: { spot?: Spot; name?: string; message: string }) {
  const go = useGoTo();
  const exists = useEditor((state) => Boolean(spot && state.doc.blocks[spot.block]));
  return (
    <div role="alert" className="grid justify-items-start gap-1 rounded-md bg-bad-wash px-3 py-2 text-bad">
      <p className="max-h-40 max-w-full overflow-auto whitespace-pre-wrap [overflow-wrap:anywhere]">
        {name ? <strong>{name}: </strong> : null}
        {message}
      </p>
      {spot && exists ? (
        <button type="button" className="text-sm font-medium underline underline-offset-4" onClick={() => go(spot)}>
          {spot.field ? (spot.line ? `Go to line ${spot.line} of the field` : "Go to the field") : "Go to the block"}
        </button>
      ) : null}
    </div>
  );
}
