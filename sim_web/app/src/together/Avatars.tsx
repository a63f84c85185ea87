import { useEffect, useState } from "react";
import { useEditor } from "../editor/store";
import { initials } from "../ui/person";
import { usePersons } from "./peers";
import { colorOf } from "./people";

const MOST = 6;

/** Who is here; a click follows somebody, another one stops. */
export function Avatars() {
  const client = useEditor((state) => state.client);
  const here = usePersons();
  const followed = useFollowed();
  const led = here.find((one) => one.sid === followed)?.user_id;
  return (
    <div className="flex -space-x-1.5" data-here={here.length}>
      {here.slice(0, MOST).map((one) => (
        <button
          key={one.sid}
          type="button"
          title={one.user_id === led ? `Stop following ${one.name}` : `Follow ${one.name}`}
          aria-label={`Follow ${one.name}`}
          aria-pressed={one.user_id === led}
          onClick={() => client.follow(one.user_id === led ? null : one.sid)}
          className="grid size-7 place-items-center rounded-full border-2 border-card text-xs font-semibold text-white aria-pressed:border-accent"
          style={{ background: colorOf(one.user_id) }}
        >
          {initials(one.name)}
        </button>
      ))}
      {here.length > MOST ? (
        <span
          className="grid h-7 min-w-7 place-items-center rounded-full border-2 border-card bg-hover px-1 text-xs font-semibold text-soft"
          title={here
            .slice(MOST)
            .map((one) => one.name)
            .join(", ")}
        >
          +{here.length - MOST}
        </span>
      ) : null}
    </div>
  );
}

/** The connection whose view is followed. */
export function useFollowed(): string | null {
  const client = useEditor((state) => state.client);
  const [sid, setSid] = useState(client.following());
  useEffect(() => client.onPresence(() => setSid(client.following())), [client]);
  return sid;
}
