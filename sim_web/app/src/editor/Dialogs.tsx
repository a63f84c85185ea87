import { lazy, Suspense, useState } from "react";
import { InputForm, problem, readInput } from "../run/InputForm";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Skeleton } from "../ui/States";
import { FindReplace } from "./FindReplace";
import { useEditor, useEditorStore } from "./store";
import { askedBy, useRunner } from "./useRunner";
import { Variables } from "./Variables";

const DeployDialog = lazy(() => import("../deploy/DeployDialog"));

/** What opens over the canvas. */
export function Dialogs() {
  const store = useEditorStore();
  const shown = useEditor((state) => state.shown);
  const close = () => store.getState().set({ shown: "" });
  return (
    <>
      <Dialog title="Run with" about="What the start block asks for." open={shown === "run"} onClose={close}>
        <RunForm />
      </Dialog>
      <Dialog
        title="Variables"
        about="Values that blocks read as <variable.name>."
        open={shown === "variables"}
        onClose={close}
        wide
      >
        <Variables />
      </Dialog>
      <Dialog title="Deploy" open={shown === "deploy"} onClose={close} wide>
        <Suspense fallback={<Skeleton rows={4} />}>
          <DeployDialog />
        </Suspense>
      </Dialog>
      <Dialog title="Find and replace" open={shown === "search"} onClose={close} wide>
        <FindReplace onClose={close} />
      </Dialog>
    </>
  );
}

const kept = new Map<string, Record<string, string>>();

function RunForm() {
  const store = useEditorStore();
  const runner = useRunner();
  const asked = askedBy(store.getState());
  const id = store.getState().client.id;
  const [values, setValues] = useState<Record<string, string>>(kept.get(id) ?? {});
  const wrong = asked.some(
    (one) => problem(one, values[one.name] ?? "") || (one.required && !(values[one.name] ?? one.value)),
  );
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        kept.set(id, values);
        void runner.start(readInput(asked, values));
      }}
    >
      <InputForm asked={asked} values={values} onChange={setValues} />
      <div className="flex justify-end">
        <Button type="submit" kind="main" disabled={wrong}>
          Run
        </Button>
      </div>
    </form>
  );
}
