import { useEditor } from "../editor/store";
import { normalise } from "../model/names";
import { type KindProps, languageOf, readJson, textOf } from "./place";
import { Rows, type RowValue } from "./Rows";
import { TextEditor } from "./TextEditor";
import { JsonField } from "./texts";
import { useSharedRows } from "./useSharedRows";

type Set = (facts: Partial<RowValue>) => void;
const TYPES = ["string", "number", "boolean", "object", "array", "file[]"];

const text = (
  props: KindProps,
  row: RowValue,
  set: Set,
  name: string,
  label: string,
  more: Partial<Parameters<typeof TextEditor>[0]> = {},
) => (
  <TextEditor
    id={`${props.id}-${row.id}-${name}`}
    label={label}
    field={props.field.name}
    place={props.place}
    offered={props.place.offered}
    placeholder={label}
    value={textOf(row[name])}
    onChange={(value) => set({ [name]: value })}
    {...more}
  />
);
const input = (row: RowValue, set: Set, name: string, label: string) => (
  <input
    aria-label={label}
    placeholder={label}
    className="control h-7 py-0"
    value={textOf(row[name])}
    onChange={(event) => set({ [name]: event.target.value })}
  />
);
const select = (row: RowValue, set: Set, name: string, label: string, options: readonly string[]) => (
  <select
    aria-label={label}
    className="control h-7 w-28 py-0"
    value={textOf(row[name]) || options[0]}
    onChange={(event) => set({ [name]: event.target.value })}
  >
    {options.map((one) => (
      <option key={one}>{one}</option>
    ))}
  </select>
);

export function Conditions(props: KindProps) {
  const language = languageOf(props.field, props.place.values);
  const isElse = (row: RowValue) => row.title === "else";
  const order = (rows: RowValue[]) => {
    const branches = rows.filter((row) => !isElse(row)).map((row, at) => ({ ...row, title: at ? "else if" : "if" }));
    return [...branches, ...rows.filter(isElse)];
  };
  return (
    <Rows
      id={props.id}
      value={props.value}
      add="Add a branch"
      fixed={isElse}
      fresh={() => ({ title: "else if", value: "" })}
      onChange={(rows) => props.onChange(order(rows))}
      head={(row) => <span className="font-mono text-sm text-soft">{textOf(row.title)}</span>}
      body={(row, set) =>
        isElse(row) ? null : text(props, row, set, "value", "Expression that must hold", { code: true, language })
      }
    />
  );
}

export const Routes = (props: KindProps) => (
  <Rows
    id={props.id}
    value={props.value}
    add="Add a route"
    fresh={(rows) => ({ title: `Route ${rows.length + 1}`, value: "" })}
    onChange={props.onChange}
    head={(row, set) => input(row, set, "title", "Name of the route")}
    body={(row, set) => text(props, row, set, "value", "When this is the way to go", { rows: 2 })}
  />
);

const ENDS = [
  { name: "min", label: "Worst score" },
  { name: "max", label: "Best score" },
] as const;
const rangeOf = (row: RowValue) => ({ min: 1, max: 5, ...(typeof row.range === "object" ? row.range : null) });
const range = (row: RowValue, set: Set) => (
  <div className="flex items-center gap-2">
    {ENDS.map(({ name, label }) => (
      <label key={name} className="flex flex-1 items-center gap-1 text-faint text-xs">
        {label}
        <input
          type="number"
          className="control h-7 min-w-0 py-0"
          value={textOf(rangeOf(row)[name])}
          onChange={(event) =>
            set({ range: { ...rangeOf(row), [name]: event.target.value === "" ? "" : Number(event.target.value) } })
          }
        />
      </label>
    ))}
  </div>
);

export function Metrics(props: KindProps) {
  const shared = useSharedRows(props, "description");
  return (
    <Rows
      id={props.id}
      value={shared.value}
      add="Add a metric"
      fresh={() => ({ name: "", description: "", range: { min: 1, max: 5 } })}
      onChange={shared.onChange}
      head={(row, set) => input(row, set, "name", "Name of the metric")}
      body={(row, set) => (
        <>
          {text(props, row, set, "description", "What is measured", { rows: 2, row: shared.text(row, "description") })}
          {range(row, set)}
        </>
      )}
    />
  );
}

