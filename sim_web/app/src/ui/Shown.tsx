import { Copy } from "lucide-react";
import { toast } from "sonner";
import { IconButton } from "./Button";
import { Dialog } from "./Dialog";

interface Props {
  title: string;
  about: string;
  text: string;
  onClose: () => void;
}

export const copy = (text: string) =>
  void navigator.clipboard?.writeText(text).then(
    () => toast("Copied"),
    () => toast.error("The browser does not let this page copy; select the text instead."),
  );

/** Something that is shown once: to be copied now. */
export function Shown({ title, about, text, onClose }: Props) {
  return (
    <Dialog title={title} about={about} open={Boolean(text)} onClose={onClose}>
      <div className="flex items-start gap-2">
        <code className="control font-mono text-sm break-all select-all" data-testid="shown-once">
          {text}
        </code>
        <IconButton icon={Copy} label="Copy it" onClick={() => copy(text)} />
      </div>
    </Dialog>
  );
}
