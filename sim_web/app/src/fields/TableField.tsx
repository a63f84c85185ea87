import { X } from "lucide-react";
import { type ClipboardEvent, type KeyboardEvent, useMemo, useRef } from "react";
import { newId } from "../data/ids";
import { cellsIn, cellTrouble, pasted, type SheetRow, sheetRows } from "../model/sheet";
import { IconButton } from "../ui/Button";
import { useWindowed } from "../ui/useWindowed";
import { counted } from "../ui/words";
import type { KindProps } from "./place";
import { TableCell } from "./TableCell";

const HIGH = 34;
const LONG = 200;
const CALM_MS = 400;
const MOST_SHOWN = 10;
const DEFAULT = ["key", "value"];

/** Rows of named columns, as in a spreadsheet; the last row is always free, and typing in it makes another. */
export function TableField({ id, field, value, place, onChange }: KindProps) {
  const columns = field.columns?.length ? field.columns : DEFAULT;
  const types = columns.map((_, at) => field.column_types?.[at] ?? "string");
  const rows = useMemo(() => sheetRows(value, columns), [value, columns]);
  const fresh = useRef(newId().slice(-12));
  if (rows.some((row) => row.id === fresh.current)) fresh.current = newId().slice(-12);
  const shown: SheetRow[] = [...rows, { id: fresh.current, cells: {} }];
  const box = useRef<HTMLDivElement>(null);
  const { from, to, above, below } = useWindowed(box, HIGH, shown.length);
  const latest = useRef({ shown, rows, onChange });
  latest.current = { shown, rows, onChange };
  const set = (rowId: string, column: string, next: unknown) => {
    const now = latest.current;
    const at = now.shown.findIndex((row) => row.id === rowId);
    const row = now.shown[at];
    if (!row || (at === now.rows.length && (next === "" || next === null))) return;
    const changed = { id: row.id, cells: { ...row.cells, [column]: next } };
    now.onChange(at === now.rows.length ? [...now.rows, changed] : now.rows.with(at, changed));
  };
  const go = (row: number, column: number) => {
    const element = box.current;
    if (!element || row < 0 || row >= shown.length) return;
    const top = row * HIGH;
    if (top < element.scrollTop) element.scrollTop = top;
    if (top + HIGH > element.scrollTop + element.clientHeight) element.scrollTop = top + HIGH - element.clientHeight;
    const find = () => element.querySelector<HTMLElement>(`[data-cell="${row}-${column}"] :is(input, .cm-content)`);
    const now = find();
    if (now) now.focus();
    else requestAnimationFrame(() => requestAnimationFrame(() => find()?.focus()));
  };
  const onKey = (event: KeyboardEvent) => {
    const place = placeOf(event.target);
    const down =
      event.key === "Enter"
        ? event.shiftKey
          ? -1
          : 1
        : event.key === "ArrowDown"
          ? 1
          : event.key === "ArrowUp"
            ? -1
            : 0;
    if (!place || !down || event.defaultPrevented || event.nativeEvent.isComposing) return;
    if ((event.target as HTMLElement).closest(".cm-editor") && event.key !== "Enter") return;
    event.preventDefault();
    go(place.row + down, place.column);
  };
  const onPaste = (event: ClipboardEvent) => {
    const place = placeOf(event.target);
    const text = event.clipboardData.getData("text/plain");
    if (!place || !/[\t\n]/.test(text.trimEnd())) return;
    event.preventDefault();
    event.stopPropagation();
    onChange(
      pasted(rows, cellsIn(text), place, columns, types, () => newId().slice(-12)),
      true,
    );
  };
  const wrong = useMemo(
    () => rows.findIndex((row) => columns.some((name, at) => cellTrouble(row.cells[name], types[at] ?? "string"))),
    [rows, columns, types],
  );
  const grid = { gridTemplateColumns: `repeat(${columns.length}, minmax(72px, 1fr)) 24px` };
  return (
    <section
      id={id}
      aria-label={field.title}
      className="grid grid-cols-1 gap-1"
      onPasteCapture={onPaste}
      onKeyDown={onKey}
    >
      <div ref={box} className="overflow-auto" style={{ maxHeight: HIGH * MOST_SHOWN + 24 }}>
        <div className="sticky top-0 z-1 grid gap-1 bg-card pb-1 text-xs text-soft" style={grid}>
          {columns.map((one) => (
            <span key={one}>{one}</span>
          ))}
        </div>
        <div style={{ height: above }} />
        {shown.slice(from, to).map((row, index) => {
          const at = from + index;
          return (
            <div key={row.id} className="grid items-center gap-1" style={{ ...grid, height: HIGH }}>
              {columns.map((column, across) => (
                <div key={column} data-cell={`${at}-${across}`} className="min-w-0">
                  <TableCell
                    id={`${id}-${row.id}-${across}`}
                    label={`${column} ${at + 1}`}
                    type={types[across] ?? "string"}
                    value={row.cells[column]}
                    field={field.name}
                    place={place}
                    calm={rows.length > LONG ? CALM_MS : 0}
                    onChange={(next) => set(row.id, column, next)}
                  />
                </div>
              ))}
              {at < rows.length ? (
                <IconButton
                  small
                  icon={X}
                  label={`Remove row ${at + 1}`}
                  onClick={() => onChange(rows.toSpliced(at, 1))}
                />
              ) : null}
            </div>
          );
        })}
        <div style={{ height: below }} />
      </div>
      {wrong >= 0 ? (
        <p role="alert" className="text-sm text-bad">
          Row {wrong + 1}:{" "}
          {columns.map((name, at) => cellTrouble(rows[wrong]?.cells[name], types[at] ?? "string")).find(Boolean)}
        </p>
      ) : rows.length > MOST_SHOWN ? (
        <p className="text-xs text-soft">{counted(rows.length, "row")}</p>
      ) : null}
    </section>
  );
}

/** Of which cell an element is. */
function placeOf(target: EventTarget) {
  const [row, column] =
    (target as HTMLElement).closest<HTMLElement>("[data-cell]")?.dataset.cell?.split("-").map(Number) ?? [];
  return row === undefined || column === undefined ? undefined : { row, column };
}
