import { closeCompletion, completionStatus } from "@codemirror/autocomplete";
import { EditorView } from "@codemirror/view";
import { Connections } from "../editor/Connections";
import { useEditor } from "../editor/store";
import { cx } from "../ui/cx";
import { Dialog } from "../ui/Dialog";
import { TextEditor, type TextProps } from "./TextEditor";

/** What is offered while one types is closed before the dialog is. */
function closesList(): boolean {
  const view = EditorView.findFromDOM(document.activeElement as HTMLElement);
  return Boolean(view && completionStatus(view.state) && closeCompletion(view));
}

/** A text with all the room there is, and, for who may change it, what it can refer to beside it. */
export default function Enlarged({ onClose, ...props }: TextProps & { onClose: () => void }) {
  const name = useEditor((state) => state.doc.blocks[props.place.block]?.name);
  const readOnly = props.place.disabled;
  return (
    <Dialog title={[name, props.label].filter(Boolean).join(" · ")} open onClose={onClose} onEscape={closesList} large>
      <div className={cx("grid h-[76vh] gap-4", !readOnly && "grid-cols-[minmax(0,1fr)_260px]")}>
        <TextEditor {...props} id={`${props.id}-large`} large />
        {readOnly ? null : (
          <div className="min-h-0 overflow-auto">
            <Connections offered={props.offered} />
            {props.offered.length ? null : (
              <p className="text-sm text-soft">Nothing stands before this block that it could refer to.</p>
            )}
          </div>
        )}
      </div>
    </Dialog>
  );
}
