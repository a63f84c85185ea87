import { startCompletion } from "@codemirror/autocomplete";
import { Compartment, EditorState, type Extension, Prec } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { queries, secrets } from "../api/queries";
import { useEditorStore } from "../editor/store";
import { newSecret } from "../frame/newSecret";
import type { Source } from "../model/offers";
import { collaborative } from "../realtime/editor";
import type { SharedRows } from "../realtime/types";
import { useRole } from "../session";
import { colorOf } from "../together/people";
import { cx } from "../ui/cx";
import { baseExtensions, describes, type Known, languageExtension } from "./codemirror";
import { Enlarge } from "./Enlarge";
import type { Place } from "./place";
import { useGiven } from "./useGiven";

interface Props {
  id: string;
  label: string;
  field: string;
  place: Place;
  offered: Source[];
  value: string;
  onChange: (text: string) => void;
  placeholder?: string;
  single?: boolean;
  code?: boolean;
  rows?: number;
  language?: string;
  invalid?: boolean;
  /** Whether the text is the field's whole value, and may be typed by several people at once. */
  shares?: boolean;
  /** It has a dialog to itself. */
  large?: boolean;
  /** It takes over from a plain input while somebody types. */
  eager?: boolean;
  /** Or of which row it is a text that may be. */
  row?: { of: SharedRows; id: string; fact: string };
}

export type TextProps = Props;

const LINE = 18;

/** A text that is not one's own to change: it is selected, copied and scrolled, also by keyboard, and nothing else. */
const READ_ONLY: Extension = [
  EditorState.readOnly.of(true),
  EditorView.editable.of(false),
  EditorView.contentAttributes.of({ tabindex: "0", "aria-readonly": "true" }),
  // a shared text has an undo of its own, which asks nobody
  Prec.highest(keymap.of(["Mod-z", "Mod-y", "Mod-Shift-z"].map((key) => ({ key, run: () => true })))),
];

const makeSecret = (name: string, made: (name: string) => void) =>
  newSecret(
    "/secrets",
    (called) => queries.invalidateQueries({ queryKey: secrets.queryKey }).then(() => made(called)),
    name,
  );

/** Go on where the plain input was left: at the end, with what can be named. */
function takeOver(view: EditorView) {
  view.dispatch({ selection: { anchor: view.state.doc.length } });
  view.focus();
  startCompletion(view);
}

/** Text with references: completed on `<` and `{{`, shown as chips, coloured as its language says. */
export function TextEditor(props: Props) {
  const { id, label, value, single, code, rows = 1, language = "", invalid, place, field, shares, large, row } = props;
  const { of, id: rowId, fact } = row ?? {};
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const isShared = useRef(false);
  const latest = useRef(props);
  latest.current = props;
  const names = useQuery(secrets).data?.items;
  const known = useRef<Known>({ sources: [], secrets: [] });
  const makes = useRole() === "admin";
  known.current = {
    sources: props.offered,
    secrets: names?.map((one) => one.name) ?? [],
    ...(makes ? { makeSecret } : {}),
  };
  const speaks = useRef(new Compartment());
  const says = useRef(new Compartment());
  const may = useRef(new Compartment());
  const store = useEditorStore();
  const typed = useRef(() => {});
  useEffect(() => {
    const inRow = () => (of && rowId && fact ? of.text(rowId, fact) : null);
    const shared = shares ? store.getState().client.text(place.block, field) : inRow();
    const changed = EditorView.updateListener.of((update) => {
      if (shared || !update.docChanged || update.transactions.some((one) => one.annotation(describes))) return;
      typed.current();
      latest.current.onChange(update.state.doc.toString());
    });
    const attributes = EditorView.contentAttributes.of({
      id,
      "aria-label": label,
      ...(single ? { role: "textbox" } : {}),
    });
    const made = new EditorView({
      parent: host.current ?? undefined,
      state: EditorState.create({
        doc: shared?.text.toString() ?? latest.current.value,
        extensions: [
          baseExtensions(() => known.current, {
            single,
            code,
            shared: Boolean(shared),
            placeholder: latest.current.placeholder ?? "",
          }),
          shared ? collaborative(shared, colorOf) : [],
          speaks.current.of([]),
          says.current.of(attributes),
          may.current.of(latest.current.place.disabled ? READ_ONLY : []),
          changed,
        ],
      }),
    });
    view.current = made;
    isShared.current = Boolean(shared);
    if (large) made.focus();
    if (latest.current.eager) takeOver(made);
    return () => {
      made.destroy();
      shared?.close();
    };
  }, [id, label, single, code, place.block, field, shares, large, of, rowId, fact, store]);
  typed.current = useGiven(view, isShared, value);
  useEffect(() => {
    view.current?.dispatch({ effects: may.current.reconfigure(place.disabled ? READ_ONLY : []) });
  }, [place.disabled]);
  useEffect(() => {
    let gone = false;
    void languageExtension(language).then((extension) => {
      if (!gone) view.current?.dispatch({ effects: speaks.current.reconfigure(extension) });
    });
    return () => {
      gone = true;
    };
  }, [language]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is offered has changed, so chips are judged anew
  useEffect(() => {
    // chips are judged by what is offered, which has just changed
    view.current?.dispatch({
      effects: says.current.reconfigure(EditorView.contentAttributes.of({ id, "aria-label": label })),
    });
  }, [props.offered, names, id, label]);
  const shape = large ? "h-full overflow-auto" : single ? "" : "max-h-96 overflow-auto";
  return (
    <div className={cx("group/text relative min-w-0 flex-1", large && "min-h-0")}>
      <div
        ref={host}
        aria-invalid={invalid}
        className={cx("control p-0!", shape)}
        style={large ? undefined : { minHeight: rows * LINE + 12 }}
      />
      {single || large ? null : <Enlarge {...props} />}
    </div>
  );
}
