import { useReactFlow } from "@xyflow/react";
import { useCallback, useEffect } from "react";
import { useEditor } from "../editor/store";
import { useEscape } from "../ui/useEscape";
import { useFollowed } from "./Avatars";
import { usePersons } from "./peers";
import { colorOf } from "./people";

/** While somebody is followed: their view is ours, and a frame says so; Escape ends it. */
export function Following() {
  const client = useEditor((state) => state.client);
  const flow = useReactFlow();
  const sid = useFollowed();
  const led = usePersons().find((one) => one.sid === sid);
  useEffect(
    () => client.onView(({ x, y, zoom }) => void flow.setCenter(x, y, { zoom, duration: 120 })),
    [client, flow],
  );
  const stop = useCallback(() => client.follow(null), [client]);
  useEscape(stop, Boolean(sid));
  if (!led) return null;
  const color = colorOf(led.user_id);
  return (
    <div className="pointer-events-none absolute inset-0 z-10 border-2" style={{ borderColor: color }}>
      <div
        role="status"
        className="pointer-events-auto absolute top-0 left-1/2 flex -translate-x-1/2 items-center gap-2 rounded-b-md px-3 py-1 text-sm text-white"
        style={{ background: color }}
      >
        Following {led.name}
        <button type="button" className="underline" onClick={stop}>
          Stop
        </button>
      </div>
    </div>
  );
}
