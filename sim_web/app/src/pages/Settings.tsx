import { useEffect } from "react";
import { useOrganization } from "../api/accounts";
import { Link } from "../frame/Link";
import { go } from "../frame/route";
import { useMe, useRole } from "../session";
import { Page } from "../ui/Page";
import { Skeleton } from "../ui/States";
import { TABS, type Tab } from "./settings/tabs";

const GROUPS = ["You", "Workspace", "Organization", "Instance"] as const;

export default function Settings({ tab }: { tab: string }) {
  const me = useMe();
  const role = useRole();
  const { role: standing, isKnown } = useOrganization();
  const shown = me && isKnown ? TABS.filter((one) => one.when?.({ me, role, standing }) ?? true) : [];
  const chosen = shown.find((one) => one.id === tab) ?? shown[0];
  useEffect(() => {
    if (chosen) document.title = `${chosen.label} · Settings · Sim`;
  }, [chosen]);
  return (
    <Page title="Settings">
      <div className="grid items-start gap-x-10 gap-y-6 md:grid-cols-[176px_minmax(0,1fr)]">
        <select
          aria-label="Settings"
          className="control md:hidden"
          value={chosen?.id}
          onChange={(event) => go(`/settings/${event.target.value}`)}
        >
          {shown.map((one) => (
            <option key={one.id} value={one.id}>
              {one.group}: {one.label}
            </option>
          ))}
        </select>
        <nav
          aria-label="Settings"
          className="grid gap-4 max-md:hidden md:sticky md:top-0 md:max-h-dvh md:overflow-y-auto"
        >
          {GROUPS.map((group) => (
            <Group key={group} name={group} tabs={shown.filter((one) => one.group === group)} chosen={chosen} />
          ))}
        </nav>
        <div key={chosen?.id} className="grid min-h-[70vh] grid-cols-1 content-start gap-4">
          {chosen ? <chosen.Shown /> : <Skeleton rows={8} />}
        </div>
      </div>
    </Page>
  );
}

function Group({ name, tabs, chosen }: { name: string; tabs: Tab[]; chosen?: Tab }) {
  if (!tabs.length) return null;
  return (
    <div className="grid gap-0.5">
      <h2 className="px-2 pb-1 text-xs font-semibold text-soft">{name}</h2>
      {tabs.map((one) => (
        <Link
          key={one.id}
          href={`/settings/${one.id}`}
          aria-current={one === chosen ? "page" : undefined}
          className="flex h-7 items-center rounded-md px-2 text-soft hover:bg-hover hover:text-text aria-[current=page]:bg-hover aria-[current=page]:font-medium aria-[current=page]:text-text"
        >
          {one.label}
        </Link>
      ))}
    </div>
  );
}
