import { useQuery } from "@tanstack/react-query";
import { Eye, Paperclip, X } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { Refusal } from "../api/client";
import { fileOf } from "../api/files";
import { sized } from "../run/picked";
import { IconButton } from "../ui/Button";
import type { FileRef } from "./fileRefs";

const Preview = lazy(() => import("../files/Preview"));

/** One file that a field names: as it is now, or that it is not there any more. */
export function ChosenFile({ one, onRemove }: { one: FileRef; onRemove?: () => void }) {
  const asked = useQuery(fileOf(one.file_id));
  const [seen, setSeen] = useState(false);
  const file = asked.data;
  const isGone = asked.error instanceof Refusal && asked.error.status === 404;
  const name = file?.name ?? one.name;
  return (
    <li className="grid gap-0.5">
      <span className="flex min-w-0 items-center gap-1.5">
        <Paperclip size={13} className="shrink-0 text-soft" aria-hidden />
        <span className={`min-w-0 flex-1 truncate ${isGone ? "line-through" : ""}`} title={name}>
          {name}
        </span>
        {file ? <span className="shrink-0 text-sm text-soft">{sized(file.size)}</span> : null}
        {file ? <IconButton small icon={Eye} label={`Look at ${name}`} onClick={() => setSeen(true)} /> : null}
        {onRemove ? <IconButton small icon={X} label={`Leave out ${name}`} onClick={onRemove} /> : null}
      </span>
      {asked.error ? (
        <span role="alert" className="text-sm text-bad">
          {isGone
            ? "It is not there any more: it was deleted, or it is of another workspace. Choose another one."
            : asked.error.message}
        </span>
      ) : null}
      {file && seen ? (
        <Suspense>
          <Preview file={file} onClose={() => setSeen(false)} />
        </Suspense>
      ) : null}
    </li>
  );
}
