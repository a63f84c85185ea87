import { Copy, Ellipsis, FileDown, Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { IconButton } from "../ui/Button";
import { cx } from "../ui/cx";
import { Menu, type MenuEntries, RightClick } from "../ui/Menu";
import { download, duplicate, remove, rename } from "./actions";
import { Confirm } from "./Confirm";
import { Link } from "./Link";

export function WorkflowRow({ id, name, here }: { id: string; name: string; here: boolean }) {
  const [editing, setEditing] = useState(false);
  const [removing, setRemoving] = useState(false);
  const entries: MenuEntries = [
    { label: "Rename", icon: Pencil, perform: () => setTimeout(() => setEditing(true)) },
    { label: "Duplicate", icon: Copy, perform: () => void duplicate(id, name) },
    "line",
    { label: "Export as JSON", icon: FileDown, perform: () => void download(id, "json") },
    { label: "Export as YAML", icon: FileDown, perform: () => void download(id, "yaml") },
    { label: "Export for Sim Studio", icon: FileDown, perform: () => void download(id, "sim") },
    "line",
    { label: "Delete…", icon: Trash2, danger: true, perform: () => setRemoving(true) },
  ];
  const keep = (next: string) => {
    setEditing(false);
    if (next.trim() && next !== name) void rename(id, next.trim());
  };
  if (editing) {
    return (
      <input
        aria-label="Name of the workflow"
        className="control h-8 py-0"
        defaultValue={name}
        // biome-ignore lint/a11y/noAutofocus: the person has just asked to type here
        autoFocus
        onFocus={(event) => event.target.select()}
        onBlur={(event) => keep(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") keep(event.currentTarget.value);
          if (event.key === "Escape") setEditing(false);
        }}
      />
    );
  }
  return (
    <RightClick entries={entries}>
      <div className={cx("group flex h-8 items-center rounded-md pr-1 hover:bg-hover", here && "bg-hover font-medium")}>
        <Link
          href={`/workflows/${id}`}
          aria-current={here ? "page" : undefined}
          className="min-w-0 flex-1 truncate rounded-md px-2 py-1.5"
        >
          {name}
        </Link>
        <Menu entries={entries}>
          <IconButton
            small
            label={`More about ${name}`}
            icon={Ellipsis}
            className="opacity-0 group-hover:opacity-100 focus-visible:opacity-100 data-[state=open]:opacity-100"
          />
        </Menu>
        <Confirm
          open={removing}
          onClose={() => setRemoving(false)}
          title={`Delete “${name}”?`}
          verb="Delete"
          onConfirm={() => void remove(id)}
        >
          The workflow and its history go for good. Its past runs stay.
        </Confirm>
      </div>
    </RightClick>
  );
}
