import { ChevronDown, Play, Redo2, Square, Terminal, Undo2 } from "lucide-react";
import { EDITOR, named } from "../commands/editor";
import { Avatars } from "../together/Avatars";
import { TogetherButtons } from "../together/Buttons";
import { Saved } from "../together/Saved";
import { Button, IconButton } from "../ui/Button";
import { Menu } from "../ui/Menu";
import { DeployButton } from "./DeployButton";
import { useEditor, useEditorStore } from "./store";
import { stateOf, useActs } from "./useActs";
import { useAllProblems } from "./useProblems";

const MORE = ["layout", "fit", "search", "variables", "all"];

export function TopBar() {
  const store = useEditorStore();
  const perform = useActs();
  const busy = useEditor((state) => state.busy);
  const editable = useEditor((state) => state.status.editable);
  const doc = useEditor((state) => state.doc);
  const console = useEditor((state) => state.console);
  const canUndo = useEditor((state) => state.client.canUndo());
  const canRedo = useEditor((state) => state.client.canRedo());
  const rename = (name: string) => {
    if (name.trim() && name !== doc.name)
      store.getState().change([{ op: "workflow.update", set: { name: name.trim() } }]);
  };
  const does = (name: string) => {
    const command = named(name);
    if (command) perform(command.perform(stateOf(store.getState())));
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
      <Menu
        entries={EDITOR.filter((one) => MORE.includes(one.name)).map((one) => ({
          label: one.label,
          icon: one.icon,
          key: one.key,
          perform: () => does(one.name),
        }))}
      >
        <Button kind="ghost" className="max-md:hidden">
          Canvas <ChevronDown size={14} aria-hidden />
        </Button>
      </Menu>
      <span className="contents max-md:hidden">
        <DeployButton />
      </span>
      {busy ? (
        <Button icon={Square} onClick={() => does("stop")}>
          Stop
        </Button>
      ) : (
        <Button kind="main" icon={Play} onClick={() => does("run")}>
          Run
        </Button>
      )}
    </header>
  );
}

/** Everything that is wrong, one click from where it is. */
function Problems() {
  const problems = useAllProblems().filter((one) => one.severity !== "warning");
  const store = useEditorStore();
  if (!problems.length) return null;
  const entries = problems.slice(0, 20).map((one, at) => ({
    label: `${problems.length > 1 ? `${at + 1}. ` : ""}${one.message}`,
    perform: () => one.block && store.getState().select([one.block]),
  }));
  return (
    <Menu entries={entries as never}>
      <button type="button" className="h-7 rounded-full bg-bad-wash px-2.5 text-sm text-bad">
        {problems.length} {problems.length === 1 ? "problem" : "problems"}
      </button>
    </Menu>
  );
}
