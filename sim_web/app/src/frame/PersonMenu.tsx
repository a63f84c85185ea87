import { BookOpen, LogOut, Palette, User } from "lucide-react";
import { useMe } from "../session";
import { leave } from "../sign/door";
import { Avatar } from "../ui/Avatar";
import { Menu, type MenuEntries } from "../ui/Menu";
import { attempt } from "./actions";
import { go } from "./route";

/** Whoever is here: their settings, and the way out. */
export function PersonMenu({ folded }: { folded: boolean }) {
  const me = useMe();
  if (!me) return null;
  const entries: MenuEntries = [
    { label: "Your profile", icon: User, perform: () => go("/settings/profile") },
    { label: "Appearance", icon: Palette, perform: () => go("/settings/appearance") },
    { label: "Read the API", icon: BookOpen, perform: () => window.open("/api/v1/docs", "_blank", "noopener") },
    "line",
    { label: "Sign out", icon: LogOut, perform: () => void attempt(leave()) },
  ];
  return (
    <Menu entries={entries}>
      <button
        type="button"
        aria-label={`${me.name}: your menu`}
        className="flex h-9 min-w-0 flex-1 items-center gap-2 rounded-md px-1.5 hover:bg-hover"
      >
        <Avatar id={me.id} name={me.name} />
        {folded ? null : <span className="min-w-0 flex-1 truncate text-left">{me.name}</span>}
      </button>
    </Menu>
  );
}
