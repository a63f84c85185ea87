import { useEffect, useMemo, useRef, useState } from "react";
import { found, type Hit, replaced } from "../model/search";
import { Button } from "../ui/Button";
import { Field } from "../ui/Field";
import { useEditor, useEditorStore } from "./store";
import { useReveal } from "./useReveal";

const MOST = 200;

/** Finds a text in every field of the workflow; what replacing comes to is seen before it is done. */
export function FindReplace({ onClose }: { onClose: () => void }) {
  const store = useEditorStore();
  const doc = useEditor((state) => state.doc);
  const editable = useEditor((state) => state.status.editable);
  const [text, setText] = useState("");
  const [next, setNext] = useState("");
  const [exact, setExact] = useState(false);
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const hits = useMemo(() => found(doc, { text, exact }), [doc, text, exact]);
  const meant = hits.filter((one) => !one.stays && !left.has(one.key));
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
  const reveal = useReveal();
  const go = (block: string) => {
    store.getState().select([block]);
    reveal(block);
    onClose();
  };
  const replace = () =>
    store
      .getState()
      .change(replaced(doc, { text, exact }, next, new Set(meant.map((one) => one.key))), { label: "Replace" });
  const flip = (key: string) =>
    setLeft((was) => {
      const now = new Set(was);
      if (!now.delete(key)) now.add(key);
      return now;
    });
  return (
    <form
      className="grid grid-cols-1 gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (meant.length && next) replace();
      }}
    >
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
        <Button disabled={!meant.length || !editable} onClick={replace}>
          {meant.length === hits.length ? "Replace all" : `Replace in ${meant.length}`}
        </Button>
      </div>
      <div className="flex items-center gap-4 text-sm text-soft">
        <p role="status" className="flex-1">
          {text ? told(hits) : "Looks in names, in every field, in loops and in variables."}
        </p>
        <label className="flex items-center gap-2">
          <input
            type="checkbox"
            className="accent-(--accent)"
            checked={exact}
            onChange={(event) => setExact(event.target.checked)}
          />
          Capitals count
        </label>
      </div>
      <ul aria-label="Places" className="grid max-h-80 overflow-auto">
        {hits.slice(0, MOST).map((hit) => (
          <li key={hit.key} className="flex items-center gap-2">
            <input
              type="checkbox"
              aria-label={`Replace in ${hit.name}, ${hit.field}`}
              className="accent-(--accent)"
              disabled={Boolean(hit.stays)}
              checked={!hit.stays && !left.has(hit.key)}
              onChange={() => flip(hit.key)}
            />
            <Place hit={hit} next={left.has(hit.key) ? "" : next} onGo={go} />
          </li>
        ))}
      </ul>
      {hits.length > MOST ? (
        <p className="text-sm text-soft">The first {MOST} are listed; all that are ticked are replaced.</p>
      ) : null}
    </form>
  );
}

function told(hits: readonly Hit[]): string {
  const times = hits.reduce((sum, one) => sum + one.times, 0);
  if (!times) return "Nowhere in this workflow.";
  return `${times} ${times === 1 ? "time" : "times"} in ${hits.length} ${hits.length === 1 ? "place" : "places"}`;
}

const WHY = { name: "a name stays: references hang on it", locked: "locked, so it stays" };

/** A place as it is and as it would be. */
function Place({ hit, next, onGo }: { hit: Hit; next: string; onGo: (block: string) => void }) {
  const [before, match, after] = hit.words;
  const fresh = hit.stays ? "" : next;
  return (
    <button
      type="button"
      onClick={() => hit.block && onGo(hit.block)}
      className="grid min-w-0 flex-1 grid-cols-[130px_110px_minmax(0,1fr)_auto] gap-3 rounded-md px-2 py-1 text-left hover:bg-hover"
    >
      <span className="truncate font-medium">{hit.name}</span>
      <span className="truncate text-soft">{hit.field}</span>
      <span className="truncate font-mono text-sm">
        {before}
        {fresh ? (
          <del className="bg-bad-wash text-bad">{match}</del>
        ) : (
          <mark className="bg-wash text-text">{match}</mark>
        )}
        {fresh ? <ins className="bg-good/15 text-text no-underline">{fresh}</ins> : null}
        {after}
      </span>
      <span className="text-xs text-soft">
        {hit.stays ? WHY[hit.stays] : hit.times > 1 ? `${hit.times} times` : ""}
      </span>
    </button>
  );
}
