import { type KeyboardEvent, useId, useRef, useState } from "react";
import type { Colleague } from "../../api/schema";
import { Button } from "../../ui/Button";
import { cx } from "../../ui/cx";
import { initials } from "../../ui/person";
import { colorOf } from "../people";
import { usePeople } from "./data";
import { calling, mentionsIn } from "./threads";

interface Props {
  label: string;
  verb: string;
  text?: string;
  autoFocus?: boolean;
  onSay: (body: string, mentions: string[]) => Promise<boolean>;
  onCancel?: () => void;
}

const MOST = 6;

/** Words for others; `@` offers the people who can read them. */
export function MentionBox({ label, verb, text = "", autoFocus, onSay, onCancel }: Props) {
  const people = usePeople();
  const [body, setBody] = useState(text);
  const [caret, setCaret] = useState(0);
  const [chosen, setChosen] = useState(0);
  const [busy, setBusy] = useState(false);
  const box = useRef<HTMLTextAreaElement>(null);
  const list = useId();
  const call = calling(body, caret);
  const typed = call?.typed.toLowerCase() ?? "";
  const offered = call ? people.filter((one) => one.name.toLowerCase().includes(typed)).slice(0, MOST) : [];
  const at = Math.min(chosen, offered.length - 1);
  const take = (one: Colleague | undefined) => {
    if (!call || !one) return;
    const next = `${body.slice(0, call.from)}@${one.name} ${body.slice(caret)}`;
    const place = call.from + one.name.length + 2;
    setBody(next);
    setCaret(place);
    setTimeout(() => box.current?.setSelectionRange(place, place));
  };
  const say = async () => {
    if (!body.trim() || busy) return;
    setBusy(true);
    const said = await onSay(body.trim(), mentionsIn(body, people));
    setBusy(false);
    if (said) setBody("");
  };
  const press = (event: KeyboardEvent) => {
    if (offered.length && ["ArrowDown", "ArrowUp", "Enter", "Tab", "Escape"].includes(event.key)) {
      event.preventDefault();
      event.stopPropagation();
      if (event.key === "ArrowDown") setChosen((at + 1) % offered.length);
      else if (event.key === "ArrowUp") setChosen((at + offered.length - 1) % offered.length);
      else if (event.key === "Escape") setCaret(0);
      else take(offered[at]);
    } else if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) {
      event.stopPropagation();
      void say();
    } else if (event.key === "Escape") onCancel?.();
  };
  return (
    <div className="relative grid gap-2">
      <textarea
        ref={box}
        role="combobox"
        aria-label={label}
        aria-expanded={offered.length > 0}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={offered[at] ? `${list}-${offered[at].id}` : undefined}
        // biome-ignore lint/a11y/noAutofocus: it opens because somebody wants to write
        autoFocus={autoFocus}
        rows={2}
        placeholder={`${label}… @ mentions somebody`}
        className="control [field-sizing:content] max-h-48 min-h-14 resize-none"
        value={body}
        onChange={(event) => {
          setBody(event.target.value);
          setCaret(event.target.selectionStart);
          setChosen(0);
        }}
        onKeyDown={press}
        onKeyUp={(event) => event.key !== "Escape" && setCaret(event.currentTarget.selectionStart)}
        onClick={(event) => setCaret(event.currentTarget.selectionStart)}
      />
      {offered.length ? (
        <div id={list} role="listbox" aria-label="People" className="menu absolute top-full right-0 left-0 -mt-9">
          {offered.map((one, index) => (
            <div
              key={one.id}
              id={`${list}-${one.id}`}
              role="option"
              aria-selected={index === at}
              tabIndex={-1}
              data-selected={index === at}
              className="menu-item"
              onMouseDown={(event) => {
                event.preventDefault();
                take(one);
              }}
            >
              <Face id={one.id} name={one.name} />
              <span className="truncate">{one.name}</span>
            </div>
          ))}
        </div>
      ) : null}
      <div className={cx("flex justify-end gap-2", !body.trim() && !onCancel && "hidden")}>
        {onCancel ? <Button onClick={onCancel}>Cancel</Button> : null}
        <Button kind="main" disabled={!body.trim() || busy} onClick={() => void say()}>
          {verb}
        </Button>
      </div>
    </div>
  );
}

export const Face = ({ id, name }: { id: string; name: string }) => (
  <span
    aria-hidden
    className="grid size-6 shrink-0 place-items-center rounded-full text-xs font-semibold text-white"
    style={{ background: colorOf(id) }}
  >
    {initials(name)}
  </span>
);
