import { type KeyboardEvent, useEffect, useRef } from "react";
import type { FileEntry, FileFolder } from "../../api/schema";
import { remove, removeFolder, rename, within } from "../../files/acts";
import { useWindowed } from "../../ui/useWindowed";
import { FileRow, FolderRow } from "./rows";

const ROW = 44;

interface Props {
  folder: string;
  folders: readonly FileFolder[];
  files: readonly FileEntry[];
  /** Whether files of other folders are among them. */
  far: boolean;
  may: boolean;
  onOpen: (folder: string) => void;
  onSee: (file: FileEntry) => void;
  onEnd: () => void;
}

/** Folders, then files, by the thousands: only the rows that are seen are drawn, and the end asks for more. */
export function FileTable({ folder, folders, files, far, may, onOpen, onSee, onEnd }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const count = folders.length + files.length;
  const { from, to, above, below } = useWindowed(box, ROW, count);
  useEffect(() => {
    if (to >= count) onEnd();
  }, [to, count, onEnd]);
  const press = (event: KeyboardEvent) => {
    const at = Number((event.target as HTMLElement).dataset.row ?? Number.NaN);
    if (Number.isNaN(at)) return;
    const file = files[at - folders.length];
    const held = folders[at];
    const keys: Record<string, (() => void) | undefined> = {
      ArrowDown: () => focusRow(box.current, at + 1),
      ArrowUp: () => focusRow(box.current, at - 1),
      Delete: may ? () => (file ? remove(file) : held && removeFolder(within(folder, held.name), held)) : undefined,
      F2: may && file ? () => rename(file) : undefined,
    };
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };
  return (
    <section
      ref={box}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls has to be reached by the keyboard
      tabIndex={0}
      aria-label="List of files"
      className="h-full overflow-auto"
      onKeyDown={press}
    >
      <table className="w-full table-fixed text-left" aria-rowcount={count + 1}>
        <thead className="sticky top-0 z-10 bg-card text-xs text-soft">
          <tr className="h-9 shadow-[inset_0_-1px_0_var(--line)]">
            <th scope="col" className="px-4 font-medium">
              Name
            </th>
            <th scope="col" className="w-24 px-4 text-right font-medium max-sm:hidden">
              Size
            </th>
            <th scope="col" className="w-32 px-4 font-medium max-md:hidden">
              Changed
            </th>
            <th scope="col" className="w-36 px-4 font-medium max-md:hidden">
              By
            </th>
            <th scope="col" className="w-14">
              <span className="sr-only">What can be done</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {above ? <tr aria-hidden style={{ height: above }} /> : null}
          {folders.slice(from, to).map((one, at) => (
            <FolderRow
              key={`/${one.name}`}
              one={one}
              at={from + at}
              path={within(folder, one.name)}
              may={may}
              onOpen={onOpen}
            />
          ))}
          {files.slice(Math.max(from - folders.length, 0), Math.max(to - folders.length, 0)).map((one, at) => (
            <FileRow
              key={one.id}
              one={one}
              at={Math.max(from, folders.length) + at}
              far={far}
              may={may}
              onSee={onSee}
              onOpen={onOpen}
            />
          ))}
          {below ? <tr aria-hidden style={{ height: below }} /> : null}
        </tbody>
      </table>
    </section>
  );
}

const focusRow = (box: HTMLElement | null, at: number) =>
  box?.querySelector<HTMLElement>(`[data-row="${at}"]`)?.focus();
