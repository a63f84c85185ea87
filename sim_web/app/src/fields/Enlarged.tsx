import { closeCompletion, completionStatus } from "@codemirror/autocomplete";
import { EditorView } from "@codemirror/view";
import { Connections } from "../editor/Connections";
import { useEditor } from "../editor/store";
import { Dialog } from "../ui/Dialog";
import { TextEditor, type TextProps } from "./TextEditor";

/** What is offered while one types is closed before the dialog is. */
function closesList(): boolean {
  const view = EditorView.findFromDOM(document.activeElement as HTMLElement);
  return Boolean(view && completionStatus(view.state) && closeCompletion(view));
}

/** A text with all the room there is, and what it can refer to beside it. */
export default function Enlarged({ onClose, ...props }: TextProps & { onClose: () => void }) {
  const name = useEditor((state) => state.doc.blocks[props.place.block]?.name);
  return (
    <Dialog title={[name, props.label].filter(Boolean).join(" · ")} open onClose={onClose} onEscape={closesList} large>
      <div className="grid h-[76vh] grid-cols-[minmax(0,1fr)_260px] gap-4">
        <TextEditor {...props} id={`${props.id}-large`} large />
        <div className="min-h-0 overflow-auto">
          <Connections offered={props.offered} />
          {props.offered.length ? null : (
            <p className="text-sm text-soft">Nothing stands before this block that it could refer to.</p>
          )}
        </div>
      </div>
    </Dialog>
  );
}
