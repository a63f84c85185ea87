/** How text is edited: chips for references, completion on `<` and `{{`, languages loaded when they are needed. */

import {
  autocompletion,
  type Completion,
  type CompletionContext,
  closeBrackets,
  completionKeymap,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { Annotation, EditorState, type Extension, Prec } from "@codemirror/state";
import {
  Decoration,
  EditorView,
  keymap,
  lineNumbers,
  MatchDecorator,
  placeholder,
  ViewPlugin,
  type ViewUpdate,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { isKnown, type Source } from "../model/offers";

export interface Known {
  sources: Source[];
  secrets: string[];
  /** Asks for one that is called so, for whoever may; what it is called in the end is told. */
  makeSecret?: (name: string, made: (name: string) => void) => void;
}

/** Marks changes that came from the document, not from the keyboard. */
export const describes = Annotation.define<boolean>();

const TOKEN = /<([^<>\n+*/=!@";`\\{}\s][^<>\n+*/=!@";`\\{}]*)>|\{\{\s*([A-Za-z_]\w*)\s*\}\}/gu;
const COLORS = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword], color: "light-dark(#9333ea, #c084fc)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--good)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--busy)" },
  { tag: tags.comment, color: "var(--soft)", fontStyle: "italic" },
  { tag: [tags.function(tags.variableName), tags.propertyName], color: "light-dark(#1d4ed8, #7db2ff)" },
]);

function chips(known: () => Known): Extension {
  const decorator = new MatchDecorator({
    regexp: TOKEN,
    decoration: (match) => {
      if (match[2])
        return Decoration.mark({
          class: known().secrets.includes(match[2]) ? "cm-chip secret" : "cm-chip unknown",
          attributes: { title: known().secrets.includes(match[2]) ? "A secret" : "No secret has this name" },
        });
      const path = match[1] ?? "";
      if (!/[.[]/.test(path) && !isKnown(path, known().sources)) return null;
      return isKnown(path, known().sources)
        ? Decoration.mark({ class: "cm-chip" })
        : Decoration.mark({
            class: "cm-chip unknown",
            attributes: { title: "Nothing before this block is called that" },
          });
    },
  });
  return ViewPlugin.define(
    (view) => ({
      chips: decorator.createDeco(view),
      update(update: ViewUpdate) {
        this.chips = update.transactions.some((one) => one.effects.length)
          ? decorator.createDeco(update.view)
          : decorator.updateDeco(update, this.chips);
      },
    }),
    { decorations: (plugin) => plugin.chips },
  );
}

const complete = (known: () => Known) => (context: CompletionContext) => {
  const reference = context.matchBefore(/<[^<>\n]*/);
  if (reference) {
    const options = known().sources.flatMap((source, rank) =>
      source.offers.map(
        (offer): Completion => ({
          label: `<${offer.path}>`,
          detail: offer.type,
          info: offer.doc || undefined,
          type: "variable",
          section: { name: source.name, rank },
        }),
      ),
    );
    return { from: reference.from, options, validFor: /^<[^<>\n]*$/ };
  }
  const secret = context.matchBefore(/\{\{\s*\w*/);
  if (!secret) return null;
  const options = known().secrets.map(
    (name): Completion => ({ label: `{{${name}}}`, detail: "secret", type: "constant", apply: braced(name) }),
  );
  return { from: secret.from, options: [...options, another(secret.text, known())] };
};

/** Puts a secret's name in place of what was typed of it. */
const braced =
  (name: string) =>
  (view: EditorView, _one: Completion, from: number, to: number): void => {
    const closed = view.state.sliceDoc(to, to + 2) === "}}" ? 2 : 0;
    view.dispatch({
      changes: { from, to: to + closed, insert: `{{${name}}}` },
      selection: { anchor: from + name.length + 4 },
    });
  };

/** The way to a secret that there is not yet; always there, whatever was typed. */
function another(typed: string, { makeSecret }: Known): Completion {
  const name = typed.replace(/^\{\{\s*/, "");
  if (!makeSecret)
    return { label: typed, displayLabel: "An admin of the workspace sets secrets", apply: () => {}, boost: -99 };
  return {
    label: typed,
    displayLabel: `New secret${name && ` ${name}`}…`,
    boost: -99,
    apply: (view, one, from, to) =>
      makeSecret(name, (made) => {
        const { head } = view.state.selection.main;
        // somebody else may have typed meanwhile
        const stays = view.state.sliceDoc(from, to) === typed;
        braced(made)(view, one, stays ? from : head, stays ? to : head);
      }),
  };
}

const oneLine = EditorState.transactionFilter.of((change) => (change.newDoc.lines > 1 ? [] : change));

export function baseExtensions(
  known: () => Known,
  {
    single,
    code,
    shared,
    placeholder: hint,
  }: { single?: boolean; code?: boolean; shared?: boolean; placeholder: string },
): Extension {
  return [
    // A text that is shared brings an undo that leaves alone what others typed.
    shared ? [] : history(),
    code ? LEAVING : [],
    chips(known),
    autocompletion({ override: [complete(known)], icons: false, activateOnTyping: true }),
    syntaxHighlighting(COLORS),
    hint ? placeholder(hint) : [],
    single ? [oneLine, keymap.of([{ key: "Enter", run: () => true }])] : EditorView.lineWrapping,
    code ? [lineNumbers(), bracketMatching(), closeBrackets(), indentOnInput(), EditorState.tabSize.of(2)] : [],
    keymap.of([
      ...completionKeymap,
      ...defaultKeymap.filter((one) => one.key !== "Mod-Enter"),
      ...(shared ? [] : historyKeymap),
      ...(code ? [indentWithTab] : []),
    ]),
  ];
}

/** Tab indents code; after Escape, which also closes what is offered, it goes on to what follows. */
const LEAVING = Prec.highest(
  keymap.of([
    {
      key: "Escape",
      run: (view) => {
        view.setTabFocusMode(4000);
        return false;
      },
    },
  ]),
);

export async function languageExtension(language: string): Promise<Extension> {
  switch (language) {
    case "python":
      return (await import("@codemirror/lang-python")).python();
    case "javascript":
      return (await import("@codemirror/lang-javascript")).javascript();
    case "json":
      return (await import("@codemirror/lang-json")).json();
    case "sql":
      return (await import("@codemirror/lang-sql")).sql();
    default:
      return [];
  }
}
