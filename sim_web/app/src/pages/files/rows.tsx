import { Ellipsis, File as FileIcon, FileImage, FileText, Folder, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import type { FileEntry, FileFolder } from "../../api/schema";
import { download, move, moveFolder, remove, removeFolder, rename } from "../../files/acts";
import { looksOf } from "../../files/looks";
import { sized } from "../../run/picked";
import { IconButton } from "../../ui/Button";
import { Menu, type MenuEntries } from "../../ui/Menu";
import { ago, moment } from "../../ui/when";
import { counted } from "../../ui/words";

const ICONS: Record<string, LucideIcon> = { image: FileImage, text: FileText, pdf: FileText };

interface RowProps {
  at: number;
  icon: LucideIcon;
  name: string;
  about?: string;
  entries: MenuEntries;
  onOpen: () => void;
  children: ReactNode;
}

function Row({ at, icon: Icon, name, about, entries, onOpen, children }: RowProps) {
  return (
    <tr aria-rowindex={at + 2} className="h-11 border-b border-line hover:bg-hover">
      <td className="px-4">
        <span className="flex min-w-0 items-center gap-2">
          <Icon size={16} className="shrink-0 text-soft" aria-hidden />
          <button
            type="button"
            data-row={at}
            className="min-w-0 truncate text-left font-medium underline-offset-4 hover:underline"
            onClick={onOpen}
          >
            {name}
          </button>
          {about ? <span className="min-w-0 truncate text-sm text-soft">{about}</span> : null}
        </span>
      </td>
      {children}
      <td className="px-2 text-right">
        {entries.length ? (
          <Menu entries={entries} align="end">
            <IconButton icon={Ellipsis} label={`What can be done with ${name}`} />
          </Menu>
        ) : null}
      </td>
    </tr>
  );
}

interface FolderProps {
  one: FileFolder;
  at: number;
  path: string;
  may: boolean;
  onOpen: (folder: string) => void;
}

export function FolderRow({ one, at, path, may, onOpen }: FolderProps) {
  const entries: MenuEntries = may
    ? [
        { label: "Rename or move…", perform: () => moveFolder(path, () => undefined) },
        { label: "Delete…", danger: true, perform: () => removeFolder(path, one) },
      ]
    : [];
  return (
    <Row at={at} icon={Folder} name={one.name} entries={entries} onOpen={() => onOpen(path)}>
      <td className="truncate px-4 text-right text-soft tabular-nums max-sm:hidden">{sized(one.size)}</td>
      <td className="truncate px-4 text-soft max-md:hidden">{counted(one.files, "file")}</td>
      <td className="max-md:hidden" />
    </Row>
  );
}

interface FileProps {
  one: FileEntry;
  at: number;
  far: boolean;
  may: boolean;
  onSee: (file: FileEntry) => void;
  onOpen: (folder: string) => void;
}

export function FileRow({ one, at, far, may, onSee, onOpen }: FileProps) {
  const changes: MenuEntries = [
    { label: "Rename…", key: "F2", perform: () => rename(one) },
    { label: "Move…", perform: () => move(one) },
    "line",
    { label: "Delete…", key: "Delete", danger: true, perform: () => remove(one) },
  ];
  const entries: MenuEntries = [
    { label: "Open", perform: () => onSee(one) },
    { label: "Download", perform: () => void download(one) },
    ...(far ? [{ label: "Go to its folder", perform: () => onOpen(one.folder) }] : []),
    ...(may ? changes : []),
  ];
  return (
    <Row
      at={at}
      icon={ICONS[looksOf(one)] ?? FileIcon}
      name={one.name}
      about={far && one.folder ? `in ${one.folder}` : undefined}
      entries={entries}
      onOpen={() => onSee(one)}
    >
      <td className="truncate px-4 text-right text-soft tabular-nums max-sm:hidden">{sized(one.size)}</td>
      <td className="truncate px-4 text-soft max-md:hidden" title={moment(one.updated_at)}>
        {ago(one.updated_at)}
      </td>
      <td className="truncate px-4 text-soft max-md:hidden">{one.updated_by}</td>
    </Row>
  );
}
