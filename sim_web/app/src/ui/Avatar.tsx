import { COLORS, initials, ownColor } from "./person";

/** A person's initials on a colour of their own. */
export const Avatar = ({ id, name, size = 24 }: { id: string; name: string; size?: number }) => (
  <span
    aria-hidden
    className="grid shrink-0 place-items-center rounded-full font-semibold text-white"
    style={{ width: size, height: size, background: COLORS[ownColor(id)], fontSize: size * 0.4 }}
  >
    {initials(name)}
  </span>
);
