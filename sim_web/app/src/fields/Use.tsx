import { textOf } from "./place";
import type { RowValue } from "./Rows";

const USES = [
  ["auto", "When it likes"],
  ["force", "Must use"],
  ["none", "Off"],
] as const;

/** Whether the model may, must or cannot use a tool. */
export const Use = ({ row, set }: { row: RowValue; set: (facts: Partial<RowValue>) => void }) => (
  <select
    aria-label="Whether the model may use it"
    className="control h-7 w-32 py-0"
    value={textOf(row.use) || "auto"}
    onChange={(event) => set({ use: event.target.value })}
  >
    {USES.map(([value, label]) => (
      <option key={value} value={value}>
        {label}
      </option>
    ))}
  </select>
);
