import { ViewportPortal } from "@xyflow/react";
import { useCamera } from "../editor/canvas/camera";
import { useEditor } from "../editor/store";
import { colorOf } from "./people";

/** Where the others point; as large as one's own at any zoom. */
export function Cursors() {
  const peers = useEditor((state) => state.peers);
  const zoom = useCamera((at) => at[2]);
  return (
    <ViewportPortal>
      {peers.map((one) =>
        one.cursor ? (
          <div
            key={one.sid}
            data-cursor={one.name}
            aria-hidden
            className="pointer-events-none absolute top-0 left-0 z-[2001] flex origin-top-left items-start transition-transform duration-75 ease-linear"
            style={{
              transform: `translate(${one.cursor.x}px, ${one.cursor.y}px) scale(${1 / zoom})`,
              color: colorOf(one.user_id),
            }}
          >
            <svg width="16" height="18" viewBox="0 0 16 18" className="shrink-0" aria-hidden="true">
              <path d="M1 1l13 7-6 1.5L5 16z" fill="currentColor" stroke="white" />
            </svg>
            <span
              className="mt-3 max-w-40 truncate rounded-sm px-1 text-xs"
              style={{ background: colorOf(one.user_id), color: "white" }}
            >
              {one.name}
            </span>
          </div>
        ) : null,
      )}
    </ViewportPortal>
  );
}
