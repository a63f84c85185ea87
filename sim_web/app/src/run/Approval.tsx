import { useState } from "react";
import { toast } from "sonner";
import { Refusal, write } from "../api/client";
import type { PauseReply } from "../api/schema";
import { useRole } from "../session";
import { Button } from "../ui/Button";
import { JsonTree } from "../ui/JsonTree";
import { Failed } from "../ui/States";
import { moment } from "../ui/when";
import { type Asked, isWrong, readInput } from "./asked";
import { InputForm } from "./InputForm";

interface Props {
  run: string;
  pause: PauseReply;
  onAnswered: () => void;
}

/** What a waiting run shows a person, and asks. */
export function Approval({ run, pause, onAnswered }: Props) {
  const asked = (pause.form ?? []) as unknown as Asked[];
  const mayAnswer = useRole() !== "read";
  const [values, setValues] = useState<Record<string, string>>({});
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const [isSent, setSent] = useState(false);
  const answer = async () => {
    setSent(true);
    if (isWrong(asked, values)) return;
    setBusy(true);
    setError(undefined);
    try {
      await write("POST", `/runs/${run}/resume`, { pause: pause.pause, input: readInput(asked, values), wait: false });
      toast.success("Answered: the run goes on.");
      onAnswered();
    } catch (refusal) {
      if (!isTooLate(refusal)) return setError(refusal);
      toast("Somebody else has answered meanwhile, or its time was over. Your answer was not taken.");
      onAnswered();
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
      <div>
        <h2 className="font-semibold">This run waits for an answer</h2>
        {pause.until ? <p className="text-sm text-soft">It may be given until {moment(pause.until)}.</p> : null}
      </div>
      <Shown output={pause.output} />
      {mayAnswer ? (
        <>
          <InputForm asked={asked} values={values} isSent={isSent} onChange={setValues} />
          {error ? <Failed error={error} /> : null}
          <div>
            <Button type="submit" kind="main" disabled={busy}>
              {asked.length ? "Send the answer" : "Approve"}
            </Button>
          </div>
        </>
      ) : (
        <p className="text-soft">Whoever may run this workflow can answer.</p>
      )}
    </form>
  );
}

const isTooLate = (refusal: unknown) => refusal instanceof Refusal && refusal.status === 409;

interface Row {
  name: string;
  value?: unknown;
}

/** What the block was told to show; without that, nothing of its inner workings. */
function Shown({ output }: { output: unknown }) {
  const rows =
    (output as { response?: { response_structure?: Row[] } } | undefined)?.response?.response_structure ?? [];
  if (!rows.length) return null;
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
      {rows.map((one) => (
        <div key={one.name} className="contents">
          <dt className="text-soft">{one.name}</dt>
          <dd className="min-w-0 whitespace-pre-wrap [overflow-wrap:anywhere]">
            {typeof one.value === "object" && one.value ? <JsonTree value={one.value} /> : String(one.value ?? "")}
          </dd>
        </div>
      ))}
    </dl>
  );
}
