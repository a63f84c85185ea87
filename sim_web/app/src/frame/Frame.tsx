import { lazy, Suspense, useEffect, useState } from "react";
import { isTyping, presses } from "../commands/command";
import { FRAME } from "../commands/frame";
import { useCommands } from "../commands/store";
import { Skeleton } from "../ui/States";
import { isDark, setTheme, type Theme } from "../ui/theme";
import { bring, create } from "./actions";
import { Palette } from "./Palette";
import { Proof } from "./Proof";
import { go, type Route, routeOf, usePath } from "./route";
import { Shortcuts } from "./Shortcuts";
import { Sidebar } from "./Sidebar";

const Editor = lazy(() => import("../pages/Editor"));
const Workflows = lazy(() => import("../pages/Workflows"));
const Runs = lazy(() => import("../pages/Runs"));
const Run = lazy(() => import("../pages/Run"));
const Integrations = lazy(() => import("../pages/Integrations"));
const Settings = lazy(() => import("../pages/Settings"));
const Lost = lazy(() => import("../pages/Lost"));

export function Frame() {
  const route = routeOf(usePath());
  const [folded, setFolded] = useState(localStorage.getItem("sim.folded") === "yes");
  const [sheet, setSheet] = useState(false);
  const fold = () =>
    setFolded((was) => {
      localStorage.setItem("sim.folded", was ? "no" : "yes");
      return !was;
    });
  useFrameCommands(fold, () => setSheet(true));
  useShortcuts();
  return (
    <div className="flex h-full">
      <Sidebar route={route} folded={folded} onFold={fold} />
      <div className="min-w-0 flex-1 bg-page">
        <Suspense
          fallback={
            <div className="p-8">
              <Skeleton />
            </div>
          }
        >
          <Shown route={route} />
        </Suspense>
      </div>
      <Palette />
      <Proof />
      <Shortcuts open={sheet} onClose={() => setSheet(false)} />
    </div>
  );
}

function Shown({ route }: { route: Route }) {
  switch (route.page) {
    case "workflows":
      return <Workflows />;
    case "editor":
      return <Editor key={route.id} id={route.id} />;
    case "runs":
      return <Runs />;
    case "run":
      return <Run key={route.id} id={route.id} />;
    case "integrations":
      return <Integrations />;
    case "settings":
      return <Settings tab={route.tab} />;
    default:
      return <Lost />;
  }
}

function useFrameCommands(fold: () => void, sheet: () => void) {
  useEffect(() => {
    const state = { dark: isDark() };
    const acts: Record<string, (about?: string) => void> = {
      create: () => void create(),
      import: bring,
      sidebar: fold,
      theme: (about) => setTheme(about as Theme),
    };
    const commands = FRAME.filter((one) => one.when?.(state) ?? true).map((one) => ({
      ...one,
      run: () => {
        const done = one.perform({ dark: isDark() });
        if (done.go) go(done.go);
        if (done.act) acts[done.act]?.(done.about);
        if (done.show === "palette") useCommands.getState().setOpen(true);
        if (done.show === "shortcuts") sheet();
      },
    }));
    useCommands.getState().offer("frame", commands);
  });
}

/** Every shortcut of every command that holds now. */
function useShortcuts() {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      // a dialog that this key has closed
      if (event.defaultPrevented) return;
      for (const command of Object.values(useCommands.getState().sources).flat()) {
        if (!command.key || !presses(event, command.key)) continue;
        if (isTyping(event.target) && !["palette", "run", "search"].includes(command.name)) continue;
        event.preventDefault();
        command.run();
        return;
      }
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
}
