import { useState } from "react";
import { JsonCopy } from "./JsonCopy";
import { cutAt, MORE, SEEN } from "./take";

const TONES: Record<string, string> = { string: "text-good", object: "text-soft", undefined: "text-soft" };

interface Props {
  value: unknown;
  path: string;
  label?: string;
  words: string;
}

/** A text, a number, a switch or nothing; of a long text what is seen at first, and more of it on demand. */
export function JsonLeaf({ value, path, label, words }: Props) {
  const [most, setMost] = useState(SEEN);
  const text = typeof value === "string" ? value || '""' : (JSON.stringify(value) ?? "nothing");
  const { from, to } = cutAt(text, words, most);
  return (
    <div className="group flex flex-wrap items-start gap-x-1 rounded-sm pl-4 font-mono text-sm hover:bg-hover">
      {label === undefined ? null : <span className="shrink-0 text-accent">{label}:</span>}
      <span
        className={`${TONES[typeof value] ?? "text-busy"} max-w-full min-w-[min(9ch,100%)] flex-[0_1_auto] whitespace-pre-wrap [overflow-wrap:anywhere]`}
      >
        {from > 0 ? "…" : ""}
        {text.slice(from, to)}
        {to < text.length ? "…" : ""}
      </span>
      <JsonCopy path={path} value={value} />
      {text.length > to - from ? (
        <span className="flex w-full flex-wrap gap-x-3 text-soft">
          {(to - from).toLocaleString()} of {text.length.toLocaleString()} characters
          {to < text.length ? (
            <button type="button" className="text-accent" onClick={() => setMost(most + MORE)}>
              Show more
            </button>
          ) : null}
        </span>
      ) : null}
    </div>
  );
}
