/** A shared text in CodeMirror: its changes, its undo, and the carets of the others. */

import { Compartment, type Extension, RangeSet } from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  EditorView,
  keymap,
  ViewPlugin,
  type ViewUpdate,
  WidgetType,
} from "@codemirror/view";
import { yCollab, yUndoManagerKeymap } from "y-codemirror.next";
import { cut } from "./shapes";
import type { SharedText, Stop } from "./types";

/** The extension that binds an editor to a shared text; begin the editor with `doc: shared.text.toString()`. */
export function collaborative(shared: SharedText, colourOf: (user_id: string) => string): Extension {
  const binding = new Compartment();
  const bound = () => yCollab(shared.text, null, { undoManager: shared.undo });
  const follow = ViewPlugin.define((view) => {
    const stop = shared.onReset(() => {
      // Unbound while the whole text changes, or the change would count as typed.
      view.dispatch({ effects: binding.reconfigure([]) });
      // What stays the same stays in place: the cursor, and what is offered at it.
      view.dispatch({ changes: cut(view.state.doc.toString(), shared.text.toString()) });
      view.dispatch({ effects: binding.reconfigure(bound()) });
    });
    return { destroy: stop };
  });
  return [binding.of(bound()), follow, others(shared, colourOf), keymap.of(yUndoManagerKeymap), THEME];
}

/** Where the others are, and telling them where we are. */
function others(shared: SharedText, colourOf: (user_id: string) => string): Extension {
  class Carets {
    decorations: DecorationSet = RangeSet.empty;
    private readonly stop: Stop;

    constructor(private readonly view: EditorView) {
      this.stop = shared.onCarets(() => {
        this.draw();
        view.dispatch({});
      });
      this.draw();
    }

    update(update: ViewUpdate): void {
      if (update.selectionSet || update.docChanged || update.focusChanged) {
        const { anchor, head } = update.state.selection.main;
        if (update.view.hasFocus) shared.caret({ anchor, head });
        else if (update.focusChanged) shared.caret(null);
      }
      if (update.docChanged) this.draw();
    }

    destroy(): void {
      this.stop();
      shared.caret(null);
    }

    private draw(): void {
      const { doc } = this.view.state;
      const marks = shared.carets().flatMap(({ user_id, name, anchor, head }) => {
        const [from, to] = [Math.min(anchor, head, doc.length), Math.min(Math.max(anchor, head), doc.length)];
        const colour = colourOf(user_id);
        const style = `background-color: color-mix(in srgb, ${colour} 25%, transparent)`;
        const selection = from < to ? [Decoration.mark({ attributes: { style } }).range(from, to)] : [];
        const at = Math.min(head, doc.length);
        const widget = new Caret(name, colour, at, doc.lineAt(at).number === 1);
        return [...selection, Decoration.widget({ widget, side: 1 }).range(at)];
      });
      this.decorations = Decoration.set(marks, true);
    }
  }
  return ViewPlugin.fromClass(Carets, { decorations: (plugin) => plugin.decorations });
}

/** A caret with its owner's name, which is shown for a while whenever it moves. */
class Caret extends WidgetType {
  constructor(
    private readonly name: string,
    private readonly colour: string,
    private readonly at: number,
    private readonly first: boolean,
  ) {
    super();
  }

  override eq(other: Caret): boolean {
    const { name, colour, at, first } = other;
    return name === this.name && colour === this.colour && at === this.at && first === this.first;
  }

  toDOM(): HTMLElement {
    const caret = document.createElement("span");
    caret.className = this.first ? "sim-caret first" : "sim-caret";
    caret.style.setProperty("--caret", this.colour);
    caret.dataset.name = this.name;
    caret.setAttribute("aria-hidden", "true");
    return caret;
  }

  override ignoreEvent(): boolean {
    return true;
  }
}

const THEME = EditorView.baseTheme({
  ".sim-caret": { position: "relative", borderLeft: "2px solid var(--caret)", marginLeft: "-1px", marginRight: "-1px" },
  ".sim-caret::after": {
    content: "attr(data-name)",
    position: "absolute",
    zIndex: "1",
    bottom: "100%",
    left: "-2px",
    padding: "0 4px",
    borderRadius: "3px 3px 3px 0",
    background: "var(--caret)",
    color: "white",
    fontFamily: "ui-sans-serif, system-ui, sans-serif",
    fontSize: "11px",
    fontStyle: "normal",
    lineHeight: "16px",
    whiteSpace: "nowrap",
    pointerEvents: "none",
    animation: "sim-caret-name 4s forwards",
  },
  // Above the first line there is nothing but the edge.
  ".sim-caret.first::after": { bottom: "auto", top: "100%", borderRadius: "0 3px 3px 3px" },
  ".sim-caret:hover::after": { animation: "none" },
  "@keyframes sim-caret-name": { "0%, 80%": { opacity: "1" }, "100%": { opacity: "0" } },
  "@media (prefers-reduced-motion: reduce)": { ".sim-caret::after": { animation: "none" } },
});
