import { X } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { Button } from "../../ui/Button";
import { SearchBox } from "../../ui/SearchBox";
import { Switch } from "../../ui/Switch";
import { titled, triggerWord } from "../../ui/words";
import { type Filter, isNarrow, STATUSES, TIMES, TRIGGERS } from "./filter";

interface Props {
  filter: Filter;
  names: Map<string, string>;
  live: boolean;
  onLive: (is: boolean) => void;
  onChange: (next: Partial<Filter>) => void;
}

const WAIT_MS = 250;

export function FilterBar({ filter, names, live, onLive, onChange }: Props) {
  const [text, setText] = useState(filter.text);
  // what is typed is looked for once the hand rests
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what is typed starts the clock
  useEffect(() => {
    if (text === filter.text) return;
    const timer = setTimeout(() => onChange({ text }), WAIT_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div className="flex flex-wrap items-center gap-2">
      <SearchBox label="Look for runs" placeholder="Name, failure or id…" value={text} onChange={setText} />
      <Pick label="Workflow" value={filter.workflow} onPick={(workflow) => onChange({ workflow })}>
        {[...names].map(([id, name]) => (
          <option key={id} value={id}>
            {name || "Untitled"}
          </option>
        ))}
      </Pick>
      <Pick label="Status" value={filter.status} onPick={(status) => onChange({ status })}>
        {STATUSES.map((one) => (
          <option key={one} value={one}>
            {titled(one)}
          </option>
        ))}
      </Pick>
      <Pick label="Trigger" value={filter.trigger} onPick={(trigger) => onChange({ trigger })}>
        {TRIGGERS.map((one) => (
          <option key={one} value={one}>
            {triggerWord(one)}
          </option>
        ))}
      </Pick>
      <Pick label="Time" value={filter.time} onPick={(time) => onChange({ time })}>
        {TIMES.map((one) => (
          <option key={one.value} value={one.value}>
            {one.label}
          </option>
        ))}
      </Pick>
      {isNarrow(filter) ? (
        <Button
          kind="ghost"
          icon={X}
          onClick={() => {
            setText("");
            onChange({ text: "", workflow: "", status: "", trigger: "", time: "" });
          }}
        >
          Clear
        </Button>
      ) : null}
      <span className="ml-auto flex items-center gap-2">
        <span aria-hidden className="text-soft">
          Follow
        </span>
        <Switch label="Follow new runs" checked={live} onChange={onLive} />
      </span>
    </div>
  );
}

interface PickProps {
  label: string;
  value: string;
  onPick: (value: string) => void;
  children: ReactNode;
}

const Pick = ({ label, value, onPick, children }: PickProps) => (
  <select
    aria-label={label}
    className="control w-36 min-w-0 max-sm:w-auto max-sm:flex-1 max-sm:basis-36"
    value={value}
    onChange={(event) => onPick(event.target.value)}
  >
    <option value="">{label}: all</option>
    {children}
  </select>
);
