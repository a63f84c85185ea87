import { useInField } from "./peers";
import { Tag } from "./Tag";

/** Who else is in a field right now. */
export function FieldPeople({ block, field }: { block: string; field: string }) {
  const here = useInField(block, field);
  if (!here.length) return null;
  return (
    <span className="pointer-events-none absolute top-0 right-0 flex max-w-1/2 gap-1">
      {here.map((one) => (
        <Tag key={one.sid} person={one} />
      ))}
    </span>
  );
}
