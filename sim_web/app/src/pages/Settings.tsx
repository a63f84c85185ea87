import { Link } from "../frame/Link";
import { Page } from "../ui/Page";
import { Appearance } from "./settings/Appearance";
import { Keys } from "./settings/Keys";
import { ModelKeys } from "./settings/ModelKeys";
import { Secrets } from "./settings/Secrets";

const TABS = [
  { id: "keys", label: "API keys", Shown: Keys },
  { id: "secrets", label: "Secrets", Shown: Secrets },
  { id: "models", label: "Model keys", Shown: ModelKeys },
  { id: "appearance", label: "Appearance", Shown: Appearance },
];

export default function Settings({ tab }: { tab: string }) {
  const chosen = TABS.find((one) => one.id === tab) ?? TABS[0];
  return (
    <Page title="Settings">
      <nav aria-label="Settings" className="flex gap-1 border-b border-line">
        {TABS.map((one) => (
          <Link
            key={one.id}
            href={`/settings/${one.id}`}
            aria-current={one === chosen ? "page" : undefined}
            className="-mb-px border-b-2 border-transparent px-3 py-2 text-soft hover:text-text aria-[current=page]:border-accent aria-[current=page]:font-medium aria-[current=page]:text-text"
          >
            {one.label}
          </Link>
        ))}
      </nav>
      {chosen ? <chosen.Shown /> : null}
    </Page>
  );
}
