import { useState } from "react";
import { isWrong, readInput } from "../run/asked";
import { InputForm } from "../run/InputForm";
import { JsonInput, jsonTrouble } from "../run/JsonInput";
import { Button } from "../ui/Button";
import { useEditor, useEditorStore } from "./store";
import { askedBy, useRunner } from "./useRunner";

interface Typed {
  values: Record<string, string>;
  json: string;
  asJson: boolean;
}

/** What was typed last, by the block that it was for. */
const kept = new Map<string, Typed>();

/** What a run is given: asked by the block's own inputs, or written as JSON. */
export function RunForm() {
  const store = useEditorStore();
  const runner = useRunner();
  const where = useEditor((state) => state.where) ?? {};
  const asked = askedBy(store.getState(), where.start ?? undefined);
  const key = `${store.getState().client.id} ${where.start ?? ""}`;
  const [typed, setTyped] = useState<Typed>(() => kept.get(key) ?? { values: {}, json: "{}", asJson: !asked.length });
  const change = (facts: Partial<Typed>) => setTyped((was) => ({ ...was, ...facts }));
  const asJson = typed.asJson || !asked.length;
  const [isSent, setSent] = useState(false);
  const run = () => {
    setSent(true);
    if (!asJson && isWrong(asked, typed.values)) return;
    kept.set(key, typed);
    void runner.start(asJson ? JSON.parse(typed.json.trim() || "{}") : readInput(asked, typed.values), where);
  };
  const flip = () =>
    change(asJson ? { asJson: false } : { asJson: true, json: written(readInput(asked, typed.values)) });
  return (
    <form
      className="grid grid-cols-1 gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        run();
      }}
    >
      {asJson ? (
        <JsonInput label="Input, as JSON" value={typed.json} onChange={(json) => change({ json })} />
      ) : (
        <InputForm asked={asked} values={typed.values} isSent={isSent} onChange={(values) => change({ values })} />
      )}
      <div className="flex items-center justify-between">
        {asked.length ? (
          <button type="button" className="text-sm text-accent" onClick={flip}>
            {asJson ? "Fill in the form instead" : "Write it as JSON"}
          </button>
        ) : (
          <span />
        )}
        <Button type="submit" kind="main" disabled={asJson && Boolean(jsonTrouble(typed.json))}>
          Run
        </Button>
      </div>
    </form>
  );
}

const written = (value: unknown) => JSON.stringify(value, null, 2);
