import { ArrowUp, Plus, X } from "lucide-react";
import type { ReactNode } from "react";
import { newId } from "../data/ids";
import { Button, IconButton } from "../ui/Button";

export type RowValue = Record<string, unknown> & { id?: string };

interface Props {
  id: string;
  value: unknown;
  add: string;
  fresh: (rows: RowValue[]) => RowValue;
  onChange: (rows: RowValue[]) => void;
  /** What stands in a row's head beside its buttons. */
  head: (row: RowValue, set: (facts: Partial<RowValue>) => void, at: number) => ReactNode;
  body?: (row: RowValue, set: (facts: Partial<RowValue>) => void, at: number) => ReactNode;
  fixed?: (row: RowValue, at: number) => boolean;
}

export const rowsIn = (value: unknown): RowValue[] =>
  Array.isArray(value) ? value.map((one) => (typeof one === "object" && one ? one : { value: one })) : [];

/** A list of structured rows: added, removed, moved up. */
export function Rows({ id, value, add, fresh, onChange, head, body, fixed }: Props) {
  const rows = rowsIn(value);
  const swap = (at: number) => {
    const [one, before] = [rows[at], rows[at - 1]];
    if (one && before) onChange(rows.with(at, before).with(at - 1, one));
  };
  return (
    <div id={id} className="grid gap-2">
      {rows.map((row, at) => {
        const set = (facts: Partial<RowValue>) => onChange(rows.with(at, { ...row, ...facts }));
        const stays = fixed?.(row, at);
        return (
          <div key={row.id || at} className="rounded-md border border-line bg-page">
            <div className="flex items-center gap-1 p-1 pl-2">
              <div className="flex min-w-0 flex-1 items-center gap-1">{head(row, set, at)}</div>
              {at > 0 && !stays ? (
                <IconButton small icon={ArrowUp} label={`Move row ${at + 1} up`} onClick={() => swap(at)} />
              ) : null}
              {stays ? null : (
                <IconButton
                  small
                  icon={X}
                  label={`Remove row ${at + 1}`}
                  onClick={() => onChange(rows.toSpliced(at, 1))}
                />
              )}
            </div>
            {body ? <div className="grid gap-1 p-1 pt-0">{body(row, set, at)}</div> : null}
          </div>
        );
      })}
      <div>
        <Button
          icon={Plus}
          className="h-7"
          onClick={() => onChange([...rows, { id: newId().slice(-12), ...fresh(rows) }])}
        >
          {add}
        </Button>
      </div>
    </div>
  );
}
