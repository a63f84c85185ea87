import { useInfiniteQuery } from "@tanstack/react-query";
import { Command } from "cmdk";
import { Check } from "lucide-react";
import { useState } from "react";
import { filesOf } from "../api/files";
import type { FileEntry } from "../api/schema";
import { sized } from "../run/picked";
import { useCalm } from "./useCalm";

interface Props {
  label: string;
  accept: string;
  chosen: readonly string[];
  onTake: (file: FileEntry) => void;
}

/** The workspace's files that a field takes, with a search through all folders. */
export function FileChoice({ label, accept, chosen, onTake }: Props) {
  const [search, setSearch] = useState("");
  const calm = useCalm(search.trim());
  const asked = useInfiniteQuery(filesOf({ search: calm, accept }));
  const files = asked.data?.pages.flatMap((page) => page.items) ?? [];
  const most = asked.data?.pages[0]?.max_bytes;
  return (
    <Command label={label} shouldFilter={false} loop>
      <Command.Input
        value={search}
        onValueChange={setSearch}
        placeholder="Search all files…"
        className="w-full border-b border-line bg-transparent px-3 py-2 outline-none"
      />
      <Command.List className="max-h-72 overflow-auto p-1" aria-busy={asked.isFetching}>
        {files.map((one) => (
          <Command.Item key={one.id} value={one.id} onSelect={() => onTake(one)} className="menu-item">
            <Check size={14} className={chosen.includes(one.id) ? "" : "invisible"} aria-hidden />
            <span className="min-w-0 flex-1 truncate">{one.name}</span>
            <span className="max-w-[40%] truncate text-xs text-soft">
              {one.folder ? `${one.folder}, ` : ""}
              {sized(one.size)}
            </span>
          </Command.Item>
        ))}
        {asked.hasNextPage ? (
          <Command.Item value="=more" onSelect={() => void asked.fetchNextPage()} className="menu-item text-accent">
            Show more
          </Command.Item>
        ) : null}
        {asked.error ? (
          <p role="alert" className="px-2 py-3 text-sm text-bad">
            {asked.error.message}
          </p>
        ) : null}
        {asked.isSuccess && !files.length ? (
          <p className="px-2 py-3 text-sm text-soft">
            {calm ? "No file is called that." : accept ? "There is no file of this kind yet." : "There is no file yet."}
          </p>
        ) : null}
      </Command.List>
      {most ? (
        <p className="border-t border-line px-3 py-1.5 text-xs text-soft">A file has at most {sized(most)}.</p>
      ) : null}
    </Command>
  );
}
