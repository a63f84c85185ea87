import { useState } from "react";
import { portsOf } from "../model/ports";
import type { Block } from "../realtime/document";
import { useEditor, useEditorStore } from "./store";

const written = (value: unknown) => JSON.stringify(value ?? null, null, 2);

/** What stands in for a block in runs of the draft: edited as JSON, taken when it is some. */
export function PinnedOutput({ block, disabled }: { block: Block; disabled: boolean }) {
  const store = useEditorStore();
  const type = useEditor((state) => state.types.get(block.type));
  const text = written(block.pinned?.output);
  const [error, setError] = useState("");
  const ports = portsOf(block, type);
  const set = (facts: object) =>
    store
      .getState()
      .change([{ op: "block.update", items: [{ id: block.id, set: { pinned: { ...block.pinned, ...facts } } }] }]);
  const read = (next: string) => {
    if (next === text) return setError("");
    try {
      set({ output: JSON.parse(next) });
      setError("");
    } catch (trouble) {
      setError(`This is not JSON: ${(trouble as Error).message}`);
    }
  };
  return (
    <div className="grid gap-1.5">
      <textarea
        key={text}
        aria-label="Pinned output, as JSON"
        aria-invalid={Boolean(error)}
        className="control max-h-72 min-h-24 font-mono text-sm [field-sizing:content]"
        spellCheck={false}
        defaultValue={text}
        disabled={disabled}
        onBlur={(event) => read(event.target.value)}
      />
      {error ? (
        <p role="alert" className="text-sm text-bad">
          {error}
        </p>
      ) : (
        <p className="text-sm text-soft">
          Runs of the draft take this and pass the block over; deployed versions run it.
        </p>
      )}
      {ports.length > 1 ? (
        <select
          aria-label="Leaves by"
          className="control"
          value={block.pinned?.port ?? ""}
          disabled={disabled}
          onChange={(event) => set({ port: event.target.value })}
        >
          {ports.map((one) => (
            <option key={one.id} value={one.id}>
              {one.label} {one.detail?.slice(0, 40)}
            </option>
          ))}
        </select>
      ) : null}
    </div>
  );
}
