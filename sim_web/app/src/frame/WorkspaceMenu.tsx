import { useQuery } from "@tanstack/react-query";
import { Check, ChevronsUpDown, Plus, Settings } from "lucide-react";
import { workspaces } from "../api/accounts";
import { useSession } from "../session";
import { Menu, type MenuEntries } from "../ui/Menu";
import { go } from "./route";
import { enterWorkspace } from "./workspace";

export function WorkspaceMenu({ folded }: { folded: boolean }) {
  const here = useSession((state) => state.workspace);
  const listed = useQuery(workspaces);
  const items = listed.data?.items ?? [];
  const name = items.find((one) => one.id === here)?.name ?? "";
  const entries: MenuEntries = [
    ...items.map((one) => ({
      label: one.name,
      icon: one.id === here ? Check : undefined,
      perform: () => enterWorkspace(one.id),
    })),
    "line",
    { label: "Settings of this workspace", icon: Settings, perform: () => go("/settings/workspace") },
    { label: "New workspace…", icon: Plus, perform: () => go("/settings/workspaces") },
  ];
  return (
    <Menu entries={entries}>
      <button
        type="button"
        aria-label={`Workspace: ${name}`}
        title={folded ? name : undefined}
        className="flex h-8 min-w-0 flex-1 items-center gap-2 rounded-md px-1.5 hover:bg-hover"
      >
        <img src="/icon.svg" alt="" className="size-6 shrink-0" />
        {folded ? null : (
          <>
            <span className="min-w-0 flex-1 truncate text-left font-semibold">
              {listed.isPending ? "" : name || "Sim"}
            </span>
            <ChevronsUpDown size={14} className="shrink-0 text-soft" aria-hidden />
          </>
        )}
      </button>
    </Menu>
  );
}
