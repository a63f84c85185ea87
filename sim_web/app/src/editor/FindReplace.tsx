import { useEffect, useMemo, useRef, useState } from "react";
import { found, replaced } from "../model/search";
import { Button } from "../ui/Button";
import { Field } from "../ui/Field";
import { useEditor, useEditorStore } from "./store";
import { useReveal } from "./useReveal";

export function FindReplace({ onClose }: { onClose: () => void }) {
  const store = useEditorStore();
  const doc = useEditor((state) => state.doc);
  const [text, setText] = useState("");
  const [next, setNext] = useState("");
  const hits = useMemo(() => found(doc, text), [doc, text]);
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
  const reveal = useReveal();
  const go = (block: string) => {
    store.getState().select([block]);
    reveal(block);
    onClose();
  };
  return (
    <div className="grid gap-4">
      <div className="grid items-end gap-3 sm:grid-cols-[1fr_1fr_auto]">
        <Field label="Find">
          {(id) => (
            <input
              ref={first}
              id={id}
              className="control"
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
        <Field label="Replace with">
          {(id) => <input id={id} className="control" value={next} onChange={(event) => setNext(event.target.value)} />}
        </Field>
        <Button
          disabled={!hits.length}
          onClick={() => store.getState().change(replaced(doc, text, next), { label: "Replace" })}
        >
          Replace all
        </Button>
      </div>
      <p role="status" className="text-sm text-soft">
        {text ? `${hits.length} ${hits.length === 1 ? "place" : "places"}` : "Looks in names and in every field."}
      </p>
      <ul className="grid max-h-72 overflow-auto">
        {hits.slice(0, 200).map((hit) => (
          <li key={hit.block + hit.field}>
            <button
              type="button"
              onClick={() => go(hit.block)}
              className="grid w-full grid-cols-[140px_120px_1fr] gap-3 rounded-md px-2 py-1 text-left hover:bg-hover"
            >
              <span className="truncate font-medium">{hit.name}</span>
              <span className="truncate text-soft">{hit.field}</span>
              <span className="truncate font-mono text-sm">{hit.words}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
