import { ViewportPortal } from "@xyflow/react";
import { colorOf } from "./people";
import { useEditor } from "./store";

/** Where the others point. */
export function Cursors() {
  const peers = useEditor((state) => state.peers);
  return (
    <ViewportPortal>
      {peers.map((one) =>
        one.cursor ? (
          <div
            key={one.sid}
            className="pointer-events-none absolute z-50"
            style={{ transform: `translate(${one.cursor.x}px, ${one.cursor.y}px)`, color: colorOf(one.user_id) }}
          >
            <svg width="16" height="18" viewBox="0 0 16 18" aria-hidden="true">
              <path d="M1 1l13 7-6 1.5L5 16z" fill="currentColor" stroke="white" />
            </svg>
            <span className="ml-3 rounded-sm px-1 text-xs text-white" style={{ background: "currentColor" }}>
              <span className="text-white">{one.name}</span>
            </span>
          </div>
        ) : null,
      )}
    </ViewportPortal>
  );
}
