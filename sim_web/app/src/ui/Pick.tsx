import { Command } from "cmdk";
import { Check, ChevronDown } from "lucide-react";
import { Popover } from "radix-ui";
import { useState } from "react";
import { cx } from "./cx";

export interface Choice {
  value: string;
  label: string;
  detail?: string;
  group?: string;
}
interface Props {
  id?: string;
  label: string;
  value: string;
  options: readonly Choice[];
  onChange: (value: string) => void;
  /** Whether something else may be typed. */
  free?: boolean;
  placeholder?: string;
  invalid?: boolean;
}

/** A list to choose from, with a search; with `free` what is typed may be taken as it is. */
export function Pick({ id, label, value, options, onChange, free, placeholder = "Choose…", invalid }: Props) {
  const [open, setOpen] = useState(false);
  const [search, setSearch] = useState("");
  const chosen = options.find((one) => one.value === value);
  const take = (next: string) => {
    onChange(next);
    setOpen(false);
    setSearch("");
  };
  const groups = [...new Set(options.map((one) => one.group ?? ""))];
  const isNew = free && search && !options.some((one) => one.value === search);
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger asChild>
        <button
          id={id}
          type="button"
          role="combobox"
          aria-expanded={open}
          aria-label={`${label}: ${chosen?.label ?? (value || "none")}`}
          aria-invalid={invalid}
          className="control flex items-center gap-2 text-left"
        >
          <span className={cx("min-w-0 flex-1 truncate", !value && "text-soft")}>
            {chosen?.label ?? (value || placeholder)}
          </span>
          <ChevronDown size={14} className="text-soft" aria-hidden />
        </button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="menu w-(--radix-popover-trigger-width) min-w-56 p-0" sideOffset={4} align="start">
          <Command label={label} loop>
            <Command.Input
              value={search}
              onValueChange={setSearch}
              placeholder={free ? "Search, or type your own…" : "Search…"}
              className="w-full border-b border-line bg-transparent px-3 py-2 outline-none"
            />
            <Command.List className="max-h-72 overflow-auto p-1">
              <Command.Empty className="px-2 py-3 text-soft">Nothing is called that.</Command.Empty>
              {isNew ? (
                <Command.Item value={search} onSelect={() => take(search)} className="menu-item">
                  Use “{search}”
                </Command.Item>
              ) : null}
              {groups.map((group) => (
                <Command.Group
                  key={group}
                  heading={group || undefined}
                  className="[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:py-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-soft"
                >
                  {options
                    .filter((one) => (one.group ?? "") === group)
                    .map((one) => (
                      <Command.Item
                        key={one.value}
                        value={`${one.label} ${one.value}`}
                        onSelect={() => take(one.value)}
                        className="menu-item"
                      >
                        <Check size={14} className={one.value === value ? "" : "invisible"} aria-hidden />
                        <span className="min-w-0 flex-1 truncate">{one.label}</span>
                        {one.detail ? <span className="text-xs text-soft">{one.detail}</span> : null}
                      </Command.Item>
                    ))}
                </Command.Group>
              ))}
            </Command.List>
          </Command>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
