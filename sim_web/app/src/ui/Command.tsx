import { Copy } from "lucide-react";
import { IconButton } from "./Button";
import { copy } from "./Shown";

/** In a shell's single quotes nothing but the quote itself means anything. */
export const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** A line for a terminal, to be taken along. */
export const Command = ({ text }: { text: string }) => (
  <div className="flex items-center gap-1 rounded-md border border-line bg-page py-1 pr-1 pl-2">
    <code className="min-w-0 flex-1 truncate font-mono text-sm">{text}</code>
    <IconButton small icon={Copy} label="Copy the command" onClick={() => copy(text)} />
  </div>
);
