import { type KeyboardEvent, memo, useEffect, useRef, useState } from "react";
import { cellOf, cellTrouble } from "../model/sheet";
import { holdsReference, type Place, textOf } from "./place";
import { TextEditor } from "./TextEditor";

interface Props {
  id: string;
  label: string;
  type: string;
  value: unknown;
  field: string;
  place: Place;
  /** How long somebody may go on typing before it is stored: a long table is not sent for every letter. */
  calm: number;
  onChange: (value: unknown) => void;
}

/** One cell; a text that names a value gets the editor that completes it, all others are as light as can be. */
export const TableCell = memo(function TableCell({ id, label, type, value, field, place, calm, onChange }: Props) {
  const [text, setText] = useState(textOf(value));
  const due = useRef<ReturnType<typeof setTimeout>>(undefined);
  const latest = useRef({ text, value, onChange });
  latest.current = { text, value, onChange };
  const store = useRef((next: string) => {
    clearTimeout(due.current);
    due.current = undefined;
    if (next !== textOf(latest.current.value)) latest.current.onChange(cellOf(next, type));
  }).current;
  useEffect(() => {
    if (due.current === undefined) setText(textOf(value));
  }, [value]);
  useEffect(() => () => void (due.current !== undefined && store(latest.current.text)), [store]);
  const typed = (next: string) => {
    setText(next);
    clearTimeout(due.current);
    due.current = setTimeout(() => store(next), calm);
  };
  const [wasTyped] = useState(() => !holdsReference(value) && !text.includes("<"));
  if (/<|\{\{/.test(text))
    return (
      <TextEditor
        {...{ id, label, field, place }}
        offered={place.offered}
        single
        eager={wasTyped}
        value={text}
        onChange={typed}
      />
    );
  const trouble = cellTrouble(cellOf(text, type), type);
  if (type === "boolean" && typeof value !== "string")
    return (
      <input
        id={id}
        type="checkbox"
        aria-label={label}
        className="m-2 accent-(--accent)"
        checked={Boolean(value)}
        onChange={(event) => onChange(event.target.checked)}
      />
    );
  return (
    <input
      id={id}
      type={type === "date" && !trouble ? "date" : "text"}
      inputMode={type === "number" ? "decimal" : undefined}
      aria-label={label}
      aria-invalid={Boolean(trouble)}
      title={trouble}
      className={type === "number" ? "control text-right tabular-nums" : "control"}
      value={text}
      onChange={(event) => typed(event.target.value)}
      onBlur={() => store(latest.current.text)}
      onKeyDown={(event: KeyboardEvent) => event.key === "Enter" && store(latest.current.text)}
    />
  );
});
