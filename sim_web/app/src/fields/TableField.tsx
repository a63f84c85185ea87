import { X } from "lucide-react";
import { newId } from "../data/ids";
import { IconButton } from "../ui/Button";
import { type KindProps, textOf } from "./place";
import { TextEditor } from "./TextEditor";

interface Row {
  id: string;
  cells: Record<string, string>;
}

const rowsOf = (value: unknown, columns: string[]): Row[] => {
  if (Array.isArray(value)) return value.map((one) => (one?.cells ? one : { id: newId(), cells: one }));
  if (typeof value === "object" && value !== null)
    return Object.entries(value).map(([key, one]) => ({
      id: key,
      cells: { [columns[0] ?? "Key"]: key, [columns[1] ?? "Value"]: textOf(one) },
    }));
  return [];
};

/** Rows of named columns; the last row is always free, and typing in it makes another. */
export function TableField({ id, field, value, place, onChange }: KindProps) {
  const columns = field.columns?.length ? field.columns : ["key", "value"];
  const rows = rowsOf(value, columns);
  const shown = [...rows, { id: `new-${rows.length}`, cells: {} }];
  const set = (at: number, column: string, text: string) => {
    const row = shown[at];
    if (!row || (at === rows.length && !text)) return;
    onChange(
      shown.slice(0, Math.max(rows.length, at + 1)).with(at, { id: row.id, cells: { ...row.cells, [column]: text } }),
    );
  };
  return (
    <div id={id} className="grid gap-1">
      <div className="grid grid-cols-[1fr_1fr_24px] gap-1 text-xs text-soft">
        {columns.slice(0, 2).map((one) => (
          <span key={one}>{one}</span>
        ))}
      </div>
      {shown.map((row, at) => (
        <div key={row.id} className="grid grid-cols-[1fr_1fr_24px] items-center gap-1">
          {columns.map((column, index) => (
            <TextEditor
              key={column}
              id={`${id}-${row.id}-${index}`}
              label={`${column} ${at + 1}`}
              field={field.name}
              place={place}
              offered={place.offered}
              single
              value={textOf((row.cells as Record<string, unknown>)[column])}
              onChange={(text) => set(at, column, text)}
            />
          ))}
          {at < rows.length ? (
            <IconButton small icon={X} label={`Remove row ${at + 1}`} onClick={() => onChange(rows.toSpliced(at, 1))} />
          ) : (
            <span />
          )}
        </div>
      ))}
    </div>
  );
}
