import { Plus, Trash2 } from "lucide-react";
import { newId } from "../data/ids";
import { normalise } from "../model/names";
import type { Variable } from "../realtime/document";
import { Button, IconButton } from "../ui/Button";
import { useEditor, useEditorStore } from "./store";

const TYPES = ["plain", "string", "number", "boolean", "object", "array"];
const textOf = (value: unknown) =>
  typeof value === "string" ? value : value === null || value === undefined ? "" : JSON.stringify(value);

function read(text: string, type: string): unknown {
  if (type === "plain" || type === "string") return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

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
    <div className="grid gap-2" inert={!editable}>
      {all.length ? all.map((one) => <Row key={one.id} one={one} />) : <p className="text-soft">No variable yet.</p>}
      <div>
        <Button icon={Plus} onClick={add}>
          Add a variable
        </Button>
      </div>
    </div>
  );
}

function Row({ one }: { one: Variable }) {
  const store = useEditorStore();
  const set = (facts: Record<string, unknown>) =>
    store.getState().change([{ op: "variable.update", id: one.id, set: facts }], { gesture: one.id });
  return (
    <div className="grid grid-cols-[1fr_110px_2fr_auto] items-center gap-2">
      <input
        aria-label="Name"
        key={one.name}
        className="control font-mono"
        defaultValue={one.name}
        onBlur={(event) =>
          event.target.value.trim() && event.target.value !== one.name && set({ name: event.target.value.trim() })
        }
      />
      <select
        aria-label="Type"
        className="control"
        value={one.type}
        onChange={(event) => set({ type: event.target.value })}
      >
        {TYPES.map((type) => (
          <option key={type}>{type}</option>
        ))}
      </select>
      <input
        aria-label={`Value of ${one.name}`}
        key={textOf(one.value)}
        className="control font-mono"
        defaultValue={textOf(one.value)}
        onBlur={(event) =>
          event.target.value !== textOf(one.value) && set({ value: read(event.target.value, one.type) })
        }
      />
      <IconButton
        icon={Trash2}
        label={`Delete ${one.name}`}
        onClick={() => store.getState().change([{ op: "variable.remove", ids: [one.id] }])}
      />
    </div>
  );
}
