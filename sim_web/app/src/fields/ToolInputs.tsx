import { useState } from "react";
import { useEditor } from "../editor/store";
import { isEmpty, isShown, stranded } from "../model/forms";
import { FieldEditor } from "./FieldEditor";
import type { Place } from "./place";
import type { RowValue } from "./Rows";

interface Props {
  row: RowValue;
  tool: string;
  place: Place;
  set: (facts: Partial<RowValue>) => void;
}

/** What a person fills in of a tool; the model fills in the rest. */
export function ToolInputs({ row, tool, place, set }: Props) {
  const [service = "", operation = ""] = tool.split(".");
  const form = useEditor((state) => state.types.get(service)?.form);
  const inputs = (typeof row.inputs === "object" && row.inputs ? row.inputs : {}) as Record<string, unknown>;
  const values: Record<string, unknown> = { ...inputs, operation, credential: row.credential ?? "" };
  const fields = (form ?? []).filter((one) => one.name !== "operation" && isShown(one, values, form ?? []));
  const given = fields.filter((one) => !isEmpty(values[one.name])).length;
  const [open, setOpen] = useState(false);
  const change = (name: string, value: unknown) => {
    if (name === "credential") return set({ credential: value ?? "" });
    const left = { ...inputs, [name]: value };
    for (const one of [name, ...stranded(name, fields, values)]) if (one !== name || isEmpty(value)) delete left[one];
    set({ inputs: left });
  };
  if (!fields.length) return null;
  return (
    <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="cursor-pointer text-sm text-soft">
        {given ? `${given} filled in by you; the model fills in the rest` : "The model fills in everything"}
      </summary>
      {open ? (
        <div className="grid gap-3 pt-2">
          {fields.map((one) => (
            <FieldEditor
              key={one.name}
              field={{ ...one, required: false }}
              place={{ ...place, tool, values, shares: false }}
              onChange={(value) => change(one.name, value)}
            />
          ))}
        </div>
      ) : null}
    </details>
  );
}
