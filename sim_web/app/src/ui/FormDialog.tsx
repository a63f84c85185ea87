import type { ReactNode } from "react";
import { Dialog } from "./Dialog";
import { type Answers, type Ask, Form } from "./Form";

interface Props {
  title: string;
  about?: ReactNode;
  asks: Ask[];
  verb: string;
  open: boolean;
  onClose: () => void;
  onSubmit: (answers: Answers) => Promise<unknown>;
}

/** A form that floats; it closes once what it asks was done. */
export function FormDialog({ title, about, asks, verb, open, onClose, onSubmit }: Props) {
  return (
    <Dialog title={title} about={about} open={open} onClose={onClose}>
      <Form
        asks={asks}
        verb={verb}
        onCancel={onClose}
        onSubmit={async (answers) => {
          await onSubmit(answers);
          onClose();
        }}
      />
    </Dialog>
  );
}