const ROLES = ["system", "user", "assistant"];
export function Messages(props: KindProps) {
  const shared = useSharedRows(props, "content");
  return (
    <Rows
      id={props.id}
      value={shared.value}
      add="Add a message"
      fresh={(rows) => ({ role: rows.length ? "user" : "system", content: "" })}
      onChange={shared.onChange}
      head={(row, set) => select(row, set, "role", "Who says it", ROLES)}
      body={(row, set) =>
        text(props, row, set, "content", "What is said", { rows: 3, row: shared.text(row, "content") })
      }
    />
  );
}

export function VariablesField(props: KindProps) {
  const variables = useEditor((state) => state.doc.variables);
  const all = Object.values(variables);
  const choose = (set: Set, name: string) => {
    const found = all.find((one) => normalise(one.name) === normalise(name));
    set({
      variable_name: name,
      variable_id: found?.id ?? null,
      type: found?.type ?? "plain",
      is_existing: Boolean(found),
    });
  };
  return (
    <Rows
      id={props.id}
      value={props.value}
      add="Set a variable"
      fresh={() => ({
        variable_name: all[0]?.name ?? "",
        variable_id: all[0]?.id,
        type: all[0]?.type ?? "plain",
        value: "",
      })}
      onChange={props.onChange}
      head={(row, set) => (
        <select
          aria-label="Variable"
          className="control h-7 py-0"
          value={textOf(row.variable_name)}
          onChange={(event) => choose(set, event.target.value)}
        >
          {[...new globalThis.Set(["", ...all.map((one) => one.name), textOf(row.variable_name)])].map((name) => (
            <option key={name} value={name}>
              {name || "Choose a variable…"}
            </option>
          ))}
        </select>
      )}
      body={(row, set) => text(props, row, set, "value", "Its new value")}
    />
  );
}

export const InputSchema = (props: KindProps) => (
  <Rows
    id={props.id}
    value={props.value}
    add="Add an input"
    fresh={(rows) => ({ name: rows.length ? `input${rows.length + 1}` : "input", type: "string" })}
    onChange={props.onChange}
    head={(row, set) => (
      <>
        {input(row, set, "name", "Name")}
        {select(row, set, "type", "Type", TYPES)}
      </>
    )}
    body={(row, set) => (
      <>
        {input(row, set, "description", "What it means")}
        <input
          aria-label="When nothing is given"
          placeholder="When nothing is given"
          className="control h-7 py-0 font-mono text-sm"
          value={textOf(row.value)}
          onChange={(event) => set({ value: event.target.value || null })}
        />
        <label className="flex items-center gap-2 text-sm">
          <input
            type="checkbox"
            className="accent-(--accent)"
            checked={Boolean(row.required)}
            onChange={(event) => set({ required: event.target.checked })}
          />
          Needed
        </label>
      </>
    )}
  />
);

/** Rows of values, or a JSON Schema where the answer's form is described. */
export function ResponseSchema(props: KindProps) {
  if (props.field.type !== "array")
    return <JsonField {...props} field={{ ...props.field, placeholder: '{"type": "object", "properties": {}}' }} />;
  return (
    <Rows
      id={props.id}
      value={props.value}
      add="Add a value"
      fresh={(rows) => ({ name: `value${rows.length + 1}`, type: "string", value: "" })}
      onChange={props.onChange}
      head={(row, set) => (
        <>
          {input(row, set, "name", "Name")}
          {select(row, set, "type", "Type", TYPES)}
        </>
      )}
      body={(row, set) =>
        text(
          props,
          row,
          (facts) => set("value" in facts && row.type !== "string" ? { value: readJson(String(facts.value)) } : facts),
          "value",
          "Value",
        )
      }
    />
  );
}
