import { SecretText } from "./pickers";
import { base, type KindProps, languageOf, readJson, textOf } from "./place";
import { TextEditor } from "./TextEditor";

export function ShortText(props: KindProps) {
  if (props.field.secret) return <SecretText {...props} />;
  return (
    <TextEditor {...base(props)} single value={textOf(props.value)} onChange={(text) => props.onChange(text || null)} />
  );
}

/** Whether a value is a text that several people may type into. */
const shares = ({ place, value }: KindProps) =>
  Boolean(place.shares) && (value === null || value === undefined || typeof value === "string");

export const LongText = (props: KindProps) => (
  <TextEditor
    {...base(props)}
    shares={shares(props)}
    rows={props.field.rows || 4}
    value={textOf(props.value)}
    onChange={(text) => props.onChange(text || null)}
  />
);

export function CodeField(props: KindProps) {
  const language = languageOf(props.field, props.place.values);
  const single = props.field.kind === "expression";
  return (
    <TextEditor
      {...base(props)}
      shares={shares(props)}
      code
      rows={single ? 1 : 8}
      language={language}
      value={textOf(props.value)}
      onChange={(text) => props.onChange(text || null)}
    />
  );
}

export const JsonField = (props: KindProps) => (
  <TextEditor
    {...base(props)}
    code
    rows={3}
    language="json"
    value={textOf(props.value)}
    onChange={(text) => props.onChange(readJson(text))}
  />
);
