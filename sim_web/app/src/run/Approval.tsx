import { useState } from "react";
import { toast } from "sonner";
import { write } from "../api/client";
import type { PauseReply } from "../api/schema";
import { Button } from "../ui/Button";
import { JsonTree } from "../ui/JsonTree";
import { Failed } from "../ui/States";
import { type Asked, InputForm, readInput } from "./InputForm";

interface Props {
  run: string;
  pause: PauseReply;
  onAnswered: () => void;
}

/** What a waiting run shows a person, and asks. */
export function Approval({ run, pause, onAnswered }: Props) {
  const asked = (pause.form ?? []) as unknown as Asked[];
  const [values, setValues] = useState<Record<string, string>>({});
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const answer = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await write("POST", `/runs/${run}/resume`, { pause: pause.pause, input: readInput(asked, values), wait: false });
      toast.success("Answered: the run goes on.");
      onAnswered();
    } catch (refusal) {
      setError(refusal);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      className="grid gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        void answer();
      }}
    >
      <h2 className="font-semibold">This run waits for an answer</h2>
      {pause.output === undefined || pause.output === null ? null : <JsonTree value={pause.output} />}
      <InputForm asked={asked} values={values} onChange={setValues} />
      {error ? <Failed error={error} /> : null}
      <div>
        <Button type="submit" kind="main" disabled={busy}>
          {asked.length ? "Send the answer" : "Approve"}
        </Button>
      </div>
    </form>
  );
}
