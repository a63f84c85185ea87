import { useMemo, useRef, useState } from "react";
import { useEditor } from "../editor/store";
import { type Change, changes } from "../model/changes";
import type { Document } from "../realtime/document";
import { Drawing } from "../run/Drawing";
import { TypeIcon } from "../ui/TypeIcon";
import { bothStates } from "./both";

const SIGNS = {
  added: ["+", "text-good", "added"],
  removed: ["−", "text-bad", "removed"],
  changed: ["~", "text-busy", "changed"],
} as const;

const written = (value: unknown) =>
  value === undefined || value === null || value === ""
    ? "nothing"
    : typeof value === "string"
      ? value
      : JSON.stringify(value, null, 1);

/** What differs between two states of a workflow: as a drawing, and block by block in words. */
export function ChangeList({ before, after }: { before: Document; after: Document }) {
  const types = useEditor((state) => state.types);
  const [chosen, setChosen] = useState<string>();
  const list = useRef<HTMLUListElement>(null);
  const found = useMemo(() => changes(before, after, types), [before, after, types]);
  const both = useMemo(() => bothStates(before, after, found), [before, after, found]);
  if (!found.length) return <p className="text-soft">Nothing differs.</p>;
  const choose = (block: string) => {
    setChosen(block);
    list.current?.querySelector(`[data-change="${CSS.escape(block)}"]`)?.scrollIntoView({ block: "nearest" });
  };
  return (
    <div className="grid grid-cols-1 overflow-hidden rounded-md border border-line bg-card">
      {both.marks.size || both.lines.some((one) => one.kind) ? (
        <div className="border-b border-line bg-page p-2">
          <Drawing
            label="What differs, drawn"
            {...both}
            otherwise="the same"
            height={240}
            chosen={chosen}
            onChoose={choose}
          />
        </div>
      ) : null}
      <ul ref={list} aria-label="Changes" className="grid max-h-80 grid-cols-1 overflow-auto">
        {found.map((one) => (
          <li
            key={one.key}
            data-change={one.key}
            aria-current={one.key === chosen || undefined}
            className="border-b border-line px-3 py-2 last:border-0 aria-[current]:bg-wash"
          >
            <Row change={one} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Row({ change }: { change: Change }) {
  const [sign, tone, word] = SIGNS[change.kind];
  return (
    <div className="grid grid-cols-1 gap-1">
      <p className="flex items-center gap-2">
        <span className={`w-3 font-mono ${tone}`} role="img" aria-label={word}>
          {sign}
        </span>
        {change.type ? (
          <TypeIcon title={change.type.title} color={change.type.color} icon={change.type.icon} size={16} />
        ) : null}
        <span className="font-medium">{change.title}</span>
      </p>
      {change.details.map((one) => (
        <div key={one.what} className="grid grid-cols-[110px_1fr] gap-x-3 pl-5 text-sm">
          <span className="truncate text-soft">{one.what}</span>
          <div className="grid min-w-0 gap-0.5 font-mono text-xs">
            <p className="max-h-24 overflow-auto whitespace-pre-wrap text-bad [overflow-wrap:anywhere]">
              − {written(one.before)}
            </p>
            <p className="max-h-24 overflow-auto whitespace-pre-wrap text-good [overflow-wrap:anywhere]">
              + {written(one.after)}
            </p>
          </div>
        </div>
      ))}
    </div>
  );
}
