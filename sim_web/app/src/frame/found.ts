/** What the palette finds beside commands: workflows, the latest runs, and the matters of settings. */

import { useQuery } from "@tanstack/react-query";
import { Activity, Settings, Workflow } from "lucide-react";
import { useEffect, useState } from "react";
import { useOrganization } from "../api/accounts";
import { runs, workflows } from "../api/queries";
import type { Ready } from "../commands/command";
import type { Tab } from "../pages/settings/tabs";
import { useMe, useRole, useSession } from "../session";
import { ago } from "../ui/when";
import { go } from "./route";

const LATEST = 12;

type Found = Omit<Ready, "command" | "ready">;

export function useFound(open: boolean): Found[] {
  const isInside = useSession((state) => Boolean(state.workspace));
  const listed = useQuery({ ...workflows, enabled: open && isInside });
  const ran = useQuery({ ...runs({}), enabled: open && isInside });
  const settings = useSettings(open);
  const names = new Map(listed.data?.items.map((one) => [one.id, one.name || "Untitled"]));
  return [
    ...[...names].map(([id, label]) => ({
      name: `open.${id}`,
      label,
      group: "Workflows",
      words: "open",
      icon: Workflow,
      run: () => go(`/workflows/${id}`),
    })),
    ...(ran.data?.items ?? []).slice(0, LATEST).map((one) => ({
      name: `run.${one.id}`,
      label: `${names.get(one.workflow_id) ?? "A deleted workflow"}, ${one.status} ${ago(one.started_at ?? one.created_at)}`,
      group: "Latest runs",
      words: `run log ${one.id}`,
      icon: Activity,
      run: () => go(`/runs/${one.id}`),
    })),
    ...settings.map((one) => ({
      name: `settings.${one.id}`,
      label: `${one.group}: ${one.label}`,
      group: "Settings",
      words: "settings",
      icon: Settings,
      run: () => go(`/settings/${one.id}`),
    })),
  ];
}

/** The matters of settings that are for whoever asks; they are large, and come when they are looked for. */
function useSettings(open: boolean): Tab[] {
  const [tabs, setTabs] = useState<Tab[]>([]);
  const me = useMe();
  const role = useRole();
  const { role: standing } = useOrganization();
  useEffect(() => {
    if (open && !tabs.length)
      void import("../pages/settings/tabs").then(
        (found) => setTabs(found.TABS),
        () => undefined,
      );
  }, [open, tabs.length]);
  return me ? tabs.filter((one) => one.when?.({ me, role, standing }) ?? true) : [];
}
