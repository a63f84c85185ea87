import { Field } from "../ui/Field";

/** Why a text is no JSON; nothing when it is some, or empty. */
export function jsonTrouble(text: string): string | undefined {
  if (!text.trim()) return undefined;
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return `This is not JSON: ${(error as Error).message}`;
  }
}

/** A value written as JSON, judged while it is typed. */
export function JsonInput({
  label,
  hint,
  value,
  rows = 8,
  onChange,
}: {
  label: string;
  hint?: string;
  value: string;
  rows?: number;
  onChange: (text: string) => void;
}) {
  const error = jsonTrouble(value);
  return (
    <Field label={label} hint={hint} error={error}>
      {(id) => (
        <textarea
          id={id}
          rows={rows}
          spellCheck={false}
          className="control max-h-[50vh] font-mono text-sm [field-sizing:content]"
          style={{ minHeight: rows * 20 }}
          aria-invalid={Boolean(error)}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
