import { useQuery } from "@tanstack/react-query";
import { integrations, workflows } from "../api/queries";
import { Pick } from "../ui/Pick";
import { type KindProps, readJson, textOf } from "./place";
import { Rows, type RowValue, rowsIn } from "./Rows";
import { TextEditor } from "./TextEditor";

const USES = [
  ["auto", "When it likes"],
  ["force", "Must use"],
  ["none", "Off"],
] as const;

const Use = ({ row, set }: { row: RowValue; set: (facts: Partial<RowValue>) => void }) => (
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

/** What an agent may use: tools of integrations, workflows, or functions written here. */
export function Tools(props: KindProps) {
  if (props.field.fields?.length) return <Functions {...props} />;
  return <Chosen {...props} />;
}

function Chosen(props: KindProps) {
  const tools = (useQuery(integrations).data?.items ?? []).flatMap((one) =>
    (one.tools ?? []).map((tool) => ({ value: tool.id, label: tool.title, group: one.title })),
  );
  const flows = (useQuery(workflows).data?.items ?? []).map((one) => ({
    value: `workflow:${one.id}`,
    label: one.name || "Untitled",
    group: "Workflows",
  }));
  const rows = rowsIn(props.value);
  const set = (at: number, facts: Partial<RowValue>) => props.onChange(rows.with(at, { ...rows[at], ...facts }));
  return (
    <Rows
      id={props.id}
      value={props.value}
      add="Add a tool"
      fresh={() => ({ tool: "", use: "auto", inputs: {} })}
      onChange={(next) => props.onChange(next.map(({ id: _, ...row }) => row))}
      head={(row, _, at) => (
        <>
          <Pick
            label="Tool"
            value={textOf(row.tool)}
            options={[...tools, ...flows]}
            placeholder="Choose a tool…"
            onChange={(tool) => set(at, { tool })}
          />
          <Use row={row} set={(facts) => set(at, facts)} />
        </>
      )}
      body={(row, _, at) => (
        <TextEditor
          id={`${props.id}-${at}-inputs`}
          label="Inputs that the model does not choose, as JSON"
          field={props.field.name}
          place={props.place}
          offered={props.place.offered}
          language="json"
          placeholder='Fixed inputs, such as {"owner": "octocat"}'
          value={
            Object.keys((row.inputs as object) ?? {}).length || typeof row.inputs === "string" ? textOf(row.inputs) : ""
          }
          onChange={(text) => set(at, { inputs: readJson(text) ?? {} })}
        />
      )}
    />
  );
}

function Functions(props: KindProps) {
  return (
    <Rows
      id={props.id}
      value={props.value}
      add="Add a function"
      fresh={(rows) => ({
        name: `function_${rows.length + 1}`,
        description: "",
        code: "",
        language: "python",
        use: "auto",
        schema: { type: "object", properties: {} },
      })}
      onChange={(rows) => props.onChange(rows.map(({ id: _, ...row }) => row))}
      head={(row, set) => (
        <>
          <input
            aria-label="Name of the function"
            className="control h-7 py-0 font-mono"
            value={textOf(row.name)}
            onChange={(event) => set({ name: event.target.value })}
          />
          <Use row={row} set={set} />
        </>
      )}
      body={(row, set, at) => {
        const editor = (
          name: string,
          label: string,
          more: { code?: boolean; language?: string; rows?: number },
          read: (text: string) => unknown = (text) => text,
        ) => (
          <TextEditor
            id={`${props.id}-${at}-${name}`}
            label={label}
            field={props.field.name}
            place={props.place}
            offered={[]}
            placeholder={label}
            value={textOf(row[name])}
            onChange={(text) => set({ [name]: read(text) })}
            {...more}
          />
        );
        return (
          <>
            {editor("description", "What it does, for the model", { rows: 2 })}
            {editor("schema", "JSON Schema of its arguments", { code: true, language: "json", rows: 3 }, readJson)}
            <select
              aria-label="Language"
              className="control h-7 py-0"
              value={textOf(row.language)}
              onChange={(event) => set({ language: event.target.value })}
            >
              <option value="python">Python</option>
              <option value="javascript">JavaScript</option>
            </select>
            {editor("code", "Its body", { code: true, language: textOf(row.language), rows: 5 })}
          </>
        );
      }}
    />
  );
}
