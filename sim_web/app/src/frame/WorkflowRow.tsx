import { Copy, Ellipsis, FileDown, Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { IconButton } from "../ui/Button";
import { cx } from "../ui/cx";
import { Menu, type MenuEntries, RightClick } from "../ui/Menu";
import { Rename } from "../ui/Rename";
import { download, duplicate, remove, rename } from "./actions";
import { Confirm } from "./Confirm";
import { Link } from "./Link";

interface Props {
  id: string;
  name: string;
  here: boolean;
  may: boolean;
}

export function WorkflowRow({ id, name, here, may }: Props) {
  const [editing, setEditing] = useState(false);
  const [removing, setRemoving] = useState(false);
  const change: MenuEntries = [
    { label: "Rename", icon: Pencil, perform: () => setTimeout(() => setEditing(true)) },
    { label: "Duplicate", icon: Copy, perform: () => void duplicate(id, name) },
    "line",
  ];
  const end: MenuEntries = ["line", { label: "Delete…", icon: Trash2, danger: true, perform: () => setRemoving(true) }];
  const entries: MenuEntries = [
    ...(may ? change : []),
    { label: "Export as JSON", icon: FileDown, perform: () => void download(id, "json") },
    { label: "Export as YAML", icon: FileDown, perform: () => void download(id, "yaml") },
    { label: "Export for Sim Studio", icon: FileDown, perform: () => void download(id, "sim") },
    ...(may ? end : []),
  ];
  if (editing)
    return (
      <Rename
        label="Name of the workflow"
        value={name}
        onKeep={(next) => void rename(id, next)}
        onEnd={() => setEditing(false)}
      />
    );
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
          onConfirm={() => remove(id)}
        >
          The workflow and its history go for good. Its past runs stay.
        </Confirm>
      </div>
    </RightClick>
  );
}
