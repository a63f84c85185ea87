import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { runDocument, useBlockTypes } from "../api/queries";
import type { Replay, RunReply } from "../api/schema";
import { shownFields } from "../model/forms";
import { isNote } from "../model/ports";
import type { Block } from "../realtime/document";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Field } from "../ui/Field";
import { JsonInput, jsonTrouble } from "./JsonInput";
import { replay } from "./replay";

const DOCUMENTS: [NonNullable<Replay["document"]>, string][] = [
  ["run", "The workflow as it was then"],
  ["draft", "The draft as it is now"],
  ["live", "The version that is live"],
];

const written = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value ?? null, null, 2));
/** A text where a text was; else JSON, or a text that holds references. */
const readAs = (text: string, was: unknown): unknown =>
  typeof was === "string" || jsonTrouble(text) ? text : JSON.parse(text || "null");

/** A run once more, with another input, other values in a block, or on another document. */
export function ReplayDialog({ run, onClose }: { run: RunReply; onClose: () => void }) {
  const [document, setDocument] = useState<NonNullable<Replay["document"]>>("run");
  const [from, setFrom] = useState("");
  const [input, setInput] = useState(written(run.input));
  const [edits, setEdits] = useState<Record<string, string>>({});
  const doc = useQuery(runDocument(run.id)).data;
  const block = doc?.blocks[from];
  const steps = Object.values(doc?.blocks ?? {}).filter((one) => !isNote(one) && !one.parent && one.enabled);
  const wrong = !from && Boolean(jsonTrouble(input));
  const go = () => {
    const values = Object.fromEntries(
      Object.entries(edits).map(([name, text]) => [name, readAs(text, block?.values[name])]),
    );
    onClose();
    void replay(run.id, {
      document,
      from_block: from || null,
      ...(from ? {} : { input: input.trim() ? JSON.parse(input) : null }),
      ...(Object.keys(values).length ? { values: { [from]: values } } : {}),
    });
  };
  return (
    <Dialog title="Run again with changes" about="It becomes a run of its own." open onClose={onClose} wide>
      <form
        className="grid grid-cols-1 gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          go();
        }}
      >
        <div className="grid gap-4 sm:grid-cols-2">
          <Choice
            label="Begin at"
            value={from}
            options={[["", "The start"], ...steps.map((one): [string, string] => [one.id, one.name])]}
            onChange={(next) => {
              setFrom(next);
              setEdits({});
            }}
          />
          <Choice
            label="What runs"
            value={document}
            options={DOCUMENTS}
            onChange={(next) => setDocument(next as typeof document)}
          />
        </div>
        {from ? null : <JsonInput label="Input" value={input} onChange={setInput} />}
        {block ? <Values block={block} edits={edits} onChange={setEdits} /> : null}
        <div className="flex justify-end">
          <Button type="submit" kind="main" disabled={wrong}>
            Run
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  options: readonly (readonly [string, string])[];
  onChange: (value: string) => void;
}

const Choice = ({ label, value, options, onChange }: ChoiceProps) => (
  <Field label={label}>
    {(id) => (
      <select id={id} className="control" value={value} onChange={(event) => onChange(event.target.value)}>
        {options.map(([name, words]) => (
          <option key={name} value={name}>
            {words}
          </option>
        ))}
      </select>
    )}
  </Field>
);

interface ValuesProps {
  block: Block;
  edits: Record<string, string>;
  onChange: (edits: Record<string, string>) => void;
}

/** The fields of the block that the run begins at, as they were. */
function Values({ block, edits, onChange }: ValuesProps) {
  const types = useBlockTypes();
  const type = types.find((one) => one.id === block.type || one.type === block.type);
  const titles = new Map(type && shownFields(type, block.values).map((one) => [one.name, one.title]));
  const fields = Object.entries(block.values).filter(([, value]) => value !== null);
  if (!fields.length) return <p className="text-sm text-soft">{block.name} has no field that holds something.</p>;
  return (
    <fieldset className="grid grid-cols-1 gap-3">
      <legend className="mb-2 text-sm font-semibold text-soft">
        Fields of {block.name}; everything before it keeps what it brought
      </legend>
      {fields.map(([name, value]) => (
        <Field key={name} label={titles.get(name) ?? name}>
          {(id) => (
            <textarea
              id={id}
              spellCheck={false}
              className="control max-h-60 font-mono text-sm [field-sizing:content]"
              value={edits[name] ?? written(value)}
              onChange={(event) => onChange({ ...edits, [name]: event.target.value })}
            />
          )}
        </Field>
      ))}
    </fieldset>
  );
}
