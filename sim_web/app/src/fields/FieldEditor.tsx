import { type FC, memo, useState } from "react";
import type { FormField } from "../api/schema";
import { fieldValue, kindOf, troubleOf } from "../model/forms";
import { FieldPeople } from "../together/FieldPeople";
import { useFocusMark } from "../together/useFocusMark";
import { Field } from "../ui/Field";
import { CredentialField } from "./CredentialField";
import { ByReference, FieldActions } from "./FieldActions";
import { FileField } from "./FileField";
import { Model, NamedText, TimeField, WorkflowField } from "./pickers";
import { holdsReference, type KindProps, type Place } from "./place";
import { CheckboxList, Dropdown, ListField, Num, Slide, Toggle } from "./plain";
import { Conditions, InputSchema, Messages, Metrics, ResponseSchema, Routes, VariablesField } from "./rowKinds";
import { ScheduleField } from "./ScheduleField";
import { TableField } from "./TableField";
import { Tools } from "./Tools";
import { CodeField, JsonField, LongText, ShortText } from "./texts";

/** Which editor shows which kind of field; a kind that nobody knows is asked for as JSON. */
const KINDS: Record<string, FC<KindProps>> = {
  short_text: ShortText,
  long_text: LongText,
  code: CodeField,
  expression: CodeField,
  json: JsonField,
  dropdown: Dropdown,
  combobox: Dropdown,
  slider: Slide,
  switch: Toggle,
  number: Num,
  list: ListField,
  checkbox_list: CheckboxList,
  table: TableField,
  file: FileField,
  messages: Messages,
  conditions: Conditions,
  routes: Routes,
  metrics: Metrics,
  variables: VariablesField,
  input_schema: InputSchema,
  response_schema: ResponseSchema,
  tools: Tools,
  schedule: ScheduleField,
  time: TimeField,
  credential: CredentialField,
  knowledge_base: NamedText,
  table_picker: NamedText,
  workflow: WorkflowField,
  mcp_server: NamedText,
  mcp_tool: NamedText,
  model: Model,
};

/** What people who may not change a text still read, select, copy and enlarge. */
const READABLE = new Set<FC<KindProps>>([ShortText, LongText, CodeField, JsonField]);
/** Kinds that a reference is typed into as it is. */
const TEXTS = ["short_text", "long_text", "code", "expression", "json", "credential", "response_schema"];
/** Kinds whose whole value an earlier block may bring; what makes ports, or says which fields there are, is not of them. */
const REFERABLE = [
  "number",
  "slider",
  "switch",
  "combobox",
  "checkbox_list",
  "list",
  "table",
  "time",
  "model",
  "workflow",
  "file",
];

interface Props {
  field: FormField;
  place: Place;
  problem?: string;
  /** `whole` is a step of undo of its own, whatever was typed before. */
  onChange: (value: unknown, whole?: boolean) => void;
}

export const FieldEditor = memo(function FieldEditor({ field, place, problem, onChange }: Props) {
  const value = fieldValue(field, place.values);
  const kind = kindOf(field);
  const [named, setNamed] = useState(false);
  const holds = holdsReference(value) && !TEXTS.includes(kind) && !field.options_tool;
  const mayName = REFERABLE.includes(kind) && !field.options_tool && !field.verbatim;
  const byName = holds || (named && mayName);
  const Kind = byName ? ByReference : (KINDS[kind] ?? JsonField);
  const error = troubleOf(field, value) ?? problem;
  const isShut = place.disabled && (field.secret || !READABLE.has(Kind));
  const focus = useFocusMark(place.block, field.name);
  const set = (is: boolean) => {
    setNamed(is);
    if (!is && holds) onChange(null, true);
  };
  const reference = mayName || holds ? { is: byName, set } : undefined;
  const whole = (next: unknown) => onChange(next, true);
  return (
    <div
      data-field={field.name}
      data-kind={kind}
      {...focus}
      className={isShut ? "relative opacity-60" : "relative"}
      inert={isShut}
    >
      <Field
        label={field.title}
        hint={field.doc}
        error={error}
        required={field.required}
        actions={
          place.disabled ? null : (
            <FieldActions field={field} value={value} place={place} reference={reference} onChange={whole} />
          )
        }
      >
        {(id) => (
          <Kind id={id} field={field} value={value} place={place} invalid={Boolean(error)} onChange={onChange} />
        )}
      </Field>
      <FieldPeople block={place.block} field={field.name} />
    </div>
  );
});
