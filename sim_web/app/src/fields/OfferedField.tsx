import { ChevronDown, ListFilter, Plus, TextCursorInput, X } from "lucide-react";
import { Popover } from "radix-ui";
import { type ReactNode, useState } from "react";
import { useEditor } from "../editor/store";
import { shownOf } from "../model/forms";
import { IconButton } from "../ui/Button";
import { cx } from "../ui/cx";
import { OfferedList } from "./OfferedList";
import { type Asker, lackingFor, useOffered } from "./offered";
import { base, holdsReference, type KindProps, readJson, textOf } from "./place";
import { TextEditor } from "./TextEditor";

/** A value that a service offers: chosen by its name from a list, or typed. */
export function OfferedField(props: KindProps) {
  const { field, value, place, onChange } = props;
  const block = useEditor((state) => state.doc.blocks[place.block]?.type);
  const service = place.tool?.split(".")[0] ?? block ?? "";
  const form = useEditor((state) => state.types.get(service)?.form);
  const first = lackingFor(field, shownOf(form ?? [], place.values), place.values);
  const asker: Asker = { ...(place.tool ? { tool: place.tool } : { block }), values: place.values, first };
  const [types, setTypes] = useState(() => holdsReference(value));
  const several = field.type === "array";
  const control = types ? (
    <div className="min-w-0 flex-1">
      <TextEditor
        {...base(props)}
        single
        value={textOf(value)}
        onChange={(text) => onChange(several || isNumber(field.type) ? readJson(text) : text || null)}
      />
    </div>
  ) : several ? (
    <Several {...props} asker={asker} />
  ) : (
    <One {...props} asker={asker} />
  );
  return (
    <div className="flex items-start gap-1">
      {control}
      <IconButton
        icon={types ? ListFilter : TextCursorInput}
        label={types ? `Choose ${field.title} from the list` : `Type ${field.title}`}
        onClick={() => setTypes(!types)}
      />
    </div>
  );
}

const isNumber = (type: string | undefined) => type === "integer" || type === "number";

interface AskedProps extends KindProps {
  asker: Asker;
}

/** A typed number is a number. */
const taken = (field: KindProps["field"], value: unknown) =>
  isNumber(field.type) && typeof value === "string" ? readJson(value) : value;

function One({ id, field, value, invalid, asker, onChange }: AskedProps) {
  const text = value === null || value === undefined ? "" : String(value);
  const [open, setOpen] = useState(false);
  const { items, whole } = useOffered(field, asker, "", open || Boolean(text));
  const known = items.find((one) => String(one.value) === text);
  return (
    <div className="grid min-w-0 flex-1 gap-1">
      <Opens
        open={open}
        setOpen={setOpen}
        list={
          <OfferedList
            field={field}
            asker={asker}
            chosen={[text]}
            onTake={(next) => {
              onChange(taken(field, next));
              setOpen(false);
            }}
          />
        }
      >
        <button
          id={id}
          type="button"
          role="combobox"
          aria-expanded={open}
          aria-label={`${field.title}: ${known?.label ?? (text || "none")}`}
          aria-invalid={invalid}
          className="control flex items-center gap-2 text-left"
        >
          <span className={cx("min-w-0 flex-1 truncate", !text && "text-soft")}>
            {known?.label ?? (text || "Choose…")}
          </span>
          <ChevronDown size={14} className="text-soft" aria-hidden />
        </button>
      </Opens>
      <div className="flex items-baseline gap-2 empty:hidden">
        {text && whole && !known ? (
          <p className="flex-1 text-sm text-busy">
            The service does not offer this; it stays until you choose another.
          </p>
        ) : null}
        {text && !field.required ? (
          <button type="button" className="text-sm text-accent" onClick={() => onChange(null)}>
            Clear
          </button>
        ) : null}
      </div>
    </div>
  );
}

function Several({ id, field, value, asker, onChange }: AskedProps) {
  const chosen = (Array.isArray(value) ? value : typeof value === "string" && value ? value.split(",") : []).map(
    (one) => (typeof one === "string" ? one.trim() : one),
  );
  const [open, setOpen] = useState(false);
  const { items } = useOffered(field, asker, "", open || chosen.length > 0);
  const toggle = (one: unknown) => {
    const next = chosen.filter((other) => String(other) !== String(one));
    onChange(next.length < chosen.length ? next : [...chosen, one]);
  };
  return (
    <div className="flex min-w-0 flex-1 flex-wrap items-center gap-1">
      {chosen.map((one) => (
        <span key={String(one)} className="flex h-8 items-center gap-1 rounded-md border border-line bg-card pl-2">
          {items.find((other) => String(other.value) === String(one))?.label ?? String(one)}
          <IconButton small icon={X} label={`Remove ${one}`} onClick={() => toggle(one)} />
        </span>
      ))}
      <Opens
        open={open}
        setOpen={setOpen}
        list={<OfferedList field={field} asker={asker} chosen={chosen.map(String)} onTake={toggle} />}
      >
        <button
          id={id}
          type="button"
          role="combobox"
          aria-expanded={open}
          aria-label={`${field.title}: ${chosen.length ? chosen.join(", ") : "none"}`}
          className="inline-flex h-8 items-center gap-1.5 rounded-md border border-line bg-card px-3 font-medium hover:bg-hover"
        >
          <Plus size={14} aria-hidden /> Add
        </button>
      </Opens>
    </div>
  );
}

interface OpensProps {
  open: boolean;
  setOpen: (is: boolean) => void;
  list: ReactNode;
  children: ReactNode;
}

const Opens = ({ open, setOpen, list, children }: OpensProps) => (
  <Popover.Root open={open} onOpenChange={setOpen}>
    <Popover.Trigger asChild>{children}</Popover.Trigger>
    <Popover.Portal>
      <Popover.Content className="menu w-(--radix-popover-trigger-width) min-w-72 p-0" sideOffset={4} align="start">
        {list}
      </Popover.Content>
    </Popover.Portal>
  </Popover.Root>
);
