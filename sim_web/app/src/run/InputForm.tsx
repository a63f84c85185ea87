import { Field } from "../ui/Field";
import { Switch } from "../ui/Switch";
import { type Asked, isFile, problem, shown, type Typed } from "./asked";
import { FileInput } from "./FileInput";

interface Props {
  asked: readonly Asked[];
  values: Typed;
  onChange: (values: Record<string, string>) => void;
  /** Somebody wanted to send it: what is needed and lacks is said too. */
  isSent?: boolean;
}

/** One control for each value that is asked for, judged while it is typed. */
export function InputForm({ asked, values, onChange, isSent }: Props) {
  const set = (name: string, value: string) => onChange({ ...values, [name]: value });
  return (
    <div className="grid grid-cols-1 gap-3">
      {asked
        .filter((one) => one.name)
        .map((one) => {
          const value = shown(one, values);
          const error = problem(one, value, isSent);
          return (
            <Field
              key={one.name}
              label={one.label || one.name}
              hint={one.description ?? undefined}
              required={one.required}
              error={error}
            >
              {(id) => (
                <Control
                  id={id}
                  one={one}
                  value={value}
                  invalid={Boolean(error)}
                  onChange={(next) => set(one.name, next)}
                />
              )}
            </Field>
          );
        })}
    </div>
  );
}

interface ControlProps {
  id: string;
  one: Asked;
  value: string;
  invalid: boolean;
  onChange: (value: string) => void;
}

function Control({ id, one, value, invalid, onChange }: ControlProps) {
  if (one.type === "boolean")
    return <Switch id={id} checked={value === "true"} onChange={(is) => onChange(String(is))} />;
  if (isFile(one.type)) return <FileInput id={id} type={one.type} value={value} onChange={onChange} />;
  const told = {
    id,
    value,
    "aria-invalid": invalid,
    onChange: (event: { target: { value: string } }) => onChange(event.target.value),
  };
  if (one.type === "object" || one.type === "array")
    return <textarea {...told} className="control font-mono text-sm" rows={3} spellCheck={false} placeholder="JSON" />;
  // a number field of the browser keeps to itself what it cannot read
  if (one.type === "number") return <input {...told} className="control" inputMode="decimal" autoComplete="off" />;
  return <textarea {...told} className="control max-h-48 resize-none [field-sizing:content]" rows={1} />;
}
