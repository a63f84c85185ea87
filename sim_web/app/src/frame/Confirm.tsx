import type { ReactNode } from "react";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";

interface Props {
  open: boolean;
  title: string;
  verb: string;
  onConfirm: () => void;
  onClose: () => void;
  /** What may be done instead. */
  or?: { verb: string; perform: () => void };
  children: ReactNode;
}

export function Confirm({ open, title, verb, onConfirm, onClose, or, children }: Props) {
  return (
    <Dialog title={title} about={children} open={open} onClose={onClose}>
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        {or ? (
          <Button
            onClick={() => {
              onClose();
              or.perform();
            }}
          >
            {or.verb}
          </Button>
        ) : null}
        <Button
          kind="danger"
          onClick={() => {
            onClose();
            onConfirm();
          }}
        >
          {verb}
        </Button>
      </div>
    </Dialog>
  );
}
