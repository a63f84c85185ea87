import { useState } from "react";
import type { BlockFacts } from "../api/schema";
import type { Block } from "../realtime/document";
import { Field } from "../ui/Field";
import { Fold } from "../ui/Fold";
import { Switch } from "../ui/Switch";
import { useEditor, useEditorStore } from "./store";

/** What every block has beside its fields: on or off, locked, the error port, tries; `held` is the lock on it. */
export function BlockSettings({ block, type, held }: { block: Block; type?: BlockFacts; held: Block | null }) {
  const store = useEditorStore();
  const editable = useEditor((state) => state.status.editable);
  const set = (facts: Record<string, unknown>) =>
    store
      .getState()
      .change([{ op: "block.update", items: [{ id: block.id, set: facts }] }], { gesture: `${block.id}.settings` });
  const free = editable && !held;
  const row = (label: string, about: string, checked: boolean, onChange: (is: boolean) => void, may = free) => (
    <div className="flex items-center gap-3">
      <div className="min-w-0 flex-1">
        <p>{label}</p>
        <p className="text-sm text-soft">{about}</p>
      </div>
      <Switch label={label} checked={checked} onChange={onChange} disabled={!may} />
    </div>
  );
  const retry = block.retry;
  return (
    <Fold title="Settings" inert={!editable}>
      <div className="grid gap-3">
        {row("On", "A block that is off is passed over.", block.enabled, (enabled) => set({ enabled }))}
        {row(
          "Locked",
          "Nobody changes it until it is unlocked.",
          block.locked,
          (locked) => set({ locked }),
          editable && (!held || held.id === block.id),
        )}
        <Timeout block={block} onChange={(timeout_s) => set({ timeout_s })} disabled={!free} />
        {row("Error port", "Where the run goes on when this block fails.", block.error_port, (error_port) =>
          set({ error_port }),
        )}
        {type?.retryable === false
          ? null
          : row("Try again", "When it fails, wait and try once more.", Boolean(retry), (is) =>
              set({ retry: is ? { tries: 3, wait_ms: 1000 } : null }),
            )}
        {retry ? (
          <div className="grid grid-cols-2 gap-3" inert={!free}>
            <label className="grid gap-1 text-sm">
              Tries, 2 to 5
              <input
                type="number"
                min={2}
                max={5}
                className="control"
                value={retry.tries}
                onChange={(event) =>
                  set({ retry: { ...retry, tries: Math.min(5, Math.max(2, Number(event.target.value) || 2)) } })
                }
              />
            </label>
            <label className="grid gap-1 text-sm">
              Milliseconds between
              <input
                type="number"
                min={0}
                max={5000}
                step={100}
                className="control"
                value={retry.wait_ms}
                onChange={(event) =>
                  set({ retry: { ...retry, wait_ms: Math.min(5000, Math.max(0, Number(event.target.value) || 0)) } })
                }
              />
            </label>
          </div>
        ) : null}
      </div>
    </Fold>
  );
}

const LONGEST = 86_400;

/** Empty is as long as the run may take. */
function Timeout({
  block,
  disabled,
  onChange,
}: {
  block: Block;
  disabled: boolean;
  onChange: (seconds: number | null) => void;
}) {
  const [error, setError] = useState("");
  const read = (text: string) => {
    const seconds = Number(text.trim());
    const fits = seconds > 0 && seconds <= LONGEST;
    setError(!text.trim() || fits ? "" : `Seconds, more than 0 and at most ${LONGEST}.`);
    if (!text.trim()) onChange(null);
    else if (fits) onChange(seconds);
  };
  return (
    <Field label="Time limit" hint="Seconds that each try may take; empty is as long as the run may." error={error}>
      {(id) => (
        <input
          key={block.timeout_s}
          id={id}
          inputMode="decimal"
          className="control"
          placeholder="none"
          aria-invalid={Boolean(error)}
          defaultValue={block.timeout_s ?? ""}
          disabled={disabled}
          onBlur={(event) => read(event.target.value)}
          onKeyDown={(event) => event.key === "Enter" && read(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
