import { type ReactNode, useState } from "react";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";

interface Props {
  open: boolean;
  title: string;
  verb: string;
  /** What is done then; it never fails, and the dialog stays until it is done. */
  onConfirm: () => Promise<unknown>;
  onClose: () => void;
  /** What may be done instead. */
  or?: { verb: string; perform: () => Promise<unknown> };
  children: ReactNode;
}

export function Confirm({ open, title, verb, onConfirm, onClose, or, children }: Props) {
  const [busy, setBusy] = useState("");
  const act = async (name: string, perform: () => Promise<unknown>) => {
    if (busy) return;
    setBusy(name);
    await perform();
    setBusy("");
    onClose();
  };
  const words = (name: string) => (busy === name ? "One moment…" : name);
  return (
    <Dialog title={title} about={children} open={open} onClose={onClose}>
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        {or ? (
          <Button aria-disabled={Boolean(busy)} onClick={() => void act(or.verb, or.perform)}>
            {words(or.verb)}
          </Button>
        ) : null}
        <Button kind="danger" aria-disabled={Boolean(busy)} onClick={() => void act(verb, onConfirm)}>
          {words(verb)}
        </Button>
      </div>
    </Dialog>
  );
}
