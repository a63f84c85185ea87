import { useAtBlock } from "./peers";
import { colorOf } from "./people";
import { Tag } from "./Tag";

/** Who has chosen this block elsewhere, or edits it. */
export function Watchers({ id }: { id: string }) {
  const here = useAtBlock(id);
  const [first] = here;
  if (!first) return null;
  return (
    <>
      <span
        className="watching pointer-events-none absolute -inset-1 rounded-lg border-2"
        style={{ borderColor: colorOf(first.user_id) }}
      />
      <span className="pointer-events-none absolute -top-6 left-0 flex max-w-full gap-1">
        {here.map((one) => (
          <Tag key={one.sid} person={one} />
        ))}
      </span>
    </>
  );
}
