import { Lock } from "lucide-react";
import { useCallback, useMemo, useState } from "react";
import { FieldEditor } from "../fields/FieldEditor";
import { shownFields, stranded, valuesOf } from "../model/forms";
import { sources } from "../model/offers";
import { containerOf, isNote } from "../model/ports";
import { lockOn } from "../realtime/graph";
import { madeOf } from "../realtime/merge";
import { counted } from "../ui/words";
import { BlockHead } from "./BlockHead";
import { BlockSettings } from "./BlockSettings";
import { Connections } from "./Connections";
import { Missing } from "./Missing";
import { Outputs } from "./Outputs";
import { useEditor, useEditorStore } from "./store";
import { useAim } from "./useAim";
import { useProblems } from "./useProblems";

/** Rows are put together with what others did to them meanwhile; of anything else the last writer has it all. */
const basis = (value: unknown, was: unknown) => (typeof value === "object" && value !== null ? madeOf(was) : {});

/** The form of one block, made from what its type declares. */
export function BlockForm({ id }: { id: string }) {
  const store = useEditorStore();
  const doc = useEditor((state) => state.doc);
  const types = useEditor((state) => state.types);
  const editable = useEditor((state) => state.status.editable);
  const problems = useProblems(id);
  const block = doc.blocks[id];
  const type = block && types.get(block.type);
  const [more, setMore] = useState(false);
  const offered = useMemo(() => sources(doc, id, types), [doc, id, types]);
  const unfold = useCallback(() => setMore(true), []);
  useAim(id, unfold);
  if (!block) return null;
  const values = valuesOf(doc, block);
  const fields = type ? shownFields(type, values) : [];
  const advanced = fields.filter((field) => field.advanced);
  const change = (name: string, value: unknown, whole = false) => {
    const gesture = whole ? undefined : `${id}.${name}`;
    const inSubflow = containerOf(block) && doc.subflows[id];
    store.getState().change(
      [
        inSubflow
          ? { op: "subflow.update", id, set: { [name]: value } }
          : {
              op: "value.update",
              items: [
                { block_id: id, field: name, value, ...basis(value, block.values[name]) },
                ...stranded(name, fields, values).map((field) => ({ block_id: id, field, value: null })),
              ],
            },
      ],
      { gesture },
    );
  };
  const held = lockOn(doc.blocks, id);
  const place = { block: id, values, offered, disabled: !editable || Boolean(held), shares: !containerOf(block) };
  const show = (list: typeof fields) =>
    list.map((field) => (
      <FieldEditor
        key={field.name}
        field={field}
        place={place}
        onChange={(value, whole) => change(field.name, value, whole)}
        problem={problems.find((one) => one.field === field.name)?.message}
      />
    ));
  return (
    <div className="grid grid-cols-1 content-start gap-4 p-4">
      <BlockHead block={block} type={type} held={held} />
      {held ? (
        <p className="flex items-center gap-2 rounded-md bg-hover px-3 py-2 text-sm text-soft">
          <Lock size={13} className="shrink-0" aria-hidden />
          {held === block
            ? "Locked: nobody changes it until it is unlocked, in its settings or with L."
            : `Locked with “${held.name}”, in which it lies.`}
        </p>
      ) : null}
      {problems
        .filter((one) => !one.field)
        .map((one) => (
          <p key={one.code + one.pointer} role="alert" className="rounded-md bg-bad-wash px-3 py-2 text-sm text-bad">
            {one.message}
          </p>
        ))}
      {type ? null : <Missing type={block.type} values={values} />}
      {show(fields.filter((field) => !field.advanced))}
      {advanced.length ? (
        <>
          <button
            type="button"
            aria-expanded={more}
            onClick={() => setMore(!more)}
            className="justify-self-start text-sm text-accent"
          >
            {more ? "Show fewer fields" : `Show ${counted(advanced.length, "more field")}`}
          </button>
          {more ? show(advanced) : null}
        </>
      ) : null}
      {isNote(block) ? null : <BlockSettings block={block} type={type} held={held} />}
      {isNote(block) ? null : <Connections offered={offered} />}
      {isNote(block) ? null : <Outputs block={block} />}
    </div>
  );
}
