import { ChevronDown, Play, Redo2, Square, Terminal, Undo2 } from "lucide-react";
import { Avatars } from "../together/Avatars";
import { TogetherButtons } from "../together/Buttons";
import { Saved } from "../together/Saved";
import { Button, IconButton } from "../ui/Button";
import { Menu, type MenuEntries } from "../ui/Menu";
import { DeployButton } from "./DeployButton";
import { IN_BAR, menuOf, TO_RUN } from "./menus";
import { useLead } from "./Refused";
import { useEditor, useEditorStore } from "./store";
import { Underway } from "./Underway";
import { useCommand, useReady } from "./useActs";
import { useAllProblems } from "./useProblems";

export function TopBar() {
  const store = useEditorStore();
  const commands = useReady();
  const does = useCommand();
  const busy = useEditor((state) => state.busy);
  const runs = useEditor((state) => state.status.role !== "read");
  const editable = useEditor((state) => state.status.editable);
  const doc = useEditor((state) => state.doc);
  const console = useEditor((state) => state.console);
  const canUndo = useEditor((state) => state.client.canUndo());
  const canRedo = useEditor((state) => state.client.canRedo());
  const rename = (name: string) => {
    if (name.trim() && name !== doc.name)
      store.getState().change([{ op: "workflow.update", set: { name: name.trim() } }]);
  };
  return (
    <header className="flex h-12 shrink-0 items-center gap-2 border-b border-line bg-card px-3">
      <h1 className="sr-only">{doc.name || "Untitled"}</h1>
      <input
        key={doc.name}
        aria-label="Name of the workflow"
        defaultValue={doc.name}
        disabled={!editable}
        className="h-8 max-w-72 min-w-24 flex-initial [field-sizing:content] rounded-md border border-transparent bg-transparent px-2 font-semibold hover:bg-hover focus:bg-card"
        onBlur={(event) => rename(event.target.value)}
        onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()}
      />
      <Saved />
      <span className="flex-1" />
      <Avatars />
      <span className="contents max-md:hidden">
        <TogetherButtons />
      </span>
      <Problems />
      <span className="contents max-md:hidden">
        <IconButton label="Undo" icon={Undo2} disabled={!canUndo} onClick={() => does("undo")} />
        <IconButton label="Redo" icon={Redo2} disabled={!canRedo} onClick={() => does("redo")} />
      </span>
      <IconButton
        label={console ? "Hide the console" : "Show the console"}
        icon={Terminal}
        aria-pressed={console}
        onClick={() => does("console")}
      />
      <Menu align="end" entries={() => menuOf(IN_BAR, commands())}>
        <Button kind="ghost" className="max-md:hidden">
          Canvas <ChevronDown size={14} aria-hidden />
        </Button>
      </Menu>
      <span className="contents max-md:hidden">
        <DeployButton />
      </span>
      <Underway />
      {!runs ? null : busy ? (
        <Button icon={Square} onClick={() => does("stop")}>
          Stop
        </Button>
      ) : (
        <RunButton onRun={() => does("run")} entries={() => menuOf(TO_RUN, commands())} />
      )}
    </header>
  );
}

/** Runs at once; beside it are the other ways to run. */
function RunButton({ onRun, entries }: { onRun: () => void; entries: () => MenuEntries }) {
  return (
    <div className="flex">
      <Button kind="main" icon={Play} className="rounded-r-none" onClick={onRun}>
        Run
      </Button>
      <Menu align="end" entries={entries}>
        <Button kind="main" aria-label="Other ways to run" className="rounded-l-none border-l-on-accent/30 px-1.5">
          <ChevronDown size={14} aria-hidden />
        </Button>
      </Menu>
    </div>
  );
}

/** Everything that is wrong, one click from where it is. */
function Problems() {
  const problems = useAllProblems().filter((one) => one.severity !== "warning");
  const lead = useLead();
  if (!problems.length) return null;
  const entries = problems.slice(0, 20).map((one, at) => ({
    label: `${problems.length > 1 ? `${at + 1}. ` : ""}${one.message}`,
    perform: () => lead(one)?.(),
  }));
  return (
    <Menu entries={entries as never}>
      <button type="button" className="h-7 rounded-full bg-bad-wash px-2.5 text-sm text-bad">
        {problems.length} {problems.length === 1 ? "problem" : "problems"}
      </button>
    </Menu>
  );
}
