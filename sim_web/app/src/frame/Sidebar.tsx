import { useQuery } from "@tanstack/react-query";
import { Activity, Files, FileUp, FolderPlus, PanelLeft, Plug, Plus, Search, Settings, Workflow } from "lucide-react";
import { useEffect, useMemo } from "react";
import { folders, workflows } from "../api/queries";
import { useCommands } from "../commands/store";
import { aboveOf, treeOf } from "../model/tree";
import { useRole, useSession } from "../session";
import { IconButton } from "../ui/Button";
import { cx } from "../ui/cx";
import { Keys } from "../ui/Keys";
import { bring, create } from "./actions";
import { createFolder, unfold, useShelf } from "./folders";
import { Link } from "./Link";
import { PersonMenu } from "./PersonMenu";
import type { Route } from "./route";
import { Tree } from "./Tree";
import { WorkspaceMenu } from "./WorkspaceMenu";

const PLACES = [
  { page: "workflows", label: "Workflows", icon: Workflow, href: "/workflows" },
  { page: "runs", label: "Runs", icon: Activity, href: "/runs" },
  { page: "files", label: "Files", icon: Files, href: "/files" },
  { page: "integrations", label: "Integrations", icon: Plug, href: "/integrations" },
  { page: "settings", label: "Settings", icon: Settings, href: "/settings" },
] as const;

export function Sidebar({ route, folded, onFold }: { route: Route; folded: boolean; onFold: () => void }) {
  const isInside = useSession((state) => Boolean(state.workspace));
  const openPalette = () => useCommands.getState().setOpen(true);
  return (
    <aside
      className={cx(
        "flex h-full shrink-0 flex-col border-r border-line bg-page",
        folded ? "w-12 items-center" : "w-60 max-md:w-full max-md:border-0",
      )}
    >
      <div className={cx("flex items-center gap-1", folded ? "flex-col px-1 pt-2" : "h-12 px-2")}>
        <WorkspaceMenu folded={folded} />
        <IconButton label={folded ? "Unfold the sidebar" : "Fold the sidebar"} icon={PanelLeft} onClick={onFold} />
      </div>
      <div className="grid gap-0.5 px-2">
        <button
          type="button"
          onClick={openPalette}
          aria-label="Search everything"
          title="Search everything"
          className="flex h-8 items-center gap-2 rounded-md px-2 text-soft hover:bg-hover hover:text-text"
        >
          <Search size={15} aria-hidden />
          {folded ? null : (
            <>
              <span className="flex-1 text-left">Search</span>
              <Keys keys="Mod+K" />
            </>
          )}
        </button>
        <nav aria-label="Places" className="grid gap-0.5">
          {PLACES.map(({ page, label, icon: Icon, href }) => {
            const here = route.page === page || (page === "runs" && route.page === "run");
            return (
              <Link
                key={page}
                href={href}
                aria-label={label}
                title={folded ? label : undefined}
                aria-current={here ? "page" : undefined}
                className={cx(
                  "flex h-8 items-center gap-2 rounded-md px-2 hover:bg-hover",
                  here ? "bg-hover font-medium" : "text-soft hover:text-text",
                )}
              >
                <Icon size={15} aria-hidden />
                {folded ? null : label}
              </Link>
            );
          })}
        </nav>
      </div>
      {folded || !isInside ? <div className="flex-1" /> : <WorkflowList route={route} />}
      <div className={cx("flex items-center gap-1 border-t border-line py-2", folded ? "flex-col px-1" : "px-2")}>
        <PersonMenu folded={folded} />
      </div>
    </aside>
  );
}

function WorkflowList({ route }: { route: Route }) {
  const listed = useQuery(workflows);
  const shelves = useQuery(folders);
  const may = useRole() !== "read";
  const here = route.page === "editor" ? route.id : "";
  const twigs = useMemo(() => treeOf(listed.data?.items ?? [], shelves.data?.items ?? []), [listed.data, shelves.data]);
  // the workflow that is open is to be seen
  useEffect(() => {
    for (const id of aboveOf(twigs, here)) if (!useShelf.getState().open.has(id)) unfold(id, true);
  }, [twigs, here]);
  const error = listed.error ?? shelves.error;
  const loading = listed.isPending || shelves.isPending;
  return (
    <>
      <div className="mt-3 flex min-h-6 items-center gap-0.5 px-4">
        <h2 className="flex-1 text-xs font-semibold text-soft">Your workflows</h2>
        {may ? (
          <>
            <IconButton small label="Import a workflow" icon={FileUp} onClick={bring} />
            <IconButton small label="New folder" icon={FolderPlus} onClick={() => void createFolder()} />
            <IconButton small label="New workflow" icon={Plus} onClick={() => void create()} />
          </>
        ) : null}
      </div>
      <nav aria-label="Workflows" className="flex min-h-0 flex-1 flex-col overflow-auto px-2 pb-2">
        {loading && !error ? <div className="skeleton mx-2 mt-2 h-5" role="status" aria-label="Loading" /> : null}
        {error ? <p className="px-2 text-soft">{error.message}</p> : null}
        {!loading && !error && !twigs.length ? <p className="px-2 text-soft">None yet.</p> : null}
        {loading && !error ? null : <Tree twigs={twigs} here={here} may={may} />}
      </nav>
    </>
  );
}
