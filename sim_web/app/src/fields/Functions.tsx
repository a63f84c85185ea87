import { type KindProps, readJson, textOf } from "./place";
import { Rows } from "./Rows";
import { TextEditor } from "./TextEditor";
import { Use } from "./Use";

/** Functions written here, for an agent to use. */
export function Functions(props: KindProps) {
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
