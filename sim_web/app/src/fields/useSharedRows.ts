import { useLayoutEffect, useState, useSyncExternalStore } from "react";
import { useEditor } from "../editor/store";
import type { Row } from "../realtime/shapes";
import type { SharedRows } from "../realtime/types";
import type { KindProps } from "./place";
import type { RowValue } from "./Rows";

interface Shared {
  value: unknown;
  onChange: (rows: RowValue[]) => void;
  /** Which text of a row is typed together; nothing where it cannot be. */
  text: (row: RowValue, fact: string) => { of: SharedRows; id: string; fact: string } | undefined;
}

const never = () => () => undefined;
const areRows = (value: unknown) =>
  value === null ||
  value === undefined ||
  (Array.isArray(value) && value.every((row) => typeof row === "object" && row !== null));

/** The rows of a field, changed together with others where there is a room; the named fact of them is a text. */
export function useSharedRows({ place, field, value, onChange }: KindProps, fact: string): Shared {
  const client = useEditor((state) => state.client);
  const [of, setOf] = useState<SharedRows | null>(null);
  const may = Boolean(place.shares) && areRows(value);
  useLayoutEffect(() => {
    const opened = may ? client.rows(place.block, field.name, [fact]) : null;
    setOf(opened);
    return () => opened?.close();
  }, [client, may, place.block, field.name, fact]);
  const rows = useSyncExternalStore(of ? (listener) => of.onChange(listener) : never, () => of?.value);
  if (!of || !rows) return { value, onChange, text: () => undefined };
  return {
    value: rows,
    onChange: (changed) => of.change(changed as readonly Row[], rows),
    text: (row, name) => (row.id ? { of, id: row.id, fact: name } : undefined),
  };
}
