import { useQuery } from "@tanstack/react-query";
import { Eye, EyeOff } from "lucide-react";
import { useState } from "react";
import { models, workflows } from "../api/queries";
import { useEditor } from "../editor/store";
import { IconButton } from "../ui/Button";
import { Pick } from "../ui/Pick";
import { base, type KindProps, textOf } from "./place";
import { TextEditor } from "./TextEditor";

export function SecretText({ id, value, invalid, onChange }: KindProps) {
  const [seen, setSeen] = useState(false);
  return (
    <div className="flex items-center gap-1">
      <input
        id={id}
        type={seen ? "text" : "password"}
        autoComplete="off"
        className="control font-mono"
        aria-invalid={invalid}
        placeholder="{{NAME_OF_A_SECRET}}"
        value={textOf(value)}
        onChange={(event) => onChange(event.target.value || null)}
      />
      <IconButton label={seen ? "Hide" : "Show"} icon={seen ? EyeOff : Eye} onClick={() => setSeen(!seen)} />
    </div>
  );
}

export function Model({ id, field, value, invalid, onChange }: KindProps) {
  const listed = useQuery(models).data?.items ?? [];
  const options = listed.map((one) => ({
    value: one.name,
    label: one.model.title || one.model.id,
    group: one.provider,
    detail: one.model.input_price ? `$${one.model.input_price} / M` : undefined,
  }));
  const known = (text: string) =>
    options.find((one) => one.value === text || one.value.endsWith(`/${text}`))?.value ?? text;
  if (field.type !== "array")
    return (
      <Pick
        id={id}
        label={field.title}
        value={known(textOf(value))}
        options={options}
        free
        invalid={invalid}
        onChange={(text) => onChange(text || null)}
      />
    );
  const chosen = Array.isArray(value) ? (value as string[]) : [];
  return (
    <div className="grid gap-1.5">
      {[...chosen, ""].map((one, at) => (
        <Pick
          key={one}
          id={at ? undefined : id}
          label={`${field.title} ${at + 1}`}
          value={known(one)}
          options={[{ value: "", label: "—" }, ...options]}
          free
          placeholder="Add one…"
          onChange={(text) => onChange([...chosen.slice(0, at), text, ...chosen.slice(at + 1)].filter(Boolean))}
        />
      ))}
    </div>
  );
}

export function WorkflowField({ id, field, value, invalid, onChange }: KindProps) {
  const here = useEditor((state) => state.client.id);
  const listed = useQuery(workflows).data?.items ?? [];
  const options = listed
    .filter((one) => one.id !== here)
    .map((one) => ({ value: one.id, label: one.name || "Untitled" }));
  return (
    <Pick
      id={id}
      label={field.title}
      value={textOf(value)}
      options={options}
      free
      invalid={invalid}
      placeholder="Choose a workflow…"
      onChange={(text) => onChange(text || null)}
    />
  );
}

export const TimeField = ({ id, value, invalid, onChange }: KindProps) => (
  <input
    id={id}
    type="time"
    className="control"
    aria-invalid={invalid}
    value={textOf(value)}
    onChange={(event) => onChange(event.target.value || null)}
  />
);

/** What is written where there is no list of them to choose from. */
const NAMES: Record<string, string> = {
  knowledge_base: "Id of a knowledge base",
  table_picker: "Id of a table",
  mcp_server: "https://… of an MCP server",
  mcp_tool: "Name of one of the server's tools",
};

export function NamedText(props: KindProps) {
  const about = NAMES[props.field.kind];
  return (
    <TextEditor
      {...base(props)}
      single
      placeholder={props.field.placeholder || about}
      value={textOf(props.value)}
      onChange={(text) => props.onChange(text || null)}
    />
  );
}
