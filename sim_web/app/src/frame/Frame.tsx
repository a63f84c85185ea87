import { lazy, Suspense, useEffect, useState } from "react";
import { isTyping, type Outcome, presses, readied } from "../commands/command";
import { FRAME } from "../commands/frame";
import { offered, useCommands } from "../commands/store";
import { useSession } from "../session";
import { copy } from "../ui/Shown";
import { Skeleton } from "../ui/States";
import { isDark, setTheme, type Theme } from "../ui/theme";
import { useMedia } from "../ui/useMedia";
import { Asked } from "./Asked";
import { bring, create } from "./actions";
import { Drawer } from "./Drawer";
import { NoWorkspace } from "./NoWorkspace";
import { Palette } from "./Palette";
import { Moved, Placed } from "./Placed";
import { Proof } from "./Proof";
import { go, type Route, routeOf, usePath } from "./route";
import { Shortcuts } from "./Shortcuts";
import { Sidebar } from "./Sidebar";
import { Typing } from "./typing";
import { useStanding } from "./useStanding";

const Editor = lazy(() => import("../pages/Editor"));
const Workflows = lazy(() => import("../pages/Workflows"));
const Runs = lazy(() => import("../pages/Runs"));
const Run = lazy(() => import("../pages/Run"));
const Files = lazy(() => import("../pages/Files"));
const Integrations = lazy(() => import("../pages/Integrations"));
const Settings = lazy(() => import("../pages/Settings"));
const Lost = lazy(() => import("../pages/Lost"));

export function Frame() {
  const route = routeOf(usePath());
  const small = useMedia("(max-width: 767px)");
  const tight = useMedia("(max-width: 1150px)") && route.page === "editor";
  const [kept, setKept] = useState(() => localStorage.getItem("sim.folded"));
  const [drawn, setDrawn] = useState(false);
  // an editor in a narrow window takes the room of the sidebar, until it is asked for
  const folded = !small && (kept ? kept === "yes" : tight);
  const [sheet, setSheet] = useState(false);
  const fold = () => {
    if (small) return setDrawn(!drawn);
    const next = folded ? "no" : "yes";
    localStorage.setItem("sim.folded", next);
    return setKept(next);
  };
  useFrameCommands(fold, () => setSheet(true));
  useShortcuts();
  useStanding();
  return (
    <div className="flex h-full max-md:flex-col">
      {small ? (
        <Drawer route={route} open={drawn} onOpen={setDrawn} />
      ) : (
        <Sidebar route={route} folded={folded} onFold={fold} />
      )}
      <div className="min-h-0 min-w-0 flex-1 bg-page">
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
      <Asked />
      <Shortcuts open={sheet} onClose={() => setSheet(false)} />
    </div>
  );
}

function Shown({ route }: { route: Route }) {
  const isInside = useSession((state) => Boolean(state.workspace));
  if (!isInside && route.page !== "settings") return <NoWorkspace />;
  switch (route.page) {
    case "workflows":
      return <Workflows />;
    case "link":
      return <Placed key={route.id} id={route.id} show={(kind) => <Moved kind={kind} id={route.id} />} />;
    case "editor":
      return <Placed key={route.id} id={route.id} kind="workflow" show={() => <Editor id={route.id} />} />;
    case "runs":
      return <Runs />;
    case "run":
      return <Placed key={route.id} id={route.id} kind="run" show={() => <Run id={route.id} />} />;
    case "files":
      return <Files />;
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
    const acts: Record<string, (about?: string) => void> = {
      create: () => void create(),
      import: bring,
      sidebar: fold,
      theme: (about) => setTheme(about as Theme),
      link: () => copy(location.href),
    };
    const carryOut = (done: Outcome) => {
      if (done.go) go(done.go);
      if (done.act) acts[done.act]?.(done.about);
      if (done.show === "palette") useCommands.getState().setOpen(true);
      if (done.show === "shortcuts") sheet();
    };
    const commands = () => readied(FRAME, () => ({ dark: isDark() }), carryOut);
    useCommands.getState().offer("frame", commands);
  });
}

/** Every shortcut of every command that holds now. */
function useShortcuts() {
  useEffect(() => {
    const typing = new Typing();
    const press = (event: KeyboardEvent) => {
      const lost = typing.lost(event);
      // a dialog that this key has closed
      if (event.defaultPrevented || lost) return;
      for (const command of offered(useCommands.getState().sources)) {
        const keys = [command.key, command.also];
        if (command.native || !keys.some((key) => key && presses(event, key)) || !command.ready()) continue;
        if (isTyping(event.target) && !["palette", "run", "search"].includes(command.name)) continue;
        event.preventDefault();
        command.run();
        return;
      }
    };
    addEventListener("keydown", press);
    addEventListener("pointerdown", typing.over, true);
    return () => {
      removeEventListener("keydown", press);
      removeEventListener("pointerdown", typing.over, true);
    };
  }, []);
}
