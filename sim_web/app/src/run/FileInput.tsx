import { Paperclip, X } from "lucide-react";
import { useState } from "react";
import { IconButton } from "../ui/Button";
import { takesMany } from "./asked";
import { filesIn, pickedFiles, sized } from "./picked";

interface Props {
  id: string;
  type?: string;
  /** The files as JSON. */
  value: string;
  onChange: (value: string) => void;
}

/** Files from somebody's own machine. */
export function FileInput({ id, type, value, onChange }: Props) {
  const [error, setError] = useState("");
  const many = takesMany(type);
  const files = filesIn(value);
  const write = (next: readonly unknown[]) => onChange(next.length ? JSON.stringify(many ? next : next.at(-1)) : "");
  const pick = (list: FileList | null) => {
    setError("");
    pickedFiles([...(list ?? [])])
      .then((made) => write([...(many ? files : []), ...made]))
      .catch((trouble: Error) => setError(trouble.message));
  };
  return (
    <div className="grid gap-1">
      <input
        id={id}
        type="file"
        multiple={many}
        className="control h-auto py-1 file:mr-3 file:rounded-sm file:border-0 file:bg-hover file:px-2 file:py-0.5 file:text-text"
        onChange={(event) => {
          pick(event.target.files);
          event.target.value = "";
        }}
      />
      {error ? (
        <p role="alert" className="text-sm text-bad">
          {error}
        </p>
      ) : null}
      <FileList files={files} onRemove={(at) => write(files.filter((_, index) => index !== at))} />
    </div>
  );
}

/** What was picked, to be looked over and taken out again. */
export function FileList({
  files,
  onRemove,
}: {
  files: readonly { name: string; size?: number }[];
  onRemove?: (at: number) => void;
}) {
  if (!files.length) return null;
  return (
    <ul aria-label="Files" className="grid gap-0.5 text-sm">
      {files.map((one, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two files may have one name
        <li key={at} className="flex min-w-0 items-center gap-1.5">
          <Paperclip size={13} className="shrink-0 text-soft" aria-hidden />
          <span className="min-w-0 truncate">{one.name}</span>
          <span className="shrink-0 text-soft">{one.size === undefined ? "" : sized(one.size)}</span>
          {onRemove ? <IconButton small icon={X} label={`Leave out ${one.name}`} onClick={() => onRemove(at)} /> : null}
        </li>
      ))}
    </ul>
  );
}
