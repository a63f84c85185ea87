import { ChevronRight, Copy } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { IconButton } from "./Button";

interface Props {
  value: unknown;
  /** How a reference to this value begins; shown and copied with the path. */
  path?: string;
  label?: string;
  depth?: number;
}

const FEW = 100;
const isBranch = (value: unknown): value is object => typeof value === "object" && value !== null;
const isName = /^[\p{L}_][\p{L}\p{N}_-]*$/u;
/** What has no name of its own is not to be referred to: its parts are copied as values. */
const below = (path: string, key: string, list: boolean) =>
  !path ? "" : list ? `${path}[${key}]` : isName.test(key) ? `${path}.${key}` : `${path}["${key}"]`;

/** A value as a tree; a click on a name copies the path to it. */
export function JsonTree({ value, path = "", label, depth = 0 }: Props) {
  const [open, setOpen] = useState(depth < 2);
  const [most, setMost] = useState(FEW);
  if (!isBranch(value)) return <Leaf value={value} path={path} label={label} />;
  const list = Array.isArray(value);
  const entries = Object.entries(value);
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
          <span className="text-soft">{list ? `[${entries.length}]` : `{${entries.length}}`}</span>
        </button>
        <CopyPath path={path} value={value} />
      </div>
      {open ? (
        <div className="ml-1.5 border-l border-line pl-3">
          {entries.slice(0, most).map(([key, inner]) => (
            <JsonTree key={key} value={inner} path={below(path, key, list)} label={key} depth={depth + 1} />
          ))}
          {entries.length > most ? (
            <button type="button" className="text-accent" onClick={() => setMost(most + 500)}>
              {entries.length - most} more…
            </button>
          ) : null}
        </div>
      ) : null}
    </div>
  );
}

function Leaf({ value, path, label }: Props) {
  const tone =
    typeof value === "string" ? "text-good" : value === null || value === undefined ? "text-soft" : "text-busy";
  return (
    <div className="group flex flex-wrap items-start gap-x-1 rounded-sm pl-4 font-mono text-sm hover:bg-hover">
      {label === undefined ? null : <span className="shrink-0 text-accent">{label}:</span>}
      <span
        className={`${tone} max-w-full min-w-[min(9ch,100%)] flex-[0_1_auto] whitespace-pre-wrap [overflow-wrap:anywhere]`}
      >
        {typeof value === "string" ? value || '""' : (JSON.stringify(value) ?? "nothing")}
      </span>
      <CopyPath path={path ?? ""} value={value} />
    </div>
  );
}

function CopyPath({ path, value }: { path: string; value: unknown }) {
  const text = path ? `<${path}>` : JSON.stringify(value, null, 2);
  const copy = () => navigator.clipboard?.writeText(text).then(() => toast(path ? `Copied ${text}` : "Copied"));
  return (
    <IconButton
      small
      icon={Copy}
      label={path ? `Copy ${text}` : "Copy"}
      className="size-5 opacity-0 group-hover:opacity-100 focus-visible:opacity-100"
      onClick={copy}
    />
  );
}
