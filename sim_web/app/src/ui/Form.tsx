import { type ReactNode, useEffect, useRef, useState } from "react";
import { Refusal } from "../api/client";
import { Button } from "./Button";
import { cx } from "./cx";
import { Field } from "./Field";
import { Password } from "./Password";

export interface Ask {
  name: string;
  label: string;
  kind?: "text" | "email" | "password" | "code" | "number" | "date" | "long" | "choice" | "choices";
  value?: string;
  options?: { value: string; label: string }[];
  hint?: ReactNode;
  placeholder?: string;
  complete?: string;
  optional?: boolean;
  mono?: boolean;
  /** What is wrong with a value, in words. */
  check?: (value: string) => string | undefined;
}

export type Answers = Record<string, string>;

interface Props {
  asks: Ask[];
  verb: string;
  onSubmit: (answers: Answers) => Promise<unknown>;
  onCancel?: () => void;
  wide?: boolean;
  /** Leaves the focus where it is: for a form that is one thing of a page. */
  calm?: boolean;
  children?: ReactNode;
}

const first = (asks: Ask[]): Answers => Object.fromEntries(asks.map((ask) => [ask.name, ask.value ?? ""]));

/** What is wrong, by field; a problem that names no field of the form stands under "". */
export function troubles(error: unknown, names: string[]): Answers {
  const refusal = error instanceof Refusal ? error : undefined;
  const found: Answers = {};
  for (const one of refusal?.problems ?? []) {
    const name = one.pointer?.split("/")[1] ?? "";
    if (names.includes(name)) found[name] ??= one.message;
  }
  if (!Object.keys(found).length) found[""] = error instanceof Error ? error.message : String(error);
  return found;
}

export function missing(asks: Ask[], answers: Answers): Answers {
  const found: Answers = {};
  for (const ask of asks) {
    const value = answers[ask.name]?.trim() ?? "";
    const wrong = value ? ask.check?.(value) : ask.optional ? "" : `${ask.label} is needed.`;
    if (wrong) found[ask.name] = wrong;
  }
  return found;
}

/** A form made of what it asks for; each refusal is shown at its field, in words. */
export function Form({ asks, verb, onSubmit, onCancel, wide, calm, children }: Props) {
  const [answers, setAnswers] = useState(() => first(asks));
  const [wrong, setWrong] = useState<Answers>({});
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (!calm) form.current?.querySelector<HTMLElement>("input, textarea, select")?.focus();
  }, [calm]);
  const show = (found: Answers) => {
    setWrong(found);
    const name = asks.find((ask) => found[ask.name])?.name;
    if (name) form.current?.querySelector<HTMLElement>(`[name="${name}"]`)?.focus();
  };
  const submit = async () => {
    if (busy) return;
    const found = missing(asks, answers);
    if (Object.keys(found).length) return show(found);
    setBusy(true);
    try {
      await onSubmit(answers);
    } catch (error) {
      show(troubles(error, Object.keys(answers)));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      ref={form}
      noValidate
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      {wrong[""] ? (
        <p role="alert" className="rounded-md bg-bad-wash px-3 py-2 text-bad">
          {wrong[""]}
        </p>
      ) : null}
      {asks.map((ask) => (
        <Field key={ask.name} label={ask.label} error={wrong[ask.name]} hint={ask.hint}>
          {(id) => (
            <Control
              id={id}
              ask={ask}
              value={answers[ask.name] ?? ""}
              invalid={Boolean(wrong[ask.name])}
              onChange={(value) => {
                setAnswers((was) => ({ ...was, [ask.name]: value }));
                setWrong(({ [ask.name]: _, "": __, ...others }) => others);
              }}
            />
          )}
        </Field>
      ))}
      {children}
      <div className={cx("flex gap-2", onCancel && "dialog-foot", !wide && !calm && "justify-end")}>
        {onCancel ? <Button onClick={onCancel}>Cancel</Button> : null}
        <Button type="submit" kind="main" aria-disabled={busy} className={wide ? "h-9 flex-1" : ""}>
          {busy ? "One moment…" : verb}
        </Button>
      </div>
    </form>
  );
}

interface ControlProps {
  id: string;
  ask: Ask;
  value: string;
  invalid: boolean;
  onChange: (value: string) => void;
}

const TYPES: Record<string, string> = { email: "email", number: "number", date: "date" };

function Control({ id, ask, value, invalid, onChange }: ControlProps) {
  const plain = { id, name: ask.name, value, "aria-invalid": invalid || undefined };
  switch (ask.kind) {
    case "password":
      return <Password {...plain} autoComplete={ask.complete} onChange={onChange} />;
    case "long":
      return (
        <textarea
          {...plain}
          rows={8}
          spellCheck={false}
          placeholder={ask.placeholder}
          className="control font-mono text-sm"
          onChange={(event) => onChange(event.target.value)}
        />
      );
    case "choice":
      return (
        <select {...plain} className="control" onChange={(event) => onChange(event.target.value)}>
          {ask.options?.map((one) => (
            <option key={one.value} value={one.value}>
              {one.label}
            </option>
          ))}
        </select>
      );
    case "choices":
      return <Choices id={id} ask={ask} value={value} onChange={onChange} />;
    default:
      return (
        <input
          {...plain}
          type={TYPES[ask.kind ?? ""] ?? "text"}
          className={cx("control", (ask.mono || ask.kind === "code") && "font-mono", ask.kind === "code" && "text-lg")}
          inputMode={ask.kind === "email" ? "email" : undefined}
          autoCapitalize="off"
          spellCheck={false}
          autoComplete={ask.complete ?? (ask.kind === "code" ? "one-time-code" : "off")}
          placeholder={ask.placeholder}
          onChange={(event) => onChange(event.target.value)}
        />
      );
  }
}

/** Several of a few; the answer is their values with commas between. */
function Choices({ id, ask, value, onChange }: Omit<ControlProps, "invalid">) {
  const chosen = value ? value.split(",") : [];
  return (
    <fieldset id={id} className="grid grid-cols-[repeat(auto-fill,minmax(120px,1fr))] gap-x-4 gap-y-1">
      <legend className="sr-only">{ask.label}</legend>
      {ask.options?.map((one) => (
        <label key={one.value} className="flex items-start gap-1.5">
          <input
            type="checkbox"
            name={ask.name}
            className="mt-1 shrink-0 accent-(--accent)"
            checked={chosen.includes(one.value)}
            onChange={(event) =>
              onChange(
                (event.target.checked ? [...chosen, one.value] : chosen.filter((other) => other !== one.value)).join(
                  ",",
                ),
              )
            }
          />
          {one.label}
        </label>
      ))}
    </fieldset>
  );
}
