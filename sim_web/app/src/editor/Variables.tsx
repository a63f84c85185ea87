import { Plus, Trash2 } from "lucide-react";
import { type KeyboardEvent, useState } from "react";
import { newId } from "../data/ids";
import { normalise } from "../model/names";
import { heldBy, renameVariable, variableTrouble } from "../model/renaming";
import { readAs, shownAs, TYPES, typeTrouble } from "../model/typed";
import type { Variable } from "../realtime/document";
import { visible } from "../realtime/letters";
import { Button, IconButton } from "../ui/Button";
import { useEditor, useEditorStore } from "./store";

const COLUMNS = "grid grid-cols-[minmax(0,1fr)_110px_minmax(0,1.6fr)_minmax(0,1.2fr)_32px] items-start gap-2";

/** The workflow's variables: what they begin with, and what the run that is shown made of them. */
export function Variables() {
  const store = useEditorStore();
  const variables = useEditor((state) => state.doc.variables);
  const editable = useEditor((state) => state.status.editable);
  const all = Object.values(variables);
  const add = () => {
    const taken = new Set(all.map((one) => normalise(one.name)));
    let at = 1;
    while (taken.has(`value${at}`)) at++;
    store
      .getState()
      .change([{ op: "variable.add", variables: [{ id: newId(), name: `value${at}`, type: "plain", value: "" }] }]);
  };
  return (
    <div className="grid grid-cols-1 gap-2" inert={!editable}>
      {all.length ? (
        <>
          <div className={`${COLUMNS} text-xs font-semibold text-soft`} aria-hidden>
            <span>Name</span>
            <span>Type</span>
            <span>Begins with</span>
            <span>In the last run</span>
            <span />
          </div>
          {all.map((one) => (
            <Row key={one.id} one={one} others={all} />
          ))}
        </>
      ) : (
        <p className="text-soft">
          No variable yet. What one begins with is set here; the Variables block sets it while the workflow runs.
        </p>
      )}
      <div>
        <Button icon={Plus} onClick={add}>
          Add a variable
        </Button>
      </div>
    </div>
  );
}

const keep = (event: KeyboardEvent<HTMLInputElement>) => event.key === "Enter" && event.currentTarget.blur();

function Row({ one, others }: { one: Variable; others: readonly Variable[] }) {
  const store = useEditorStore();
  const [name, setName] = useState(one.name);
  const [text, setText] = useState(shownAs(one.value));
  const [was, setWas] = useState(one);
  if (was !== one) {
    setWas(one);
    if (was.name !== one.name) setName(one.name);
    if (was.value !== one.value) setText(shownAs(one.value));
  }
  const set = (facts: Record<string, unknown>) =>
    store.getState().change([{ op: "variable.update", id: one.id, set: facts }], { gesture: one.id });
  const [held, setHeld] = useState("");
  const wanted = visible(name);
  const wrong = variableTrouble(one, wanted, others);
  const trouble = wrong ?? (held || typeTrouble(text, one.type));
  const rename = () => {
    const { doc, types, change } = store.getState();
    const { operations, locked } = renameVariable(doc, one.id, wanted, types);
    setHeld(heldBy(locked) ?? "");
    if (!locked.length) change(operations, { label: "Rename" });
  };
  return (
    <div className="grid gap-1">
      <div className={COLUMNS}>
        <input
          aria-label="Name"
          aria-invalid={Boolean(wrong || held)}
          className="control font-mono"
          value={name}
          onChange={(event) => setName(event.target.value)}
          onKeyDown={keep}
          onBlur={() => !wrong && wanted !== one.name && rename()}
        />
        <select
          aria-label="Type"
          className="control"
          value={one.type}
          onChange={(event) => set({ type: event.target.value, value: readAs(text, event.target.value) })}
        >
          {TYPES.map((type) => (
            <option key={type}>{type}</option>
          ))}
        </select>
        <input
          aria-label={`Value of ${one.name}`}
          aria-invalid={Boolean(typeTrouble(text, one.type))}
          className="control font-mono"
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={keep}
          onBlur={() => text !== shownAs(one.value) && set({ value: readAs(text, one.type) })}
        />
        <Last name={one.name} />
        <IconButton
          icon={Trash2}
          label={`Delete ${one.name}`}
          onClick={() => store.getState().change([{ op: "variable.remove", ids: [one.id] }])}
        />
      </div>
      {trouble ? (
        <p role="alert" className="text-sm text-bad">
          {trouble}
        </p>
      ) : null}
    </div>
  );
}

/** What a run set it to, if one did. */
function Last({ name }: { name: string }) {
  const run = useEditor((state) => state.run);
  const was = run?.variables && Object.entries(run.variables).find(([each]) => normalise(each) === normalise(name));
  const words = was ? shownAs(was[1]) || "empty" : run ? "not set" : "—";
  return (
    <output
      aria-label={`${name} in the last run`}
      title={words}
      className={`truncate py-1.5 font-mono text-sm ${was ? "" : "text-soft"}`}
    >
      {words}
    </output>
  );
}
