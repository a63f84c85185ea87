import { useQuery } from "@tanstack/react-query";
import { integrations, workflows } from "../api/queries";
import { useEditor } from "../editor/store";
import { Pick } from "../ui/Pick";
import { Functions } from "./Functions";
import { type KindProps, readJson, textOf } from "./place";
import { Rows, type RowValue, rowsIn } from "./Rows";
import { TextEditor } from "./TextEditor";
import { ToolInputs } from "./ToolInputs";
import { Use } from "./Use";

/** What an agent may use: tools of integrations, workflows, or functions written here. */
export function Tools(props: KindProps) {
  if (props.field.fields?.length) return <Functions {...props} />;
  return <Chosen {...props} />;
}

function Chosen(props: KindProps) {
  const types = useEditor((state) => state.types);
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
            onChange={(tool) => set(at, { tool, inputs: {}, credential: "" })}
          />
          <Use row={row} set={(facts) => set(at, facts)} />
        </>
      )}
      body={(row, _, at) => {
        const tool = textOf(row.tool);
        if (tool.includes(".") && types.has(tool.split(".")[0] ?? ""))
          return <ToolInputs row={row} tool={tool} place={props.place} set={(facts) => set(at, facts)} />;
        return (
          <TextEditor
            id={`${props.id}-${at}-inputs`}
            label="Inputs that the model does not choose, as JSON"
            field={props.field.name}
            place={props.place}
            offered={props.place.offered}
            language="json"
            placeholder='Fixed inputs, such as {"owner": "octocat"}'
            value={
              Object.keys((row.inputs as object) ?? {}).length || typeof row.inputs === "string"
                ? textOf(row.inputs)
                : ""
            }
            onChange={(text) => set(at, { inputs: readJson(text) ?? {} })}
          />
        );
      }}
    />
  );
}
