import { type FC, memo } from "react";
import type { FormField } from "../api/schema";
import { fieldValue, kindOf, troubleOf } from "../model/forms";
import { FieldPeople } from "../together/FieldPeople";
import { useFocusMark } from "../together/useFocusMark";
import { Field } from "../ui/Field";
import { CredentialField } from "./CredentialField";
import { FileField, Model, TimeField, WorkflowField } from "./pickers";
import type { KindProps, Place } from "./place";
import { CheckboxList, Dropdown, ListField, Num, Slide, Toggle } from "./plain";
import { Conditions, InputSchema, Messages, Metrics, ResponseSchema, Routes, VariablesField } from "./rowKinds";
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
  schedule: ShortText,
  time: TimeField,
  credential: CredentialField,
  knowledge_base: ShortText,
  table_picker: ShortText,
  workflow: WorkflowField,
  mcp_server: ShortText,
  mcp_tool: ShortText,
  model: Model,
};

/** What people who may not change a text still read, select, copy and enlarge. */
const TEXTS = new Set<FC<KindProps>>([ShortText, LongText, CodeField, JsonField]);

interface Props {
  field: FormField;
  place: Place;
  problem?: string;
  onChange: (value: unknown) => void;
}

export const FieldEditor = memo(function FieldEditor({ field, place, problem, onChange }: Props) {
  const value = fieldValue(field, place.values);
  const Kind = KINDS[kindOf(field)] ?? JsonField;
  const error = troubleOf(field, value) ?? problem;
  const isShut = place.disabled && (field.secret || !TEXTS.has(Kind));
  const focus = useFocusMark(place.block, field.name);
  return (
    <div
      data-field={field.name}
      data-kind={kindOf(field)}
      {...focus}
      className={isShut ? "relative opacity-60" : "relative"}
      inert={isShut}
    >
      <Field label={field.title} hint={field.doc} error={error} required={field.required}>
        {(id) => (
          <Kind id={id} field={field} value={value} place={place} invalid={Boolean(error)} onChange={onChange} />
        )}
      </Field>
      <FieldPeople block={place.block} field={field.name} />
    </div>
  );
});
