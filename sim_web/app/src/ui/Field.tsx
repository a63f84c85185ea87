import { type ReactNode, useId } from "react";

interface Props {
  label: string;
  hint?: ReactNode;
  error?: string;
  required?: boolean;
  /** Buttons beside the label. */
  actions?: ReactNode;
  children: (id: string) => ReactNode;
}

/** Words of which those between backticks are code. */
export const coded = (text: string) =>
  text.split("`").map((part, at) =>
    at % 2 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a sentence stay where they are
      <code key={at} className="rounded-sm bg-hover px-1 font-mono text-xs">
        {part}
      </code>
    ) : (
      part
    ),
  );

/** A label, a control, what it is for, and what is wrong with it. */
export function Field({ label, hint, error, required, actions, children }: Props) {
  const id = useId();
  return (
    <div className="grid grid-cols-1 gap-1">
      <div className="flex min-h-6 items-center gap-1">
        <label htmlFor={id} className="min-w-0 flex-1 font-medium">
          {label}
          {required ? (
            <span className="text-bad" title="Needed">
              {" "}
              *
            </span>
          ) : null}
        </label>
        {actions}
      </div>
      {children(id)}
      {error ? (
        <p role="alert" className="text-sm text-bad">
          {error}
        </p>
      ) : hint ? (
        <p className="text-sm text-soft">{typeof hint === "string" ? coded(hint) : hint}</p>
      ) : null}
    </div>
  );
}
