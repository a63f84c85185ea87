import { Braces, ListFilter, Sparkles } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { IconButton } from "../ui/Button";
import { base, type KindProps, textOf } from "./place";
import { TextEditor } from "./TextEditor";

const Assist = lazy(() => import("./Assist"));

interface Props extends Omit<KindProps, "id" | "invalid"> {
  /** Whether a value may be named instead of chosen, and is now. */
  reference?: { is: boolean; set: (is: boolean) => void };
}

/** What can be done with a field beside filling it in: name a value, have a model write it. */
export function FieldActions({ reference, ...props }: Props) {
  const [open, setOpen] = useState(false);
  const { title } = props.field;
  return (
    <span className="flex items-center">
      {props.field.assisted ? (
        <IconButton small icon={Sparkles} label={`Write ${title} with a model`} onClick={() => setOpen(true)} />
      ) : null}
      {reference ? (
        <IconButton
          small
          icon={reference.is ? ListFilter : Braces}
          label={reference.is ? `Fill in ${title} by hand` : `Use a value for ${title}`}
          onClick={() => reference.set(!reference.is)}
        />
      ) : null}
      {open ? (
        <Suspense>
          <Assist {...props} onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </span>
  );
}

/** A field that the run fills in: the value of an earlier block stands for it. */
export const ByReference = (props: KindProps) => (
  <TextEditor
    {...base(props)}
    single
    placeholder="<start.value>"
    // rows and lists are no beginning of a reference: they stay until one is typed
    value={typeof props.value === "object" ? "" : textOf(props.value)}
    onChange={(text) => props.onChange(text || null)}
  />
);
