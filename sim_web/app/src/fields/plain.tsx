import { Plus, X } from "lucide-react";
import { Button, IconButton } from "../ui/Button";
import { Pick } from "../ui/Pick";
import { Switch } from "../ui/Switch";
import { OfferedField } from "./OfferedField";
import { type KindProps, textOf } from "./place";

export function Dropdown(props: KindProps) {
  return props.field.options_tool ? <OfferedField {...props} /> : <Given {...props} />;
}

function Given({ id, field, value, invalid, onChange }: KindProps) {
  const options = (field.options ?? []).map((one) => ({ value: String(one.value), label: one.label }));
  const back = (text: string) => field.options?.find((one) => String(one.value) === text)?.value ?? text;
  const clear = !field.required && value !== null && value !== "" ? [{ value: "", label: "—" }] : [];
  return (
    <Pick
      id={id}
      label={field.title}
      value={textOf(value)}
      options={field.default ? options : [...clear, ...options]}
      free={field.kind === "combobox"}
      invalid={invalid}
      onChange={(text) => onChange(text === "" ? null : back(text))}
    />
  );
}

export function Num({ id, field, value, invalid, onChange }: KindProps) {
  const text = textOf(value);
  const change = (next: string) => onChange(next === "" ? null : Number.isNaN(Number(next)) ? next : Number(next));
  return (
    <input
      id={id}
      className="control"
      inputMode="decimal"
      aria-invalid={invalid}
      placeholder={textOf(field.default) || field.placeholder}
      value={text}
      onChange={(event) => change(event.target.value)}
    />
  );
}

export function Slide({ id, field, value, onChange }: KindProps) {
  const least = field.least ?? 0;
  const number = typeof value === "number" ? value : undefined;
  return (
    <div className="flex items-center gap-3">
      <input
        id={id}
        type="range"
        className="flex-1 accent-(--accent)"
        min={least}
        max={field.most ?? 1}
        step={field.step ?? 1}
        value={number ?? least}
        onChange={(event) => onChange(Number(event.target.value))}
      />
      <output htmlFor={id} className="w-12 text-right font-mono text-sm">
        {number ?? "unset"}
      </output>
    </div>
  );
}

export const Toggle = ({ id, field, value, onChange }: KindProps) => (
  <div>
    <Switch id={id} label={field.title} checked={Boolean(value)} onChange={onChange} />
  </div>
);

export function CheckboxList({ field, value, onChange }: KindProps) {
  const chosen = Array.isArray(value) ? value : [];
  return (
    <fieldset className="grid grid-cols-2 gap-1">
      <legend className="sr-only">{field.title}</legend>
      {field.options?.map((one) => (
        <label key={String(one.value)} className="flex items-center gap-2">
          <input
            type="checkbox"
            className="accent-(--accent)"
            checked={chosen.includes(one.value)}
            onChange={(event) =>
              onChange(event.target.checked ? [...chosen, one.value] : chosen.filter((other) => other !== one.value))
            }
          />
          {one.label}
        </label>
      ))}
    </fieldset>
  );
}

export function ListField({ id, field, value, onChange }: KindProps) {
  if (typeof value === "string" && value)
    return (
      <input
        id={id}
        className="control font-mono"
        value={value}
        onChange={(event) => onChange(event.target.value || null)}
      />
    );
  const items: unknown[] = Array.isArray(value) ? value : [];
  const set = (at: number, text: string) =>
    onChange(
      items.with(at, field.type === "array" && text !== "" && typeof items[at] === "number" ? Number(text) : text),
    );
  return (
    <div id={id} className="grid gap-1.5">
      {items.map((one, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: texts of a list have nothing else to be told apart by
        <div key={at} className="flex items-center gap-1">
          <input
            aria-label={`${field.title} ${at + 1}`}
            className="control"
            value={textOf(one)}
            onChange={(event) => set(at, event.target.value)}
          />
          <IconButton small icon={X} label={`Remove ${at + 1}`} onClick={() => onChange(items.toSpliced(at, 1))} />
        </div>
      ))}
      <div>
        <Button icon={Plus} className="h-7" onClick={() => onChange([...items, ""])}>
          Add
        </Button>
      </div>
    </div>
  );
}
