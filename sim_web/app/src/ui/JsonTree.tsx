import { ChevronRight } from "lucide-react";
import { memo, useState } from "react";
import { JsonCopy } from "./JsonCopy";
import { JsonLeaf } from "./JsonLeaf";

interface Props {
  value: unknown;
  /** How a reference to this value begins; shown and copied with the path. */
  path?: string;
  label?: string;
  depth?: number;
  /** What is looked for: everything is open, and long texts begin where it stands. */
  words?: string;
}

const FEW = 100;
const isBranch = (value: unknown): value is object => typeof value === "object" && value !== null;
const isName = /^[\p{L}_][\p{L}\p{N}_-]*$/u;
/** What has no name of its own is not to be referred to: its parts are copied as values. */
const below = (path: string, key: string, list: boolean) =>
  !path ? "" : list ? `${path}[${key}]` : isName.test(key) ? `${path}.${key}` : `${path}["${key}"]`;

/** A value as a tree; the path to each part and the part itself can be copied. */
export const JsonTree = memo(function JsonTree({ value, path = "", label, depth = 0, words = "" }: Props) {
  const [opened, setOpen] = useState(depth < 2);
  const [most, setMost] = useState(FEW);
  if (!isBranch(value)) return <JsonLeaf value={value} path={path} label={label} words={words} />;
  const open = opened || Boolean(words);
  const list = Array.isArray(value);
  const keys = Object.keys(value);
  return (
    <div className="font-mono text-sm">
      <div className="group flex items-center gap-1 rounded-sm hover:bg-hover">
        <button
          type="button"
          className="flex min-w-0 items-center gap-1"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          <ChevronRight size={12} className={open ? "rotate-90" : ""} aria-hidden />
          {label === undefined ? null : <span className="text-accent">{label}</span>}
          <span className="text-soft">{list ? `[${keys.length}]` : `{${keys.length}}`}</span>
        </button>
        <JsonCopy path={path} value={value} />
      </div>
      {open ? (
        <div className="ml-1.5 border-l border-line pl-3">
          {keys.slice(0, most).map((key) => (
            <JsonTree
              key={key}
              value={(value as Record<string, unknown>)[key]}
              path={below(path, key, list)}
              label={key}
              depth={depth + 1}
              words={words}
            />
          ))}
          {keys.length > most ? (
            <button type="button" className="text-accent" onClick={() => setMost(most + 500)}>
              {(keys.length - most).toLocaleString()} more…
            </button>
          ) : null}
        </div>
      ) : null}
    </div>
  );
});
