import { lazy, Suspense } from "react";
import { entriesOf } from "../model/ports";
import { Dialog } from "../ui/Dialog";
import { Skeleton } from "../ui/States";
import { FindReplace } from "./FindReplace";
import { RunForm } from "./RunForm";
import { type Editor, useEditor, useEditorStore } from "./store";
import { Variables } from "./Variables";

const DeployDialog = lazy(() => import("../deploy/DeployDialog"));

/** What was typed counts, also when the dialog closes with it; it is gone before its fields hear of that. */
function leaves() {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  return false;
}

/** What opens over the canvas. */
export function Dialogs() {
  const store = useEditorStore();
  const shown = useEditor((state) => state.shown);
  const entry = useEditor(startName);
  const close = () => store.getState().set({ shown: "" });
  return (
    <>
      <Dialog title="Run with" about={`What “${entry}” hands on.`} open={shown === "run"} onClose={close}>
        <RunForm />
      </Dialog>
      <Dialog
        title="Variables"
        about="Values that blocks read as <variable.name>."
        open={shown === "variables"}
        onClose={close}
        onEscape={leaves}
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

const startName = ({ doc, types, where }: Editor) =>
  (where?.start ? doc.blocks[where.start] : entriesOf(doc, types)[0])?.name ?? "the start";
