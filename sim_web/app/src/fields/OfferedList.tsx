import { Command } from "cmdk";
import { Check, RefreshCw } from "lucide-react";
import { useState } from "react";
import type { FormField } from "../api/schema";
import { Button, IconButton } from "../ui/Button";
import { type Asker, useOffered } from "./offered";
import { useCalm } from "./useCalm";

interface Props {
  field: FormField;
  asker: Asker;
  chosen: readonly string[];
  onTake: (value: unknown) => void;
}

/** What a service offers, with a search; whatever is typed may be taken as it is. */
export function OfferedList({ field, asker, chosen, onTake }: Props) {
  const [search, setSearch] = useState("");
  const calm = useCalm(search.trim());
  const { items, isAsking, error, more, again } = useOffered(field, asker, calm, true);
  const typed = search.trim();
  const isNew = typed && !items.some((one) => String(one.value) === typed);
  return (
    <Command label={field.title} shouldFilter={false} loop>
      <div className="flex items-center border-b border-line pr-1">
        <Command.Input
          value={search}
          onValueChange={setSearch}
          placeholder="Search, or type your own…"
          className="w-full bg-transparent px-3 py-2 outline-none"
        />
        <IconButton
          small
          icon={RefreshCw}
          label="Ask the service again"
          disabled={isAsking || asker.first.length > 0}
          onClick={again}
        />
      </div>
      {asker.first.length ? (
        <p role="alert" className="px-3 pt-3 text-sm">
          Choose {asker.first.join(" and ")} first.
        </p>
      ) : null}
      {error ? (
        <div role="alert" className="grid justify-items-start gap-2 px-3 py-3 text-sm">
          <p>{error.message}</p>
          <Button className="h-7" onClick={again}>
            Try again
          </Button>
        </div>
      ) : null}
      <Command.List className="max-h-72 overflow-auto p-1" aria-busy={isAsking}>
        {isNew ? (
          <Command.Item value="=typed" onSelect={() => onTake(typed)} className="menu-item">
            Use “{typed}”
          </Command.Item>
        ) : null}
        {items.map((one) => (
          <Command.Item
            key={String(one.value)}
            value={`:${one.value}`}
            onSelect={() => onTake(one.value)}
            className="menu-item"
          >
            <Check size={14} className={chosen.includes(String(one.value)) ? "" : "invisible"} aria-hidden />
            <span className="min-w-0 flex-1 truncate">{one.label}</span>
            {one.detail ? <span className="max-w-[40%] truncate text-xs text-soft">{one.detail}</span> : null}
          </Command.Item>
        ))}
        {more && !isAsking ? (
          <Command.Item value="=more" onSelect={more} className="menu-item text-accent">
            Show more
          </Command.Item>
        ) : null}
        {isAsking ? (
          <div role="status" className="px-2 py-2 text-sm text-soft">
            Asking the service…
          </div>
        ) : null}
        {!isAsking && !error && !asker.first.length && !items.length ? (
          <p className="px-2 py-3 text-sm text-soft">{typed ? "Nothing is called that." : "There is nothing yet."}</p>
        ) : null}
      </Command.List>
    </Command>
  );
}
