import { ChevronRight, Ellipsis, Folder, FolderOpen, FolderPlus, Pencil, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import type { Twig } from "../model/tree";
import { IconButton } from "../ui/Button";
import { cx } from "../ui/cx";
import { Menu, type MenuEntries, RightClick } from "../ui/Menu";
import { Rename } from "../ui/Rename";
import { create } from "./actions";
import { Confirm } from "./Confirm";
import { createFolder, removeFolder, renameFolder, unfold, useShelf } from "./folders";

export function FolderRow({ one, open, may }: { one: Twig; open: boolean; may: boolean }) {
  const naming = useShelf((state) => state.naming === one.id);
  const [removing, setRemoving] = useState(false);
  const Icon = open ? FolderOpen : Folder;
  const inside = () => {
    unfold(one.id, true);
    void create(one.id);
  };
  const entries: MenuEntries = [
    { label: "New workflow here", icon: Plus, perform: inside },
    { label: "New folder here", icon: FolderPlus, perform: () => void createFolder(one.id) },
    "line",
    { label: "Rename", icon: Pencil, perform: () => setTimeout(() => useShelf.setState({ naming: one.id })) },
    { label: "Delete…", icon: Trash2, danger: true, perform: () => setRemoving(true) },
  ];
  if (naming)
    return (
      <Rename
        label="Name of the folder"
        value={one.name}
        onKeep={(name) => void renameFolder(one.id, name)}
        onEnd={() => useShelf.setState({ naming: "" })}
      />
    );
  const row = (
    <div className="group flex h-8 items-center rounded-md pr-1 hover:bg-hover">
      <button
        type="button"
        aria-expanded={open}
        onClick={() => unfold(one.id, !open)}
        className="flex min-w-0 flex-1 items-center gap-1.5 rounded-md px-1 py-1.5 text-left"
      >
        <ChevronRight size={14} className={cx("shrink-0 text-soft", open && "rotate-90")} aria-hidden />
        <Icon size={14} className="shrink-0 text-soft" aria-hidden />
        <span className="truncate">{one.name}</span>
      </button>
      {may ? (
        <Menu entries={entries}>
          <IconButton
            small
            label={`More about ${one.name}`}
            icon={Ellipsis}
            className="opacity-0 group-hover:opacity-100 focus-visible:opacity-100 data-[state=open]:opacity-100"
          />
        </Menu>
      ) : null}
      <Confirm
        open={removing}
        onClose={() => setRemoving(false)}
        title={`Delete “${one.name}”?`}
        verb="Delete the folder"
        onConfirm={() => removeFolder(one.id)}
      >
        What lies in it moves up; no workflow is lost.
      </Confirm>
    </div>
  );
  return may ? <RightClick entries={entries}>{row}</RightClick> : row;
}
