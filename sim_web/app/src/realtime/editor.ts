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
import type { SharedText, Stop } from "./types";

/** The extension that binds an editor to a shared text; begin the editor with `doc: shared.text.toString()`. */
export function collaborative(shared: SharedText): Extension {
  const binding = new Compartment();
  const bound = () => yCollab(shared.text, null, { undoManager: shared.undo });
  const follow = ViewPlugin.define((view) => {
    const stop = shared.onReset(() => {
      // Unbound while the whole text changes, or the change would count as typed.
      view.dispatch({ effects: binding.reconfigure([]) });
      const insert = shared.text.toString();
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert } });
      view.dispatch({ effects: binding.reconfigure(bound()) });
    });
    return { destroy: stop };
  });
  return [binding.of(bound()), follow, others(shared), keymap.of(yUndoManagerKeymap), THEME];
}

/** Where the others are, and telling them where we are. */
function others(shared: SharedText): Extension {
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
      const last = this.view.state.doc.length;
      const marks = shared.carets().flatMap(({ sid, name, anchor, head }) => {
        const [from, to] = [Math.min(anchor, head, last), Math.min(Math.max(anchor, head), last)];
        const colour = hue(sid);
        const style = `background-color: hsl(${colour} 80% 50% / 0.25)`;
        const selection = from < to ? [Decoration.mark({ attributes: { style } }).range(from, to)] : [];
        const caret = Decoration.widget({ widget: new Caret(name, colour), side: 1 }).range(Math.min(head, last));
        return [...selection, caret];
      });
      this.decorations = Decoration.set(marks, true);
    }
  }
  return ViewPlugin.fromClass(Carets, { decorations: (plugin) => plugin.decorations });
}

class Caret extends WidgetType {
  constructor(
    private readonly name: string,
    private readonly colour: number,
  ) {
    super();
  }

  override eq(other: Caret): boolean {
    return other.name === this.name && other.colour === this.colour;
  }

  toDOM(): HTMLElement {
    const caret = document.createElement("span");
    caret.className = "sim-caret";
    caret.style.setProperty("--caret", `hsl(${this.colour} 80% 40%)`);
    caret.dataset.name = this.name;
    caret.setAttribute("aria-hidden", "true");
    return caret;
  }

  override ignoreEvent(): boolean {
    return true;
  }
}

/** A colour of one's own, the same for everybody. */
export function hue(id: string): number {
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + letter.charCodeAt(0)) % 360;
  return sum;
}

const THEME = EditorView.baseTheme({
  ".sim-caret": { position: "relative", borderLeft: "2px solid var(--caret)", marginLeft: "-1px", marginRight: "-1px" },
  ".sim-caret::after": {
    content: "attr(data-name)",
    position: "absolute",
    bottom: "100%",
    left: "-2px",
    padding: "0 4px",
    borderRadius: "3px 3px 3px 0",
    background: "var(--caret)",
    color: "white",
    fontSize: "11px",
    lineHeight: "16px",
    whiteSpace: "nowrap",
    pointerEvents: "none",
    opacity: "0",
    transition: "opacity 0.15s",
  },
  ".sim-caret:hover::after": { opacity: "1" },
});
