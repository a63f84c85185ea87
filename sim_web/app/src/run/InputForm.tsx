import { Field } from "../ui/Field";
import { Switch } from "../ui/Switch";

/** A value that somebody is asked for: a row of a start block's inputs, or of an approval's. */
export interface Asked {
  name: string;
  label?: string | null;
  type?: string;
  value?: unknown;
  description?: string | null;
  required?: boolean;
}

interface Props {
  asked: Asked[];
  values: Record<string, string>;
  onChange: (values: Record<string, string>) => void;
}

const asText = (value: unknown) =>
  value === null || value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value);
const shown = (one: Asked, values: Record<string, string>) => values[one.name] ?? asText(one.value);

export function InputForm({ asked, values, onChange }: Props) {
  const set = (name: string, value: string) => onChange({ ...values, [name]: value });
  return (
    <div className="grid gap-3">
      {asked
        .filter((one) => one.name)
        .map((one) => (
          <Field
            key={one.name}
            label={one.label || one.name}
            hint={one.description ?? undefined}
            required={one.required}
            error={problem(one, shown(one, values))}
          >
            {(id) => (
              <Control id={id} one={one} value={shown(one, values)} onChange={(value) => set(one.name, value)} />
            )}
          </Field>
        ))}
    </div>
  );
}

function Control({
  id,
  one,
  value,
  onChange,
}: {
  id: string;
  one: Asked;
  value: string;
  onChange: (value: string) => void;
}) {
  if (one.type === "boolean")
    return <Switch id={id} checked={value === "true"} onChange={(is) => onChange(String(is))} />;
  const long = one.type === "object" || one.type === "array" || one.type?.startsWith("file");
  if (long)
    return (
      <textarea
        id={id}
        className="control font-mono text-sm"
        rows={3}
        value={value}
        placeholder="JSON"
        onChange={(event) => onChange(event.target.value)}
      />
    );
  return (
    <input
      id={id}
      className="control"
      type={one.type === "number" ? "number" : "text"}
      step="any"
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

const isJson = (type?: string) => type === "object" || type === "array" || Boolean(type?.startsWith("file"));

export function problem(one: Asked, text: string): string | undefined {
  if (!text.trim()) return undefined;
  if (one.type === "number" && Number.isNaN(Number(text))) return "This is not a number.";
  if (isJson(one.type)) {
    try {
      JSON.parse(text);
    } catch (error) {
      return `This is not JSON: ${(error as Error).message}`;
    }
  }
  return undefined;
}

/** What was typed, as the types say; what was left empty is left out. */
export function readInput(asked: Asked[], values: Record<string, string>): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const one of asked) {
    const text = shown(one, values);
    if (!one.name || (text === "" && one.type !== "boolean")) continue;
    if (one.type === "boolean") found[one.name] = text === "true";
    else if (one.type === "number") found[one.name] = Number(text);
    else if (isJson(one.type)) {
      try {
        found[one.name] = JSON.parse(text);
      } catch {
        found[one.name] = text;
      }
    } else found[one.name] = text;
  }
  return found;
}
