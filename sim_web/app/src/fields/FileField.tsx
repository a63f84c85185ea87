import { FolderOpen, Upload } from "lucide-react";
import { Popover } from "radix-ui";
import { useRef, useState } from "react";
import { pick } from "../files/pick";
import { Line } from "../files/Uploads";
import { uploads, useUploads } from "../files/uploads";
import { useRole } from "../session";
import { Button } from "../ui/Button";
import { ChosenFile } from "./ChosenFile";
import { FileChoice } from "./FileChoice";
import { type FileRef, filesRead, refOf } from "./fileRefs";
import { base, type KindProps, readJson, textOf } from "./place";
import { TextEditor } from "./TextEditor";

/** Files of the workspace, chosen or brought; what is none of them stays as it was written. */
export function FileField(props: KindProps) {
  const { value, onChange } = props;
  const files = filesRead(value);
  return files ? (
    <Chooser {...props} files={files} />
  ) : (
    <TextEditor {...base(props)} single value={textOf(value)} onChange={(text) => onChange(readJson(text))} />
  );
}

function Chooser({ id, field, place, onChange, files }: KindProps & { files: readonly FileRef[] }) {
  const [open, setOpen] = useState(false);
  const may = useRole() !== "read" && !place.disabled;
  const many = ["array", "any"].includes(field.type ?? "any");
  const accept = field.accept ?? "";
  const mark = `${place.block}/${field.name}`;
  const sent = useUploads((state) => state.list).filter((one) => one.place === mark && one.state !== "done");
  const write = (next: readonly FileRef[]) =>
    onChange(many ? (next.length ? next : null) : (next.at(-1) ?? null), true);
  // several may arrive at once, and long after they left: each is added to what is there by then
  const now = useRef(files);
  now.current = files;
  const add = (one: FileRef) => {
    if (now.current.some((other) => other.file_id === one.file_id)) return;
    now.current = [...now.current, one];
    write(now.current);
  };
  const begin = (list: readonly File[]) => uploads.begin(list, "", { place: mark, onDone: (made) => add(refOf(made)) });
  return (
    <div className="grid gap-1.5">
      {files.length ? (
        <ul aria-label={`Files of ${field.title}`} className="grid gap-1">
          {files.map((one) => (
            <ChosenFile
              key={one.file_id}
              one={one}
              onRemove={may ? () => write(files.filter((other) => other !== one)) : undefined}
            />
          ))}
        </ul>
      ) : null}
      {sent.length ? (
        <ul aria-label={`Uploads of ${field.title}`} className="grid gap-1">
          {sent.map((one) => (
            <li key={one.id} className="flex flex-wrap items-center gap-x-2 gap-y-1">
              <Line one={one} />
            </li>
          ))}
        </ul>
      ) : null}
      <div className="flex flex-wrap gap-1.5">
        <Popover.Root open={open} onOpenChange={setOpen}>
          <Popover.Trigger asChild>
            <Button id={id} icon={FolderOpen} className="h-7" aria-label={`Choose for ${field.title}`}>
              Choose…
            </Button>
          </Popover.Trigger>
          <Popover.Portal>
            <Popover.Content className="menu w-80 p-0" sideOffset={4} align="start">
              <FileChoice
                label={field.title}
                accept={accept}
                chosen={files.map((one) => one.file_id)}
                onTake={(file) => {
                  add(refOf(file));
                  setOpen(false);
                }}
              />
            </Popover.Content>
          </Popover.Portal>
        </Popover.Root>
        {may ? (
          <Button
            icon={Upload}
            className="h-7"
            aria-label={`Upload for ${field.title}`}
            onClick={() => pick(begin, { accept, many })}
          >
            Upload…
          </Button>
        ) : null}
      </div>
    </div>
  );
}
