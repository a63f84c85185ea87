import { useState } from "react";
import { newId } from "../data/ids";
import { useEditor } from "../editor/store";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { cost } from "../ui/when";
import { type KindProps, textOf } from "./place";
import { useDraft } from "./useDraft";

/** Rows that a model wrote, each with an id that nothing else has. */
const withIds = (value: unknown) => {
  const taken = new Set<unknown>();
  if (!Array.isArray(value)) return value;
  return value.map((row) => {
    if (typeof row !== "object" || row === null || !("id" in row || "content" in row || "name" in row)) return row;
    const id = row.id && !taken.has(row.id) ? row.id : newId().slice(-12);
    taken.add(id);
    return { ...row, id };
  });
};

interface Props extends Omit<KindProps, "id" | "invalid"> {
  onClose: () => void;
}

/** Says what belongs into a field, and a model writes it; it takes its place when one says so. */
export default function Assist({ field, value, place, onChange, onClose }: Props) {
  const type = useEditor((state) => state.doc.blocks[place.block]?.type);
  const workflow = useEditor((state) => state.client.id);
  const [words, setWords] = useState("");
  const { draft, ask, stop } = useDraft();
  const start = () => {
    if (!words.trim() || draft.state === "writing") return;
    ask({
      ...(place.tool ? { tool: place.tool } : { block: type ?? "" }),
      field: field.name,
      words,
      current: textOf(value),
      values: Object.fromEntries(Object.entries(place.values).filter(([, one]) => typeof one !== "object")),
      references: place.offered.flatMap((source) => source.offers.map((offer) => offer.path)).slice(0, 200),
      workflow_id: workflow,
    });
  };
  const take = () => {
    onChange(draft.value === null || draft.value === undefined ? draft.text : withIds(draft.value));
    onClose();
  };
  const close = () => {
    stop();
    onClose();
  };
  return (
    <Dialog title={`Write “${field.title}” with a model`} about={field.doc} open onClose={close} wide>
      <form
        className="grid gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          start();
        }}
      >
        <textarea
          aria-label="What should it be?"
          placeholder="Say in your own words what should stand here."
          className="control min-h-20 resize-y py-1.5"
          value={words}
          onChange={(event) => setWords(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
            event.preventDefault();
            event.stopPropagation(); // the same keys run the workflow
            start();
          }}
        />
        {draft.text || draft.state === "writing" ? (
          <pre
            role="log"
            aria-label="Draft"
            aria-busy={draft.state === "writing"}
            className="max-h-[36vh] min-h-24 overflow-auto whitespace-pre-wrap break-words rounded-md border border-line bg-page p-3 font-mono text-sm"
          >
            {draft.text}
          </pre>
        ) : null}
        {draft.error ? (
          <p role="alert" className={draft.lacks ? "text-sm text-soft" : "text-sm text-bad"}>
            {draft.error} {draft.lacks ? <SettingsLink /> : null}
          </p>
        ) : null}
        <div className="flex flex-wrap items-center justify-end gap-2">
          <p role="status" className="min-w-0 flex-1 text-sm text-soft">
            {draft.state === "writing"
              ? "Writing…"
              : draft.model
                ? [draft.model, cost(draft.cost)].filter(Boolean).join(" · ")
                : ""}
          </p>
          {draft.state === "writing" ? (
            // another element than what follows, which this click would send off again
            <Button key="stop" onClick={stop}>
              Stop
            </Button>
          ) : (
            <Button key="write" kind={draft.state === "done" ? "plain" : "main"} type="submit" disabled={!words.trim()}>
              {draft.text ? "Write again" : "Write"}
            </Button>
          )}
          {draft.state === "done" ? (
            <Button kind="main" onClick={take}>
              {textOf(value) ? "Replace" : "Use it"}
            </Button>
          ) : null}
        </div>
      </form>
    </Dialog>
  );
}

const SettingsLink = () => (
  <a className="text-accent underline" href="/settings/models">
    Model keys
  </a>
);
