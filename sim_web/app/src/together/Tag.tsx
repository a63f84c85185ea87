import type { Somebody } from "./peers";
import { colorOf } from "./people";

/** A name in its colour. */
export const Tag = ({ person }: { person: Somebody }) => (
  <span
    className="truncate rounded-sm px-1 text-xs text-white"
    style={{ background: colorOf(person.user_id) }}
    data-person={person.name}
  >
    {person.name}
  </span>
);
