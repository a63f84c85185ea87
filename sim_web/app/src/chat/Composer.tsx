import { Paperclip, SendHorizontal, Square } from "lucide-react";
import { useRef, useState } from "react";
import { toast } from "sonner";
import { useEditor } from "../editor/store";
import { askedBy } from "../editor/useRunner";
import { takesMany } from "../run/asked";
import { FileList } from "../run/FileInput";
import { type PickedFile, pickedFiles } from "../run/picked";
import { IconButton } from "../ui/Button";
import { fileRow } from "./reply";

interface Props {
  busy: boolean;
  onSend: (text: string, files: readonly PickedFile[]) => void;
  onStop: () => void;
}

/** A message, and files with it where the workflow asks for some. */
export function Composer({ busy, onSend, onStop }: Props) {
  const [text, setText] = useState("");
  const [files, setFiles] = useState<readonly PickedFile[]>([]);
  const send = () => {
    if (!text.trim() || busy) return;
    onSend(text.trim(), files);
    setText("");
    setFiles([]);
  };
  return (
    <form
      className="grid gap-2 border-t border-line p-3"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <FileList files={files} onRemove={(at) => setFiles(files.filter((_, index) => index !== at))} />
      <div className="flex items-end gap-2">
        <Attach onPick={(picked, many) => setFiles(many ? [...files, ...picked] : picked)} />
        <textarea
          aria-label="Message"
          placeholder="Message…"
          rows={1}
          className="control max-h-40 resize-none [field-sizing:content]"
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
            event.preventDefault();
            send();
          }}
        />
        {busy ? (
          <IconButton icon={Square} label="Stop" onClick={onStop} />
        ) : (
          <IconButton icon={SendHorizontal} label="Send" type="submit" disabled={!text.trim()} />
        )}
      </div>
    </form>
  );
}

function Attach({ onPick }: { onPick: (files: PickedFile[], many: boolean) => void }) {
  const row = useEditor((state) => fileRow(askedBy(state)));
  const box = useRef<HTMLInputElement>(null);
  if (!row) return null;
  const many = takesMany(row.type);
  return (
    <>
      <input
        ref={box}
        type="file"
        hidden
        multiple={many}
        aria-label="Files to send"
        onChange={(event) => {
          pickedFiles([...(event.target.files ?? [])])
            .then((made) => onPick(made, many))
            .catch((trouble: Error) => toast.error(trouble.message));
          event.target.value = "";
        }}
      />
      <IconButton icon={Paperclip} label="Attach a file" onClick={() => box.current?.click()} />
    </>
  );
}
